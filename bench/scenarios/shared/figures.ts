import { decode } from '../../load/histogram.ts';

/** Formats the percentiles of an encoded histogram: `p50 0.412 ms  p99 1.02 ms`. */
export function percentiles(encoded: string): string {
  const times = decode(encoded);
  const at = (percentile: number): string => `${(times.getValueAtPercentile(percentile) / 1e6).toPrecision(3)} ms`;
  return `p50 ${at(50)}  p99 ${at(99)}`;
}

/** Formats a rate: `12,400 msg/s`. */
export const perSecond = (rate: number, unit = 'msg'): string => `${Math.round(rate).toLocaleString('en')} ${unit}/s`;
