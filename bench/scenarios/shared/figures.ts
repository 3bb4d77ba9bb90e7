import { decode, merge } from '../../load/histogram.ts';
import { figures } from '../../results/numbers.ts';

/**
 * Formats the percentiles of an encoded histogram: `p50 0.412 ms  p99 1.02 ms`. With lower bounds of further times they are lower
 * bounds too: `p50 ≥ 2310 ms`.
 */
export function percentiles(encoded: string, bounds?: string): string {
  const times = decode(bounds === undefined ? encoded : merge([encoded, bounds]));
  const mark = bounds === undefined ? '' : '≥ ';
  const at = (percentile: number): string => `${mark}${figures(times.getValueAtPercentile(percentile) / 1e6)} ms`;
  return `p50 ${at(50)}  p99 ${at(99)}`;
}

/** Formats a rate: `12,400 msg/s`. */
export const perSecond = (rate: number, unit = 'msg'): string => `${Math.round(rate).toLocaleString('en')} ${unit}/s`;
