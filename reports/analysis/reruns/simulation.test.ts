import { describe, expect, test } from 'vitest';
import { type Disturbed, type FalseDifferences, type Invalidity, simulateReruns } from './simulation.ts';

const settings: Disturbed = {
  runs: 300,
  cases: 7,
  trials: 7,
  cv: 0.3,
  disturbed: { share: 0.15, lasts: 3 },
  slowdown: 2,
  invalid: 'any',
  seed: 2026,
};
const share = ({ wrong, tested }: FalseDifferences): number => wrong / tested;

describe.each<Invalidity>(['any', 'disturbed', 'slow', 'fragile'])('where trials are invalid: %s', (invalid) => {
  test.each([
    [2, 7],
    [7, 7],
    [2, 10],
  ])(
    'of %i equal cases with %i trials each, hardly any is told apart, with trials run again or without',
    (cases, trials) => {
      const runs = cases === 2 || invalid === 'fragile' ? 900 : 150;
      const simulation = { ...settings, cases, trials, invalid, runs };
      const [without, again] = [simulateReruns(simulation, false), simulateReruns(simulation, true)];
      expect(without.comparisons).toBe(900);
      // More cases keep enough trials for a verdict, and no more of these verdicts are wrong.
      expect(again.tested).toBeGreaterThan(without.tested);
      expect(share(again)).toBeLessThanOrEqual(0.015);
    },
  );
});

test('the same seed invents the same runs', () => {
  expect(simulateReruns(settings, true)).toEqual(simulateReruns(settings, true));
  expect(simulateReruns({ ...settings, seed: 1 }, true)).not.toEqual(simulateReruns(settings, true));
});

test('where nothing is invalid, nothing is run again', () => {
  const calm = { ...settings, invalid: 'disturbed', disturbed: { share: 0, lasts: 3 } } as const;
  expect(simulateReruns(calm, true)).toEqual(simulateReruns(calm, false));
});
