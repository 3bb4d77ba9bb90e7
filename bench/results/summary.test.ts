import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { summariseLatency } from './summary.ts';

const histogramOf = (values: readonly number[]): string => {
  const times = build({ lowestDiscernibleValue: 1, highestTrackableValue: 3.6e12, numberOfSignificantValueDigits: 3 });
  for (const value of values) times.recordValue(value);
  return encodeIntoCompressedBase64(times);
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => (index + 1) * 1_000);

/** Percentile of values that are known one by one, without any histogram. */
const exactly = (sorted: readonly number[], at: number): number =>
  (sorted[Math.ceil(sorted.length * at) - 1] ?? 0) / 1e9;

test('percentiles are those of the values that went in, within three digits', () => {
  const values = upTo(20_000);
  const { response } = summariseLatency({
    response: histogramOf(values),
    service: histogramOf([]),
    lag: histogramOf([]),
    connect: histogramOf([]),
  });
  expect(response.count).toBe(20_000);
  for (const [name, at] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p99', 0.99],
    ['p99.9', 0.999],
    ['max', 1],
  ] as const) {
    expect(Math.abs((response[name] ?? Number.NaN) / exactly(values, at) - 1)).toBeLessThan(0.001);
  }
});

test('a percentile with fewer than ten samples beyond it is null, and so is all of an empty histogram', () => {
  const summary = summariseLatency({
    response: histogramOf(upTo(1_000)),
    service: histogramOf(upTo(999)),
    lag: histogramOf([]),
    connect: histogramOf(upTo(19)),
    last: histogramOf(upTo(20)),
  });
  expect(summary.response).toMatchObject({ count: 1_000, p99: expect.closeTo(0.00099, 5), 'p99.9': null });
  expect(summary.service).toMatchObject({ count: 999, p90: expect.closeTo(0.0009, 5), p99: null });
  expect(summary.lag).toEqual({ count: 0, p50: null, p90: null, p99: null, 'p99.9': null, max: null });
  expect(summary.connect).toMatchObject({ count: 19, p50: null, max: expect.closeTo(0.000019, 6) });
  expect(summary.last).toMatchObject({ count: 20, p50: expect.closeTo(0.00001, 6), p90: null });
});
