/** Position in a small panel. Paths have whole units and relative steps: a page has hundreds of lines of twenty points each. */
type Position = readonly [x: number, y: number];

/** Draws a line through the points, broken at null. */
export function linePath(points: readonly (Position | null)[]): string {
  let path = '';
  let from: Position | null = null;
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

const whole = (point: Position | null): Position | null =>
  point === null ? null : [Math.round(point[0]), Math.round(point[1])];

/** Leaves out points between two neighbours of their own height. */
const withoutLevel = (points: readonly (Position | null)[]): (Position | null)[] =>
  points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    return point === null || before == null || after == null || before[1] !== point[1] || after[1] !== point[1];
  });

function joined(path: string, x: number, y: number): string {
  const gap = path.endsWith('l') || x < 0 ? '' : ' ';
  return `${path}${gap}${x}${y < 0 ? '' : ' '}${y}`;
}

/** Draws a step for each value over a base line, as an area or as its upper edge. Null stands on the base line. */
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
