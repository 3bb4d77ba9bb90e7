import { expect, test } from 'vitest';
import { seededRandom } from '../../load/recovery/seeded-random.ts';
import { distanceFromUniform, uniformP } from './kolmogorov.ts';

test('the distance is the greatest step between both distributions', () => {
  expect(distanceFromUniform([0.5], 1)).toBe(0.5);
  expect(distanceFromUniform([0.25, 0.75], 1)).toBe(0.25);
  expect(distanceFromUniform([1.8, 1.9, 2], 2)).toBeCloseTo(0.9, 12);
  // Beyond the range.
  expect(distanceFromUniform([3, 3], 2)).toBe(1);
});

test('p is what tables of the statistic say', () => {
  /** Samples at the distance: a share of them at 0, the rest spread evenly. */
  const at = (distance: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => Math.max(0, (index + 1) / count - distance));
  // Stephens (1974), table 1A: 1.358 is exceeded in 5 % and 1.628 in 1 % of cases.
  for (const [statistic, p] of [
    [1.224, 0.1],
    [1.358, 0.05],
    [1.628, 0.01],
  ] as const) {
    const root = Math.sqrt(1_000);
    expect(uniformP(at(statistic / (root + 0.12 + 0.11 / root), 1_000), 1)).toBeCloseTo(p, 3);
  }
});

test('waits of the back-off are uniform, and others are told from them', () => {
  const random = seededRandom(1, 0);
  const waits = Array.from({ length: 1_000 }, () => random());
  expect(uniformP(waits, 1)).toBeGreaterThan(0.01);
  // Waits that are all longer by a tenth, as of a timer that is late, are not.
  expect(
    uniformP(
      waits.map((wait) => wait + 0.1),
      1,
    ),
  ).toBeLessThan(0.01);
  // Nor is half a jitter, from the half of the base to the base.
  expect(
    uniformP(
      waits.map((wait) => 0.5 + wait / 2),
      1,
    ),
  ).toBeLessThan(0.01);
});
