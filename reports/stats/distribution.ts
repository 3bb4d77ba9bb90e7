import type { Distribution } from '../../bench/results/histogram.ts';
import { wholeAbove, wholeBelow } from '../../bench/results/numbers.ts';
import { SAMPLES_BEYOND } from '../../bench/results/rules.ts';

export type { Distribution };

/** A number, or the reason why there is none: a missing number must never be read as zero. */
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

/** Highest percentile with enough samples beyond it; null if there is none. */
export function deepestPercentile(count: number): number | null {
  return count > SAMPLES_BEYOND ? 1 - SAMPLES_BEYOND / count : null;
}

/** Value that the given share of samples does not exceed; the distribution must not be empty. */
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

/** Number of samples that are at most so many seconds. */
export function countWithin({ seconds, cumulative }: Distribution, limit: number): number {
  let low = 0;
  let high = seconds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seconds[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (cumulative[low - 1] ?? 0);
}

export function percentile(decoded: Decoded, at: number): Shown {
  if (!decoded.readable) return notShown(decoded.reason);
  const { count } = decoded.distribution;
  const beyond = samplesBeyond(count, at);
  if (beyond < SAMPLES_BEYOND) {
    return notShown(`only ${beyond} of ${count} samples lie beyond it (${SAMPLES_BEYOND} are needed)`);
  }
  return shown(quantile(decoded.distribution, at));
}

/** Adds histograms bucket by bucket; percentiles are never averaged. */
export function pool(distributions: readonly Distribution[]): Distribution {
  const counts = new Map<number, number>();
  for (const { seconds, cumulative } of distributions) {
    for (const [index, value] of seconds.entries()) {
      const here = (cumulative[index] ?? 0) - (cumulative[index - 1] ?? 0);
      counts.set(value, (counts.get(value) ?? 0) + here);
    }
  }
  const buckets = [...counts].toSorted(([a], [b]) => a - b);
  let count = 0;
  const cumulative = buckets.map(([, here]) => {
    count += here;
    return count;
  });
  return { count, seconds: buckets.map(([value]) => value), cumulative };
}

/** Adds lower bounds of values that are not known to those that are: percentiles of both together are lower bounds. */
export function withBounds(values: Decoded, bounds: Decoded): Decoded {
  if (!values.readable || !bounds.readable) return values.readable ? bounds : values;
  return { readable: true, distribution: pool([values.distribution, bounds.distribution]) };
}
