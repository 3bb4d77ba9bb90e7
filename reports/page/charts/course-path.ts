/**
 * Paths of small panels in whole units and relative steps: a page has hundreds of lines of twenty points each, and nobody sees a
 * tenth of a pixel of them.
 */
export type Point = readonly [x: number, y: number];

/** A line through the points; it breaks where there is none. */
export function linePath(points: readonly (Point | null)[]): string {
  let path = '';
  let from: Point | null = null;
  for (const to of withoutLevel(points.map(whole))) {
    if (to === null) from = null;
    else {
      if (from === null) path += `M${to[0]} ${to[1]}l`;
      else path = joined(path, to[0] - from[0], to[1] - from[1]);
      from = to;
    }
  }
  // A point alone is a line of no length, which round caps make a dot of.
  return path.replace(/l(?=M|$)/g, 'h0');
}

const whole = (point: Point | null): Point | null =>
  point === null ? null : [Math.round(point[0]), Math.round(point[1])];

/** Between two points of its own height a point adds nothing. */
const withoutLevel = (points: readonly (Point | null)[]): (Point | null)[] =>
  points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    return point === null || before == null || after == null || before[1] !== point[1] || after[1] !== point[1];
  });

function joined(path: string, x: number, y: number): string {
  const gap = path.endsWith('l') || x < 0 ? '' : ' ';
  return `${path}${gap}${x}${y < 0 ? '' : ' '}${y}`;
}

/** A step for each value, from `left` on, over a base line: an area, or its upper edge. Null stands on the base line. */
export function stepPath(
  heights: readonly (number | null)[],
  { left, right, base }: { readonly left: number; readonly right: number; readonly base: number },
  shape: 'area' | 'edge',
): string {
  const edge = (index: number): number => Math.round(left + ((right - left) * index) / heights.length);
  const levels = heights.map((height) => Math.round(base - (height ?? 0)));
  let path = shape === 'area' ? `M${edge(0)} ${base}V${levels[0] ?? base}` : `M${edge(0)} ${levels[0] ?? base}`;
  for (const [index, level] of levels.entries()) {
    const next = levels[index + 1];
    if (next === level) continue;
    path += `H${edge(index + 1)}`;
    if (next !== undefined) path += `V${next}`;
  }
  return shape === 'area' ? `${path}V${base}z` : path;
}
