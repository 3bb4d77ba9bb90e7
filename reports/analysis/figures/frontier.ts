/** A choice with two figures, both better if smaller. */
export type Placed = { readonly name: string; readonly x: number; readonly y: number };

/** Pareto frontier by rising `x`: choices that no other dominates. Equal choices stay together. */
export function frontierOf<Choice extends Placed>(choices: readonly Choice[]): Choice[] {
  return choices
    .filter((one) => !choices.some((other) => dominates(other, one)))
    .toSorted((a, b) => a.x - b.x || b.y - a.y);
}

const dominates = (a: Placed, b: Placed): boolean => a.x <= b.x && a.y <= b.y && (a.x < b.x || a.y < b.y);
