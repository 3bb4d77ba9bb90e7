import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { type Decoded, type Distribution, pool, quantile } from '../../stats/distribution.ts';
import { decode } from '../decode.ts';
import { percentileCurve, pooledShares } from './curve.ts';

/** One sample at each of these numbers of microseconds; small ones have a bucket each, so that nothing is rounded. */
function trial(micros: readonly number[]): Decoded {
  const histogram = build();
  for (const value of micros) histogram.recordValue(value);
  return decode(encodeIntoCompressedBase64(histogram));
}

const upTo = (count: number, times = 1): number[] => Array.from({ length: count }, (_, index) => (index + 1) * times);
const nano = (seconds: number): number => Math.round(seconds * 1e9);

const distributionOf = (decoded: Decoded): Distribution => {
  if (!decoded.readable) throw new Error(decoded.reason);
  return decoded.distribution;
};

describe('the percentile curve', () => {
  // 1 … 100, and the same two and four times as slow.
  const curve = percentileCurve([trial(upTo(100)), trial(upTo(100, 2)), trial(upTo(100, 4))]);

  test('is the median of the trials, between the fastest and the slowest', () => {
    const half = curve.find(({ percentile }) => percentile === 0.5);
    expect([half?.low, half?.seconds, half?.high].map((value) => nano(value ?? 0))).toEqual([50, 100, 200]);
    expect(half?.firm).toBe(true);
  });

  test('is firm as far as each trial has ten samples beyond, and ends where all together have', () => {
    // Ten of 100 lie beyond the 90th percentile; ten of 300 beyond the 96.67th.
    const firm = curve.filter((point) => point.firm);
    expect(firm.at(-1)?.percentile).toBeCloseTo(0.9, 12);
    expect(curve.at(-1)?.percentile).toBeCloseTo(1 - 10 / 300, 12);
    expect(curve.slice(firm.length).every((point) => !point.firm)).toBe(true);
    // Rank 97 of each trial: 97, 194 and 388.
    expect(nano(curve.at(-1)?.seconds ?? 0)).toBe(194);
  });

  test('of one trial is firm to its end', () => {
    const alone = percentileCurve([trial(upTo(100))]);
    expect(alone.every(({ firm }) => firm)).toBe(true);
    expect(alone.at(-1)?.percentile).toBeCloseTo(0.9, 12);
  });

  test('is not drawn where some trial has too few samples for any percentile', () => {
    expect(percentileCurve([trial(upTo(100)), trial(upTo(10))])).toEqual([]);
    expect(percentileCurve([])).toEqual([]);
  });
});

describe('what is pooled', () => {
  test('counts every sample of every trial once, where they meet too', () => {
    const pooled = pool([trial([1, 2, 2, 5]), trial([2, 5, 9])].map(distributionOf));
    expect(pooled.count).toBe(7);
    expect(pooled.seconds.map(nano)).toEqual([1, 2, 5, 9]);
    expect(pooled.cumulative).toEqual([1, 4, 6, 7]);
    expect(nano(quantile(pooled, 0.5))).toBe(2);
    expect(nano(quantile(pooled, 0.6))).toBe(5);
  });

  test('is not the average of the trials: nine in ten of the messages are of the busier one', () => {
    const shares = pooledShares([trial(upTo(90)), trial(Array.from({ length: 10 }, () => 1_000))]);
    const at = (wanted: number) => nano(shares.find(({ share }) => share === wanted)?.seconds ?? 0);
    expect(at(0.5)).toBe(50);
    expect(at(0.9)).toBe(90);
    expect(at(0.95)).toBe(1_000);
    expect(shares[0]?.share).toBe(0.01);
    expect(shares.at(-1)?.share).toBe(0.99);
  });

  test('rises, and says nothing of too few', () => {
    const shares = pooledShares([trial(upTo(200)), trial(upTo(50, 3))]);
    for (const [index, { seconds }] of shares.entries())
      expect(seconds).toBeGreaterThanOrEqual(shares[index - 1]?.seconds ?? 0);
    expect(pooledShares([trial(upTo(10))])).toEqual([]);
  });
});
