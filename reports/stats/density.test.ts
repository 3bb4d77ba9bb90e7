import { expect, test } from 'vitest';
import { densities, humpsOf } from './density.ts';
import type { Distribution } from './distribution.ts';

/** Counts by milliseconds. */
function distribution(counts: Readonly<Record<number, number>>): Distribution {
  const entries = Object.entries(counts)
    .map(([at, count]) => [Number(at) / 1e3, count] as const)
    .toSorted(([a], [b]) => a - b);
  let count = 0;
  const cumulative = entries.map(([, here]) => {
    count += here;
    return count;
  });
  return { count, seconds: entries.map(([at]) => at), cumulative };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('all share the same bins, each as many times the one before, and every message is in one', () => {
  const { edges, shares } = densities([distribution({ 1: 500, 2: 500 }), distribution({ 50: 1000 })]);
  expect(edges.length).toBe(61);
  const ratios = edges.slice(1).map((edge, index) => edge / (edges[index] ?? 0));
  for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0] ?? 0, 9);
  expect(shares.map(sum)).toEqual([1, 1]);
  const [first = [], second = []] = shares;
  expect(first.filter((share) => share > 0)).toEqual([0.5, 0.5]);
  const bin = second.indexOf(1);
  expect((edges[bin] ?? 0) <= 0.05 && 0.05 < (edges[bin + 1] ?? 0)).toBe(true);
});

test('what lies beyond one in a thousand has no bin, and counts among all the same', () => {
  const { edges, shares } = densities([distribution({ 1: 99_980, 5000: 20 })]);
  expect(edges.at(-1)).toBeLessThan(0.002);
  expect(sum(shares[0] ?? [])).toBeCloseTo(0.9998, 9);
});

test('a single value is one narrow heap, and nothing at all has no bins', () => {
  const { edges, shares } = densities([distribution({ 3: 20 })]);
  expect(edges.length).toBeLessThanOrEqual(4);
  expect(sum(shares[0] ?? [])).toBe(1);
  expect(densities([])).toEqual({ edges: [], shares: [] });
});

test.each([
  ['one', [0, 0.1, 0.6, 0.2, 0.1], 1],
  ['one at the left edge', [0.9, 0.1, 0], 1],
  ['one at the right edge', [0, 0.1, 0.9], 1],
  ['two, apart', [0.1, 0.4, 0.1, 0, 0.1, 0.3], 2],
  ['a dent is no valley', [0.2, 0.3, 0.2, 0.3], 1],
  ['crumbs are none', [0.01, 0, 0.9, 0, 0.05, 0.04], 1],
  ['three', [0.3, 0.02, 0.3, 0.02, 0.3], 3],
  ['nothing', [0, 0, 0], 0],
])('humps: %s', (_what, shares, humps) => {
  expect(humpsOf(shares)).toBe(humps);
});
