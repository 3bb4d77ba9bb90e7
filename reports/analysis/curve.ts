import { type Decoded, deepestPercentile, quantile } from './distribution.ts';
import { median } from './median.ts';
import type { CurvePoint } from './model.ts';

const POINTS_PER_DECADE = 16;

/**
 * Latency by percentile, at even steps of log(1/(1 − p)). It ends where some trial has too few samples beyond, and begins
 * at the tenth percentile: the minimum is one sample, and would take most of a logarithmic axis.
 */
export function percentileCurve(responses: readonly Decoded[]): CurvePoint[] {
  const distributions = responses.flatMap((decoded) => (decoded.readable ? [decoded.distribution] : []));
  if (distributions.length === 0) return [];
  const deepest = deepestPercentile(Math.min(...distributions.map(({ count }) => count)));
  if (deepest === null) return [];
  return percentilesTo(deepest).map((percentile) => ({
    percentile,
    seconds: median(distributions.map((distribution) => quantile(distribution, percentile))),
  }));
}

/** Percentiles that readers ask for by name are among the points, exactly. */
const FIRST = 0.1;
const NAMED = [FIRST, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999];

function percentilesTo(deepest: number): number[] {
  const first = -Math.log10(1 - FIRST);
  const decades = -Math.log10(1 - deepest) - first;
  const steps = Math.max(1, Math.ceil(decades * POINTS_PER_DECADE));
  const even = Array.from({ length: steps }, (_, step) => 1 - 10 ** -(first + (decades * step) / steps));
  const named = NAMED.filter((percentile) => percentile <= deepest + 1e-9);
  const inner = even.filter((percentile) => named.every((other) => Math.abs(other - percentile) > 1e-9));
  const end = named.some((percentile) => Math.abs(percentile - deepest) <= 1e-9) ? [] : [deepest];
  return [...inner, ...named, ...end].filter((percentile) => percentile >= FIRST).toSorted((a, b) => a - b);
}
