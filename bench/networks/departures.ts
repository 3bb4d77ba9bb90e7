/** Something that is due at a time. */
interface Departure<Item> {
  readonly atMs: number;
  readonly number: number;
  readonly item: Item;
}

/**
 * Queue of what leaves at a time, in the order of times; equal times keep the order of their arrival. Without that, packets whose delay
 * was raised to that of the one before them would overtake one another.
 */
export class Departures<Item> {
  /** Binary heap. */
  readonly #heap: Departure<Item>[] = [];
  #added = 0;

  get length(): number {
    return this.#heap.length;
  }

  /** Time of the next item; +∞ if there is none. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  add(atMs: number, item: Item): void {
    const added = { atMs, number: this.#added++, item };
    const heap = this.#heap;
    let at = heap.push(added) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(added, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = added;
  }

  /** Removes the next item, if it is due by now, and returns it with its time. */
  takeDue(nowMs: number): Departure<Item> | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  /** Puts an item at the root and lets it sink to its place. */
  #sink(item: Departure<Item>): void {
    const heap = this.#heap;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(item, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  }
}

const isBefore = (one: Departure<unknown>, other: Departure<unknown>): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.number < other.number);
