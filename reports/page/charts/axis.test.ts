import { expect, test } from 'vitest';
import { linearScale, linearTicks, logDomain, logScale, logTicks, tickLabel } from './axis.ts';
import { spread } from './placing.ts';

test('ticks of a logarithmic axis', () => {
  expect(logTicks(0.09, 6)).toEqual([0.1, 0.2, 0.5, 1, 2, 5]);
  expect(logTicks(0.001, 1000)).toEqual([0.001, 0.01, 0.1, 1, 10, 100, 1000]);
  expect(logTicks(2.2, 4.8)).toEqual([3, 4]);
  const narrow = logTicks(1.01, 1.09);
  expect(narrow.length).toBeGreaterThanOrEqual(2);
  for (const tick of narrow) expect(tick >= 1.01 && tick <= 1.09).toBe(true);
});

test('ticks of a linear axis', () => {
  expect(linearTicks(0, 896)).toEqual([0, 250, 500, 750]);
  expect(linearTicks(0, 1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(linearTicks(3, 3)).toEqual([3]);
});

test('the domain of any values can be drawn', () => {
  expect(logDomain([])).toEqual([0.1, 1]);
  expect(logDomain([0, -1, Number.NaN])).toEqual([0.1, 1]);
  const [low, high] = logDomain([5]);
  expect(low < 5 && high > 5).toBe(true);
  expect([0.05, 5, 12.5, 1000, 25_000].map(tickLabel)).toEqual(['0.05', '5', '12.5', '1,000', '25,000']);
});

test('a scale maps values between its ends, and clamps values outside of them', () => {
  const linear = linearScale([0, 200], [10, 110]);
  expect([0, 50, 200, 300, -1].map(linear)).toEqual([10, 35, 110, 110, 10]);
  const log = logScale([1, 100], [200, 0]);
  for (const [value, place] of [
    [1, 200],
    [10, 100],
    [100, 0],
    [1000, 0],
    [0, 200],
    [-5, 200],
  ] as const)
    expect(log(value), String(value)).toBeCloseTo(place, 9);
});

test('labels keep their order and their distance within the bounds', () => {
  const placed = spread([100, 101, 99, 300, 299], 10, 0, 300);
  expect(placed[2]).toBeLessThan(placed[0] ?? 0);
  expect(placed[0]).toBeLessThan(placed[1] ?? 0);
  const sorted = placed.toSorted((a, b) => a - b);
  for (const [index, at] of sorted.entries()) {
    expect(at).toBeLessThanOrEqual(300);
    if (index > 0) expect(at - (sorted[index - 1] ?? 0)).toBeGreaterThanOrEqual(10);
  }
  expect(spread([], 10, 0, 100)).toEqual([]);
});
