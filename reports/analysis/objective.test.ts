import { expect, test } from 'vitest';
import type { CurvePoint } from '../model/model.ts';
import { keptAt, objectiveSentence } from './objective.ts';

const curve = (...milliseconds: readonly number[]): CurvePoint[] =>
  milliseconds.map((value, index) => {
    const seconds = value / 1e3;
    const percentile = [0.1, 0.5, 0.9, 0.99, 0.999][index] ?? 1;
    return { percentile, seconds, low: seconds, high: seconds, firm: percentile < 0.999 };
  });

test('an objective is kept at the deepest percentile whose median is within it, with enough samples', () => {
  expect(keptAt(curve(1, 2, 3, 4, 5), 0.004)).toBe(0.99);
  expect(keptAt(curve(1, 2, 3, 4, 5), 0.0039)).toBe(0.9);
  expect(keptAt(curve(1, 2, 3, 4, 5), 0.1), 'few samples lie beyond 99.9 %').toBe(0.99);
  expect(keptAt(curve(1, 2, 3, 4, 5), 0.0015), 'one in ten messages is not most of them').toBeNull();
  expect(keptAt([], 1)).toBeNull();
  const between = { percentile: 0.95, seconds: 0.0035, low: 0.0035, high: 0.0035, firm: true };
  expect(keptAt([...curve(1, 2, 3, 4), between], 0.0035), 'nobody asks for 95 %').toBe(0.9);
});

test('the sentence names all, the deepest first', () => {
  const rows = [
    { name: 'slow', curve: curve(9, 9, 9, 9) },
    { name: 'a', curve: curve(1, 2, 3, 4) },
    { name: 'middling', curve: curve(1, 2, 3, 40) },
    { name: 'b', curve: curve(1, 1, 1, 1) },
    { name: 'unknown', curve: [] },
  ];
  expect(objectiveSentence(rows, 0.005)).toBe(
    'The highest percentile within 5 ms, of those with enough samples, is p99 for a and b; p90 for middling; below p50 for slow.',
  );
  expect(objectiveSentence([], 0.005)).toBe('No transport has enough samples to tell whether it stays within 5 ms.');
});
