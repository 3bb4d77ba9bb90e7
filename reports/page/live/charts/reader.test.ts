import { describe, expect, test } from 'vitest';
import { moved, nearest } from './reader.ts';

const at = (x: number, y: number) => ({ x, y, text: '' });
const SERIES = [
  { points: [at(0, 0), at(10, 0), at(20, 0)] },
  { points: [at(0, 30)] },
  { points: [at(0, 60), at(20, 60)] },
];

describe('keys', () => {
  test('any way in begins at the first point', () => {
    for (const key of ['ArrowRight', 'ArrowUp', 'End'])
      expect(moved(SERIES, null, key)).toEqual({ series: 0, point: 0 });
  });

  test.each([
    ['ArrowRight', { series: 0, point: 1 }, { series: 0, point: 2 }],
    ['ArrowRight', { series: 0, point: 2 }, { series: 0, point: 2 }],
    ['ArrowLeft', { series: 0, point: 0 }, { series: 0, point: 0 }],
    ['ArrowDown', { series: 0, point: 2 }, { series: 1, point: 0 }],
    ['ArrowDown', { series: 2, point: 1 }, { series: 2, point: 1 }],
    ['ArrowUp', { series: 2, point: 1 }, { series: 1, point: 0 }],
    ['Home', { series: 2, point: 1 }, { series: 2, point: 0 }],
    ['End', { series: 0, point: 0 }, { series: 0, point: 2 }],
  ])('%s from %o leads to %o', (key, from, to) => {
    expect(moved(SERIES, from, key)).toEqual(to);
  });

  test('other keys, and charts without points, lead nowhere', () => {
    expect(moved(SERIES, null, 'Tab')).toBeNull();
    expect(moved([], null, 'ArrowRight')).toBeNull();
  });
});

describe('the pointer', () => {
  test('points at what is nearest, and at nothing where nothing is near', () => {
    expect(nearest(SERIES, { x: 19, y: 5 }, false)).toEqual({ series: 0, point: 2 });
    expect(nearest(SERIES, { x: 19, y: 90 }, false)).toEqual({ series: 2, point: 1 });
    expect(nearest(SERIES, { x: 100, y: 100 }, false)).toBeNull();
  });

  test('in a chart of rows at the row it is in, however far along', () => {
    expect(nearest(SERIES, { x: 400, y: 33 }, true)).toEqual({ series: 1, point: 0 });
    expect(nearest(SERIES, { x: 400, y: 62 }, true)).toEqual({ series: 2, point: 1 });
    expect(nearest(SERIES, { x: 0, y: 90 }, true)).toBeNull();
  });
});
