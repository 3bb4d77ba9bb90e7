import { expect, test } from 'vitest';
import { placeInColumn, placeLabels } from './placing.ts';

const WITHIN = { left: 0, right: 200, top: 0, bottom: 200 };
const COLUMN = { x: 300, top: 0, bottom: 500, gap: 14 };

type Spot = { readonly x: number; readonly y: number };
type Line = { readonly from: Spot; readonly to: Spot };

/** Side of a line on which a spot lies: 1, −1, or 0 on the line. */
const turn = ({ from, to }: Line, spot: Spot): number =>
  Math.sign((to.x - from.x) * (spot.y - from.y) - (to.y - from.y) * (spot.x - from.x));
const cross = (a: Line, b: Line): boolean => turn(a, b.from) * turn(a, b.to) < 0 && turn(b, a.from) * turn(b, a.to) < 0;

/** Makes `count` scattered points, always the same ones. */
const scattered = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ x: (index * 89) % 283, y: 200 + ((index * 37) % 101) }));

test('a label is placed beside its point, or left out if there is no free place', () => {
  expect(placeLabels([{ x: 100, y: 100, width: 40 }], WITHIN)).toEqual([{ x: 108, y: 103.5 }]);
  const heap = Array.from({ length: 12 }, () => ({ x: 100, y: 100, width: 40 }));
  const placed = placeLabels(heap, WITHIN);
  expect(placed).toContain(null);
  expect(placed[0]).not.toBeNull();
});

test('in a column, labels of points above each other keep their order', () => {
  const heights = placeInColumn(
    [
      { x: 10, y: 100 },
      { x: 10, y: 90 },
      { x: 10, y: 110 },
    ],
    COLUMN,
  );
  const [first = 0, second = 0, third = 0] = heights;
  expect(second).toBeLessThan(first);
  expect(first).toBeLessThan(third);
});

test.each([2, 12, 33])('no two of %d lines to the column cross, and no two labels overlap', (count) => {
  const points = scattered(count);
  const heights = placeInColumn(points, COLUMN);
  const lines = points.map((from, index) => ({ from, to: { x: COLUMN.x, y: heights[index] ?? Number.NaN } }));
  const crossing = lines.flatMap((one, index) => lines.slice(index + 1).filter((other) => cross(one, other)));
  expect(crossing).toEqual([]);
  const sorted = heights.toSorted((a, b) => a - b);
  expect(sorted[0]).toBeGreaterThanOrEqual(COLUMN.top);
  expect(sorted.at(-1)).toBeLessThanOrEqual(COLUMN.bottom);
  for (const [index, height] of sorted.slice(1).entries()) {
    expect(height - (sorted[index] ?? 0)).toBeGreaterThanOrEqual(COLUMN.gap - 1e-9);
  }
});

test('equal points get different places', () => {
  const heights = placeInColumn(
    Array.from({ length: 8 }, () => ({ x: 50, y: 250 })),
    COLUMN,
  );
  expect(new Set(heights).size).toBe(8);
});
