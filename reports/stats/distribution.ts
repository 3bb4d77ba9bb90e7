import { wholeAbove, wholeBelow } from '../../bench/results/numbers.ts';
import { SAMPLES_BEYOND } from '../../bench/results/rules.ts';

/** One decoded histogram, held as its filled buckets so that any number of percentiles costs no second scan. */
export type Distribution = {
  readonly count: number;
  /** Largest value equivalent to each filled bucket, in seconds, ascending. */
  readonly seconds: readonly number[];
  /** Samples at or below the value of the same index. */
  readonly cumulative: readonly number[];
};

/** A number, or the reason there is none: an absent number must never be read as zero. */
export type Shown =
  | { readonly shown: true; readonly value: number }
  | { readonly shown: false; readonly reason: string };

export const shown = (value: number): Shown => ({ shown: true, value });
export const notShown = (reason: string): Shown => ({ shown: false, reason });

export type Decoded =
  | { readonly readable: true; readonly distribution: Distribution }
  | { readonly readable: false; readonly reason: string };

export const UNREADABLE: Decoded = { readable: false, reason: 'its histogram cannot be read' };

/** Number of samples beyond a percentile: 1000 × (1 − 0.99) is 10. */
export function samplesBeyond(count: number, percentile: number): number {
  return wholeBelow(count * (1 - percentile));
}

/** The deepest percentile that still has enough samples beyond it, or null when there is none. */
export function deepestPercentile(count: number): number | null {
  return count > SAMPLES_BEYOND ? 1 - SAMPLES_BEYOND / count : null;
}

/** The value that the given share of samples lies at or below; the caller has made sure that there are samples. */
export function quantile({ count, seconds, cumulative }: Distribution, percentile: number): number {
  const rank = Math.max(1, wholeAbove(percentile * count));
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulative[middle] ?? 0) < rank) low = middle + 1;
    else high = middle;
  }
  return seconds[low] ?? Number.NaN;
}

export function percentile(decoded: Decoded, at: number): Shown {
  if (!decoded.readable) return notShown(decoded.reason);
  const { count } = decoded.distribution;
  const beyond = samplesBeyond(count, at);
  if (beyond < SAMPLES_BEYOND) {
    return notShown(`${count} samples leave ${beyond} beyond it (needs ${SAMPLES_BEYOND})`);
  }
  return shown(quantile(decoded.distribution, at));
}
