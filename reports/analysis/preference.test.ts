import { expect, test } from 'vitest';
import { CAPACITY, ECHO, makeResults, type RunSpec } from '../testing/fixtures.ts';
import { analyse } from './analyse.ts';
import { textOf } from './sentences.ts';

const QUIET = { noise: 0.005 };

function preference(spec: RunSpec): string {
  const [group] = analyse(makeResults(spec), { resamples: 300 }).groups;
  return textOf(group?.preference ?? []);
}

test('where no column speaks against who is first, that is said and no more', () => {
  expect(
    preference({ transports: { fast: { ...QUIET, p50Ms: 0.1, cpuMicros: 10 }, slow: { ...QUIET, p50Ms: 0.3 } } }),
  ).toBe('No other column shows that another choice is better than fast.');
});

test('columns in which others are shown better are named with who is', () => {
  const fast = { ...QUIET, p50Ms: 0.1, framing: 90, cpuMicros: 50 };
  expect(
    preference({
      transports: { fast, thin: { ...QUIET, framing: 4 }, cheap: { ...QUIET, framing: 200, cpuMicros: 5 } },
    }),
  ).toBe(
    'thin is shown to be better than fast in bytes per message; cheap in server CPU per message. If that matters more to you, the answer changes.',
  );
});

test('of several who are first, a column speaks against them when it does against each', () => {
  const a = { ...QUIET, p50Ms: 0.1, framing: 90 };
  const b = { ...QUIET, p50Ms: 0.1, framing: 8 };
  const third = { ...QUIET, p50Ms: 2 };
  expect(preference({ transports: { a, b, third } })).toBe(
    'No other column shows that another choice is better than all of these.',
  );
  expect(preference({ transports: { a, b: { ...b, framing: 60 }, third } })).toMatch(
    /^third is shown to be better than all of these in bytes per message\./,
  );
});

test('the floor is no choice, and takes nothing from who is first', () => {
  const floor = { ...QUIET, floor: true, p50Ms: 0.01, framing: 0, cpuMicros: 1 };
  expect(
    preference({ transports: { floor, ws: { ...QUIET, p50Ms: 0.2 }, slow: { ...QUIET, p50Ms: 2 } } }),
  ).not.toContain('floor');
});

test('what cannot be judged is no reason either way, and is counted', () => {
  const transports = { fast: { ...QUIET, capacity: 40_000 }, slow: { ...QUIET, capacity: 9000, framing: 2 } };
  expect(preference({ transports, scenarios: [CAPACITY] })).toMatch(
    /^slow is shown to be better than fast in bytes per message\./,
  );
});

test('without a verdict, and without a second choice, there is nothing to prefer', () => {
  expect(preference({ transports: { a: {}, b: {} }, trials: 5 })).toBe(
    'Not known: without a verdict there is no leader.',
  );
  expect(preference({ transports: { a: {} }, scenarios: [ECHO] })).toBe('Nothing to weigh: there is only one choice.');
});
