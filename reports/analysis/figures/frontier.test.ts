import { expect, test } from 'vitest';
import { frontierOf } from './frontier.ts';

const names = (points: Parameters<typeof frontierOf>[0]) => frontierOf(points).map(({ name }) => name);

test('who is beaten in both is off the frontier; who is best in one is on it', () => {
  const points = [
    { name: 'light', x: 9, y: 1 },
    { name: 'beaten', x: 5, y: 6 },
    { name: 'middle', x: 4, y: 5 },
    { name: 'fast', x: 1, y: 9 },
  ];
  expect(names(points)).toEqual(['fast', 'middle', 'light']);
});

test('as good in one and worse in the other is off; equals in both stay together', () => {
  expect(
    names([
      { name: 'a', x: 1, y: 2 },
      { name: 'b', x: 1, y: 3 },
    ]),
  ).toEqual(['a']);
  expect(
    names([
      { name: 'a', x: 1, y: 2 },
      { name: 'b', x: 1, y: 2 },
    ]),
  ).toEqual(['a', 'b']);
  expect(names([])).toEqual([]);
});
