import { type Distribution, quantile } from './distribution.ts';

/** Histograms of latencies in logarithmic bins, which show the humps that a cumulative curve hides. */
export type Densities = {
  /** Edges of the bins in seconds, ascending, at a constant ratio. */
  readonly edges: readonly number[];
  /** Share of each distribution's messages in each bin. */
  readonly shares: readonly (readonly number[])[];
};

/** Share left out at either end, which would take half of the axis. */
const LEFT_OUT = 0.001;
const MAX_BINS = 60;
/** Smallest ratio of two edges: histograms keep three digits, and narrower bins would show the rounding. */
const MIN_RATIO = 1.02;

/** Counts all distributions in the same bins, so that they can be compared; there are no bins without messages. */
export function densities(distributions: readonly Distribution[]): Densities {
  const low = Math.min(...distributions.map((one) => quantile(one, LEFT_OUT)));
  const high = Math.max(...distributions.map((one) => quantile(one, 1 - LEFT_OUT)));
  if (!(low > 0 && Number.isFinite(high))) return { edges: [], shares: distributions.map(() => []) };
  // A small margin, so that rounding leaves neither end outside.
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

/** Number of humps: each falls to half of its height on both sides and has at least a tenth of the tallest one's height. */
export function humpsOf(shares: readonly number[]): number {
  const min = Math.max(...shares) / 10;
  let humps = 0;
  let [rising, peak, valley] = [true, 0, 0];
  for (const share of [...shares, 0]) {
    if (rising) {
      peak = Math.max(peak, share);
      if (peak < min || peak === 0 || share > peak / 2) continue;
      humps++;
      rising = false;
      valley = share;
    } else {
      valley = Math.min(valley, share);
      if (share < min || share < 2 * valley) continue;
      rising = true;
      peak = share;
    }
  }
  return humps;
}
