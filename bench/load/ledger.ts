/** First arrival of a message, before any later message of its sender. */
export const IN_ORDER = 0;
/** First arrival of a message, after a later message of its sender. */
export const OUT_OF_ORDER = 1;
export const DUPLICATE = 2;
export type Arrival = typeof IN_ORDER | typeof OUT_OF_ORDER | typeof DUPLICATE;

/**
 * Records which messages have arrived, for every pair of a sender and a receiver. A pair has received everything from the phase's
 * first sequence number to the highest one seen, except for the gaps. Gaps are kept as intervals, so memory grows with faults and
 * not with messages, and a loss and a duplicate never cancel out as they would in a counter.
 */
export class Ledger {
  /** Next sequence number expected, by pair. */
  readonly #next: Int32Array;
  /** Gaps by pair: ascending, disjoint [from, to) pairs, flattened. */
  readonly #gaps = new Map<number, number[]>();
  readonly #first: number;
  /** By pair, lowest sequence number of earlier phases that may still arrive. Absent if none is expected. */
  readonly #awaited: Int32Array | undefined;

  /** @param earlier ledger of the phase before, if messages of ordered sessions were still missing when it ended */
  constructor(pairs: number, firstSequence: number, earlier?: Ledger) {
    this.#first = firstSequence;
    this.#next = new Int32Array(pairs).fill(firstSequence);
    if (earlier === undefined) return;
    const before = earlier.#awaited;
    this.#awaited = earlier.#next.map((next, pair) => (next > earlier.#first ? next : (before?.[pair] ?? next)));
  }

  /** Sequence number after the highest that has arrived. */
  nextOf(pair: number): number {
    return this.#next[pair]!;
  }

  /** True if a message of an earlier phase, which had not arrived when that phase ended, arrives now for the first time. */
  arrivedLate(pair: number, sequence: number): boolean {
    if (this.#awaited === undefined || sequence < this.#awaited[pair]!) return false;
    this.#awaited[pair] = sequence + 1;
    return true;
  }

  arrived(pair: number, sequence: number): Arrival {
    const next = this.#next[pair]!;
    if (sequence >= next) {
      if (sequence > next) this.#open(pair, next, sequence);
      this.#next[pair] = sequence + 1;
      return IN_ORDER;
    }
    return this.#fill(pair, sequence) ? OUT_OF_ORDER : DUPLICATE;
  }

  #open(pair: number, from: number, to: number): void {
    const gaps = this.#gaps.get(pair);
    if (gaps === undefined) this.#gaps.set(pair, [from, to]);
    else gaps.push(from, to);
  }

  /** Takes a number out of the gap that it lies in. False if it lies in none, and so has arrived before. */
  #fill(pair: number, sequence: number): boolean {
    const gaps = this.#gaps.get(pair);
    if (gaps === undefined) return false;
    for (let index = 0; index < gaps.length; index += 2) {
      const from = gaps[index]!;
      const to = gaps[index + 1]!;
      if (sequence < from) return false;
      if (sequence >= to) continue;
      const left = sequence > from ? [from, sequence] : [];
      const right = sequence + 1 < to ? [sequence + 1, to] : [];
      gaps.splice(index, 2, ...left, ...right);
      if (gaps.length === 0) this.#gaps.delete(pair);
      return true;
    }
    return false;
  }
}
