import { median } from '../../../bench/results/numbers.ts';
import type { CurvePoint, SharePoint } from '../../model/model.ts';
import { type Decoded, type Distribution, deepestPercentile, pool, quantile } from '../../stats/distribution.ts';

const POINTS_PER_DECADE = 12;

/**
 * Latency by percentile, in even steps of log(1/(1 − p)). A point is firm if each trial has enough samples beyond it; the curve ends
 * where all trials together have too few. It starts at p10: the minimum is one sample, and would take most of a logarithmic axis.
 */
export function percentileCurve(responses: readonly Decoded[]): CurvePoint[] {
  const distributions = readableOf(responses);
  if (distributions.length === 0) return [];
  const counts = distributions.map(({ count }) => count);
  const firmest = deepestPercentile(Math.min(...counts));
  const deepest = deepestPercentile(counts.reduce((sum, count) => sum + count, 0));
  if (firmest === null || deepest === null) return [];
  return percentilesTo(firmest, deepest).map((percentile) => {
    const values = distributions.map((distribution) => quantile(distribution, percentile));
    return {
      percentile,
      seconds: median(values),
      low: Math.min(...values),
      high: Math.max(...values),
      firm: percentile <= firmest + 1e-9,
    };
  });
}

const SHARES = [0.01, ...Array.from({ length: 19 }, (_, index) => (index + 1) / 20), 0.99];

/** Distribution of the latencies of all trials together, at even shares. */
export function pooledShares(responses: readonly Decoded[]): SharePoint[] {
  const pooled = pool(readableOf(responses));
  if (deepestPercentile(pooled.count) === null) return [];
  return SHARES.map((share) => ({ share, seconds: quantile(pooled, share) }));
}

const readableOf = (responses: readonly Decoded[]): Distribution[] =>
  responses.flatMap((decoded) => (decoded.readable ? [decoded.distribution] : []));

/** Percentiles that readers know by name, which are exact points of the curve. */
export const PERCENTILES = [0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999] as const;
const [FIRST] = PERCENTILES;
/** True if a percentile is one of those. */
export const isNamed = (percentile: number): boolean => PERCENTILES.some((named) => named === percentile);

/** Percentiles of the curve's points, among them the last firm one and the last one. */
function percentilesTo(firmest: number, deepest: number): number[] {
  const first = -Math.log10(1 - FIRST);
  const decades = -Math.log10(1 - deepest) - first;
  const steps = Math.max(1, Math.ceil(decades * POINTS_PER_DECADE));
  const even = Array.from({ length: steps }, (_, step) => 1 - 10 ** -(first + (decades * step) / steps));
  const named = PERCENTILES.filter((percentile) => percentile <= deepest + 1e-9);
  const inner = even.filter((percentile) => named.every((other) => Math.abs(other - percentile) > 1e-9));
  const ends = [firmest, deepest].filter(
    (end, index, all) => all.indexOf(end) === index && named.every((percentile) => Math.abs(percentile - end) > 1e-9),
  );
  return [...inner, ...named, ...ends].filter((percentile) => percentile >= FIRST).toSorted((a, b) => a - b);
}
