import { expect, test } from 'vitest';
import { linePath, stepPath } from './course-path.ts';

test('a line has whole relative steps, breaks at missing values, and shows single points', () => {
  expect(
    linePath([
      [1.2, 10.4],
      [5, 8],
      [9, 12.6],
    ]),
  ).toBe('M1 10l4-2 4 5');
  expect(linePath([[1, 1], null, [3, 3], [4, 3]])).toBe('M1 1h0M3 3l1 0');
  expect(linePath([null])).toBe('');
  const level = [0, 1, 2, 3].map((x) => [x, 5] as const);
  expect(linePath([...level, [4, 6], null, ...level])).toBe('M0 5l3 0 1 1M0 5l3 0');
});

test('steps start at their base line, and equal neighbours are merged', () => {
  const place = { left: 0, right: 40, base: 20 };
  expect(stepPath([10, 10, 0, 5], place, 'area')).toBe('M0 20V10H20V20H30V15H40V20z');
  expect(stepPath([10, 10, null, 5], place, 'edge')).toBe('M0 10H20V20H30V15H40');
});
