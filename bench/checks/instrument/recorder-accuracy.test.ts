import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { decode, encode, histogram, merge } from '../../load/histogram.ts';

/** Draws a log-normal value around 200 µs with a long tail, as latencies have, in nanoseconds. */
function logNormalNs(random: ReturnType<typeof xoroshiro128plus>): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
  const normal = radius * Math.cos(2 * Math.PI * uniformFloat64(random));
  return Math.round(200_000 * Math.exp(1.2 * normal));
}

const PERCENTILES = [1, 10, 50, 90, 99, 99.9, 99.99, 100];

test('percentiles of a million values are within 0.1 % of the exact ones, also after encoding', () => {
  const random = xoroshiro128plus(42);
  const values = Float64Array.from({ length: 1_000_000 }, () => logNormalNs(random));
  const recorded = histogram();
  for (const value of values) recorded.recordValue(value);
  const read = decode(encode(recorded));
  values.sort();
  expect(read.totalCount).toBe(values.length);
  for (const percentile of PERCENTILES) {
    const exact = values[Math.max(0, Math.ceil((percentile / 100) * values.length) - 1)]!;
    expect(Math.abs(read.getValueAtPercentile(percentile) / exact - 1)).toBeLessThan(0.001);
  }
});

test('the merge of three histograms is the histogram of all their values', () => {
  const random = xoroshiro128plus(7);
  const [whole, ...parts] = [histogram(), histogram(), histogram(), histogram()];
  for (let index = 0; index < 30_000; index++) {
    const value = logNormalNs(random);
    whole!.recordValue(value);
    parts[index % 3]!.recordValue(value);
  }
  const merged = decode(merge(parts.map((part) => encode(part))));
  expect(merged.totalCount).toBe(30_000);
  for (const percentile of PERCENTILES) {
    expect(merged.getValueAtPercentile(percentile)).toBe(decode(encode(whole!)).getValueAtPercentile(percentile));
  }
});
