/** Digits of a value that a tally keeps, as the histograms of results do. */
const DIGITS = 3;

/** Counts of values in nanoseconds, each kept to three digits, so that a long run takes no more room than a short one. */
export class Tally {
  readonly #counts = new Map<number, number>();
  /** Values in ascending order; undefined after a value was added that is new. */
  #sorted: readonly number[] | undefined;
  count = 0;

  add(milliseconds: number): void {
    const value = rounded(milliseconds * 1e6);
    const before = this.#counts.get(value);
    this.#counts.set(value, (before ?? 0) + 1);
    this.count++;
    if (before === undefined) this.#sorted = undefined;
  }

  /** Percentile in milliseconds; undefined if there is no value. */
  percentile(at: number): number | undefined {
    this.#sorted ??= [...this.#counts.keys()].toSorted((a, b) => a - b);
    let left = Math.max(1, Math.ceil((at / 100) * this.count));
    for (const value of this.#sorted) {
      left -= this.#counts.get(value) ?? 0;
      if (left <= 0) return value / 1e6;
    }
    return undefined;
  }

  /** All values with their counts. */
  entries(): [value: number, count: number][] {
    return [...this.#counts];
  }
}

function rounded(nanoseconds: number): number {
  const whole = Math.max(0, Math.round(nanoseconds));
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, whole))) + 1 - DIGITS);
  return Math.round(whole / unit) * unit;
}
