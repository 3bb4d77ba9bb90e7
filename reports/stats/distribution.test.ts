import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { decode } from '../analysis/decode.ts';
import { type Distribution, deepestPercentile, percentile, quantile, samplesBeyond } from './distribution.ts';

function encoded(valuesNanoseconds: readonly number[]): string {
  const histogram = build();
  for (const value of valuesNanoseconds) histogram.recordValue(value);
  return encodeIntoCompressedBase64(histogram);
}

function distribution(base64: string): Distribution {
  const decoded = decode(base64);
  if (!decoded.readable) throw new Error(decoded.reason);
  return decoded.distribution;
}

test('percentiles agree with the histogram’s own', () => {
  const values = Array.from({ length: 5_000 }, (_, index) => 1_000 + index * index);
  const histogram = build();
  for (const value of values) histogram.recordValue(value);
  const ours = distribution(encodeIntoCompressedBase64(histogram));
  expect(ours.count).toBe(5_000);
  for (const at of [0, 0.1, 0.5, 0.9, 0.99, 0.999, 1]) {
    expect(quantile(ours, at) * 1e9).toBeCloseTo(histogram.getValueAtPercentile(at * 100), 3);
  }
});

test('ten samples must lie beyond a percentile; binary fractions do not cost one', () => {
  expect(samplesBeyond(1_000, 0.99)).toBe(10);
  expect(samplesBeyond(999, 0.99)).toBe(9);
  expect(samplesBeyond(10_000, 0.999)).toBe(10);
  expect(samplesBeyond(100_000, 0.9999)).toBe(10);
  expect(samplesBeyond(20, 0.5)).toBe(10);
  const thousand = decode(encoded(Array.from({ length: 1_000 }, () => 5_000_000)));
  expect(percentile(thousand, 0.99)).toMatchObject({ shown: true });
  expect(percentile(thousand, 0.999)).toEqual({
    shown: false,
    reason: 'only 1 of 1000 samples lie beyond it (10 are needed)',
  });
});

test('the deepest percentile', () => {
  expect(deepestPercentile(1_000)).toBeCloseTo(0.99, 12);
  expect(deepestPercentile(10)).toBeNull();
});

test('an empty histogram shows nothing; an unreadable one says so', () => {
  expect(percentile(decode(encoded([])), 0.5)).toEqual({
    shown: false,
    reason: 'only 0 of 0 samples lie beyond it (10 are needed)',
  });
  for (const broken of ['', 'not base64 at all', 'AAAA']) expect(decode(broken).readable).toBe(false);
});
