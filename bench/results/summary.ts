import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { SAMPLES_BEYOND } from './rules.ts';
import type { LatencySummary, Measurement, Summary } from './schema.ts';

type Histograms = Omit<Measurement['latency'], 'summary'>;

/** Percentiles of every histogram of a trial in seconds, for readers that cannot decode histograms. */
export const summariseLatency = ({
  response,
  service,
  lag,
  connect,
  last,
  overdue,
  sameNode,
  otherNode,
}: Histograms): LatencySummary => ({
  response: summarise(response),
  service: summarise(service),
  lag: summarise(lag),
  connect: summarise(connect),
  ...(last === undefined ? {} : { last: summarise(last) }),
  ...(overdue === undefined ? {} : { overdue: summarise(overdue) }),
  ...(sameNode === undefined ? {} : { sameNode: summarise(sameNode) }),
  ...(otherNode === undefined ? {} : { otherNode: summarise(otherNode) }),
});

/** Percentiles of one or more histograms together. */
export function summarise(encoded: string, ...more: readonly string[]): Summary {
  const times = decodeFromCompressedBase64(encoded);
  for (const one of more) times.add(decodeFromCompressedBase64(one));
  const count = times.totalCount;
  return {
    count,
    p50: percentile(times, 50),
    p90: percentile(times, 90),
    p99: percentile(times, 99),
    'p99.9': percentile(times, 99.9),
    max: count === 0 ? null : times.maxValue / 1e9,
  };
}

/** Percentile in seconds; null if too few samples lie beyond it. */
function percentile(times: Histogram, at: number): number | null {
  const beyond = Math.floor(times.totalCount * (1 - at / 100) + 1e-6);
  return beyond < SAMPLES_BEYOND ? null : times.getValueAtPercentile(at) / 1e9;
}
