/** A choice by two figures of which less is better. */
export type Placed = { readonly name: string; readonly x: number; readonly y: number };

/** Those that no other is at least as good as in both and better in one, by rising `x`. Equals stay together. */
export function frontierOf<Choice extends Placed>(choices: readonly Choice[]): Choice[] {
  return choices
    .filter((one) => !choices.some((other) => dominates(other, one)))
    .toSorted((a, b) => a.x - b.x || b.y - a.y);
}

const dominates = (a: Placed, b: Placed): boolean => a.x <= b.x && a.y <= b.y && (a.x < b.x || a.y < b.y);
