import { expect, test } from 'vitest';
import { outageSeconds } from './outage.ts';

const range = { minSeconds: 2, maxSeconds: 4 };
const drawn = (seed: number): number[] =>
  Array.from({ length: 200 }, (_, block) => outageSeconds(range, { seed, block }));

test('each block has its own outage within the range, and the seed decides all of them', () => {
  const first = drawn(1);
  for (const seconds of first) {
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThanOrEqual(4);
  }
  expect(new Set(first).size).toBeGreaterThan(150);
  expect(Math.min(...first)).toBeLessThan(2.1);
  expect(Math.max(...first)).toBeGreaterThan(3.9);
  expect(drawn(1)).toEqual(first);
  expect(drawn(2)).not.toEqual(first);
});

test('a single time is taken as it is', () => {
  expect(outageSeconds({ minSeconds: 0.25, maxSeconds: 0.25 }, { seed: 3, block: 5 })).toBe(0.25);
});
