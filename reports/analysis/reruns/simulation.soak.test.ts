import { expect, test } from 'vitest';
import { type Invalidity, simulateReruns } from './simulation.ts';

/** Number of standard errors that chance may add to a share. */
const CHANCE = 3;

test.each<Invalidity>(['any', 'disturbed', 'slow', 'fragile'])(
  'trials run again make no more equal cases differ, where trials are invalid: %s',
  (invalid) => {
    for (const [cases, trials] of [
      [2, 7],
      [7, 7],
      [2, 10],
    ] as const) {
      for (const cv of [0.05, 0.1, 0.3]) {
        const runs = cases === 2 || invalid === 'fragile' ? 20_000 : 4_000;
        const machine = { disturbed: { share: 0.15, lasts: 3 }, slowdown: 2, seed: 7 };
        const simulation = { runs, cases, trials, cv, invalid, ...machine };
        const [without, again] = [simulateReruns(simulation, false), simulateReruns(simulation, true)];
        const before = without.wrong / without.tested;
        const chance = Math.sqrt((before + 1 / without.tested) * (1 / without.tested + 1 / again.tested));
        expect(again.wrong / again.tested).toBeLessThanOrEqual(before + CHANCE * chance);
        expect(again.wrong / again.tested).toBeLessThanOrEqual(0.015);
      }
    }
  },
);
