export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
export type Wanted = { readonly x: number; readonly y: number; readonly width: number };
/** Where a label's text starts: its left end, on the baseline. Null where every place beside its point is taken. */
export type Place = { readonly x: number; readonly y: number } | null;

const HEIGHT = 13;
const AWAY = 8;

/** Labels beside their points, the first ones first: a label that nothing free is left for is not drawn over others. */
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
      ...{ left, right: left + width, top: middle - HEIGHT / 2, bottom: middle + HEIGHT / 2 },
    }));
    const free = boxes.find((box) => isInside(box, within) && !taken.some((other) => overlap(box, other)));
    if (free === undefined) return null;
    taken.push(free);
    return { x: free.left, y: free.bottom - 3 };
  });
}

const isInside = (box: Box, within: Box): boolean =>
  box.left >= within.left && box.right <= within.right && box.top >= within.top && box.bottom <= within.bottom;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
