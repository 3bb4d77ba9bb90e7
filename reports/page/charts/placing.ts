export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
export type Wanted = { readonly x: number; readonly y: number; readonly width: number };
/** Start of a label's text: its left end, on the baseline. Null where every place beside its point is taken. */
export type Place = { readonly x: number; readonly y: number } | null;

const HEIGHT = 13;
const AWAY = 8;

/** Places labels beside their points, the first ones first; a label for which no place is left gets none. */
export function placeLabels(wanted: readonly Wanted[], within: Box): Place[] {
  const taken: Box[] = wanted.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  return wanted.map(({ x, y, width }) => {
    const sides = [
      { left: x + AWAY, middle: y },
      { left: x - AWAY - width, middle: y },
      { left: x - width / 2, middle: y - 13 },
      { left: x - width / 2, middle: y + 13 },
      { left: x + AWAY, middle: y - 12 },
      { left: x + AWAY, middle: y + 12 },
      { left: x - AWAY - width, middle: y - 12 },
      { left: x - AWAY - width, middle: y + 12 },
    ];
    const boxes = sides.map(({ left, middle }) => ({
      left,
      right: left + width,
      top: middle - HEIGHT / 2,
      bottom: middle + HEIGHT / 2,
    }));
    const free = boxes.find((box) => isInside(box, within) && !taken.some((other) => overlap(box, other)));
    if (free === undefined) return null;
    taken.push(free);
    return { x: free.left, y: free.bottom - 3 };
  });
}

export type Column = { readonly x: number; readonly top: number; readonly bottom: number; readonly gap: number };

/**
 * Places labels in a column beside the plot, about as high as the points that lines join them to. No two lines cross: two that do are
 * shorter together once their labels have changed places.
 */
export function placeInColumn(
  points: readonly { readonly x: number; readonly y: number }[],
  { x, top, bottom, gap }: Column,
): number[] {
  const heights = spread(
    points.map(({ y }) => y),
    gap,
    top,
    bottom,
  );
  const length = (index: number, height: number): number => {
    const from = points[index] ?? { x, y: height };
    return Math.hypot(x - from.x, height - from.y);
  };
  for (let swapped = true; swapped; ) {
    swapped = false;
    for (let one = 0; one < points.length; one++) {
      for (let other = one + 1; other < points.length; other++) {
        const [a = 0, b = 0] = [heights[one], heights[other]];
        if (length(one, b) + length(other, a) >= length(one, a) + length(other, b) - MIN_GAIN) continue;
        heights[one] = b;
        heights[other] = a;
        swapped = true;
      }
    }
  }
  return heights;
}

/** Smallest gain in length that counts: rounding alone could gain less for ever. */
const MIN_GAIN = 1e-6;

const isInside = (box: Box, within: Box): boolean =>
  box.left >= within.left && box.right <= within.right && box.top >= within.top && box.bottom <= within.bottom;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Moves places apart along one axis: in order, at least `gap` from one another, within the bounds as far as they go. */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((at, index) => ({ at, index })).toSorted((a, b) => a.at - b.at || a.index - b.index);
  const placed: number[] = [];
  for (const { at } of order) placed.push(Math.max(at, (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + gap, low));
  let limit = high;
  for (let index = placed.length - 1; index >= 0; index--) {
    placed[index] = Math.min(placed[index] ?? limit, limit);
    limit = (placed[index] ?? limit) - gap;
  }
  const result = new Array<number>(wanted.length).fill(low);
  for (const [rank, { index }] of order.entries()) result[index] = placed[rank] ?? low;
  return result;
}
