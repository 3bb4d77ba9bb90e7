/** Tolerance for the rounding of binary fractions: 0.1 s at 30/s are 3 messages, not 3.0000000000000004. */
const ROUNDING_SLACK = 1e-6;

/** Rounds down a product of fractions. */
export function wholeBelow(value: number): number {
  return Math.floor(value + ROUNDING_SLACK);
}

/** Rounds up a product of fractions. */
export function wholeAbove(value: number): number {
  return Math.ceil(value - ROUNDING_SLACK);
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const { length } = sorted;
  const upper = sorted[length >> 1] ?? Number.NaN;
  if (length % 2 === 1) return upper;
  return ((sorted[(length >> 1) - 1] ?? Number.NaN) + upper) / 2;
}

/** Quantile by linear interpolation between order statistics (R's type 7). */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}

/** A number with three significant figures, independent of locale, without its unit. */
export function figures(value: number, significant = 3): string {
  if (!Number.isFinite(value)) return '—';
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(significant));
  const magnitude = Math.floor(Math.log10(Math.abs(rounded)));
  return grouped(rounded.toFixed(Math.min(20, Math.max(0, significant - 1 - magnitude))));
}

/** Puts commas between thousands. */
export function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}
