import { describe, expect, test } from 'vitest';
import { nearest, positionAfter } from './chart-navigation.ts';

const at = (x: number, y: number) => ({ x, y, text: '' });
const SERIES = [
  { points: [at(0, 0), at(10, 0), at(20, 0)] },
  { points: [at(0, 30)] },
  { points: [at(0, 60), at(20, 60)] },
];

describe('keys', () => {
  test('every key enters a chart at its first point', () => {
    for (const key of ['ArrowRight', 'ArrowUp', 'End'])
      expect(positionAfter(SERIES, null, key)).toEqual({ series: 0, point: 0 });
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
    expect(positionAfter(SERIES, from, key)).toEqual(to);
  });

  test('other keys have no meaning, and charts without points no positions', () => {
    expect(positionAfter(SERIES, null, 'Tab')).toBeNull();
    expect(positionAfter([], null, 'ArrowRight')).toBeNull();
  });
});

describe('the pointer', () => {
  test('selects the nearest point, or none if all are too far away', () => {
    expect(nearest(SERIES, { x: 19, y: 5 }, false)).toEqual({ series: 0, point: 2 });
    expect(nearest(SERIES, { x: 19, y: 90 }, false)).toEqual({ series: 2, point: 1 });
    expect(nearest(SERIES, { x: 100, y: 100 }, false)).toBeNull();
  });

  test('selects in a chart of rows the point of its row, however far along', () => {
    expect(nearest(SERIES, { x: 400, y: 33 }, true)).toEqual({ series: 1, point: 0 });
    expect(nearest(SERIES, { x: 400, y: 62 }, true)).toEqual({ series: 2, point: 1 });
    expect(nearest(SERIES, { x: 0, y: 90 }, true)).toBeNull();
  });
});
