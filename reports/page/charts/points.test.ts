import { expect, test } from 'vitest';
import { packPoints, unpackPoints } from './points.ts';

test('packed points are restored to a tenth of a pixel', () => {
  const points = [
    { x: 12.34, y: 5, text: '99 %: 1.52 ms' },
    { x: -1, y: 300, text: '50 %: 1 ms, of 7 trials' },
  ];
  expect(unpackPoints(packPoints(points))).toEqual([{ ...points[0], x: 12.3 }, points[1]]);
});

test('text that looks like the notation itself does not become a point', () => {
  expect(unpackPoints(packPoints([{ x: 1, y: 2, text: 'a|9 9 b' }]))).toEqual([{ x: 1, y: 2, text: 'a/9 9 b' }]);
  expect(unpackPoints('')).toEqual([]);
});
