import { expect, test } from 'vitest';
import { BASE_SECONDS, BackOff, CAP_SECONDS } from '../../../clients/shared/back-off.ts';
import { seededRandom } from './seeded-random.ts';

/** Largest distance between the distribution of some values and the uniform one from 0 to `end` (Kolmogorov–Smirnov). */
function distanceFromUniform(values: readonly number[], end: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.flatMap((value, index) => [
      (index + 1) / sorted.length - value / end,
      value / end - index / sorted.length,
    ]),
  );
}

const DRAWS = 1_000;
const TRIALS = 400;
/** Distance beyond which uniform values lie once in a hundred times. */
const CRITICAL = 1.628 / Math.sqrt(DRAWS);

test('the first waits of a thousand sessions are uniform, whatever the seed', () => {
  const distances = Array.from({ length: TRIALS }, (_, seed) => {
    const random = seededRandom(seed, 0);
    return distanceFromUniform(
      Array.from({ length: DRAWS }, () => new BackOff(random).nextSeconds()),
      BASE_SECONDS,
    );
  });
  // Expected of one in a hundred; three in a hundred would be four standard deviations.
  expect(distances.filter((distance) => distance > CRITICAL).length).toBeLessThan(0.03 * TRIALS);
});

test('the first waits of workers and of trials are uniform too, and differ', () => {
  const firstOf = (seed: number, worker: number): number => new BackOff(seededRandom(seed, worker)).nextSeconds();
  const ofWorkers = Array.from({ length: DRAWS }, (_, worker) => firstOf(1, worker));
  const ofTrials = Array.from({ length: DRAWS }, (_, seed) => firstOf(seed, 0));
  for (const waits of [ofWorkers, ofTrials]) {
    expect(distanceFromUniform(waits, BASE_SECONDS)).toBeLessThan(CRITICAL);
    expect(new Set(waits).size).toBe(DRAWS);
  }
  expect(firstOf(7, 1)).toBe(firstOf(7, 1));
});

test('the longest wait doubles with each attempt up to the cap, and begins again', () => {
  const backOff = new BackOff(() => 0.5);
  const waits = (count: number): number[] => Array.from({ length: count }, () => backOff.nextSeconds());
  expect(waits(7)).toEqual([0.5, 1, 2, 4, 8, CAP_SECONDS / 2, CAP_SECONDS / 2]);
  backOff.reset();
  expect(waits(2)).toEqual([0.5, 1]);
});
