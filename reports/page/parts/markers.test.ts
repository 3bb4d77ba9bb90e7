import { expect, test } from 'vitest';
import { MARKERS } from './markers.ts';

/** Area of a closed path of straight lines: half the sum of its corners' cross products. */
function areaOf(path: string): number {
  const corners = path
    .slice(1, -1)
    .split('L')
    .map((corner) => corner.split(',').map(Number));
  const sum = corners.reduce((total, [x = 0, y = 0], index) => {
    const [nextX = 0, nextY = 0] = corners[(index + 1) % corners.length] ?? [];
    return total + x * nextY - nextX * y;
  }, 0);
  return Math.abs(sum) / 2;
}

test('every marker has the requested area', () => {
  const [circle, ...polygons] = MARKERS;
  for (const marker of polygons) expect(areaOf(marker(100)) / 1e4).toBeCloseTo(1, 2);
  expect(circle(100)).toBe('M56.4,0A56.4,56.4,0,1,1,-56.4,0A56.4,56.4,0,1,1,56.4,0');
});

test('no two markers are alike', () => {
  expect(new Set(MARKERS.map((marker) => marker(6))).size).toBe(MARKERS.length);
});
