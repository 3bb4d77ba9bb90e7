import { type Distribution, quantile } from './distribution.ts';

/** Shares of messages by latency: what a curve of shares hides is seen here, humps and what lies between them. */
export type Densities = {
  /** In seconds, ascending, each as many times the one before: a bin reaches from one to the next. */
  readonly edges: readonly number[];
  /** Of each distribution, of all its messages, those in each bin. */
  readonly shares: readonly (readonly number[])[];
};

/** One in a thousand at either end would take half of the axis. */
const BEYOND = 0.001;
const MAX_BINS = 60;
/** Histograms keep three digits: narrower bins would show how they round. */
const MIN_RATIO = 1.02;

/** The same bins for all, so that they can be set beside each other. Of nothing there are none. */
export function densities(distributions: readonly Distribution[]): Densities {
  const low = Math.min(...distributions.map((one) => quantile(one, BEYOND)));
  const high = Math.max(...distributions.map((one) => quantile(one, 1 - BEYOND)));
  if (!(low > 0 && Number.isFinite(high))) return { edges: [], shares: distributions.map(() => []) };
  // A little air, so that rounding leaves neither end outside.
  const [from, to] = [low / MIN_RATIO, high * MIN_RATIO];
  const span = Math.log(to / from);
  const count = Math.max(1, Math.min(MAX_BINS, Math.floor(span / Math.log(MIN_RATIO))));
  const edges = Array.from({ length: count + 1 }, (_, index) => from * Math.exp((span * index) / count));
  return { edges, shares: distributions.map((one) => sharesIn(one, from, span / count, count)) };
}

function sharesIn({ count, seconds, cumulative }: Distribution, from: number, step: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const [index, value] of seconds.entries()) {
    const bin = Math.floor(Math.log(value / from) / step);
    const here = (cumulative[index] ?? 0) - (cumulative[index - 1] ?? 0);
    if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + here;
  }
  return counts.map((here) => here / count);
}

/** A hump falls to half of its height on both sides; one of less than a tenth of the tallest is none. */
export function humpsOf(shares: readonly number[]): number {
  const least = Math.max(...shares) / 10;
  let humps = 0;
  let [rising, peak, valley] = [true, 0, 0];
  for (const share of [...shares, 0]) {
    if (rising) {
      peak = Math.max(peak, share);
      if (peak < least || peak === 0 || share > peak / 2) continue;
      humps++;
      rising = false;
      valley = share;
    } else {
      valley = Math.min(valley, share);
      if (share < least || share < 2 * valley) continue;
      rising = true;
      peak = share;
    }
  }
  return humps;
}
