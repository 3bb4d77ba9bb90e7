import { inflateSync } from 'node:zlib';
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, JsHistogram } from 'hdr-histogram-js';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { decode } from '../../reports/analysis/decode.ts';
import { makeResults, SEVEN } from '../../reports/testing/fixtures.ts';
import { compressedPart, distributionOf } from './histogram.ts';

/** Distribution as the library that wrote the histogram decodes it. */
function byLibrary(base64: string) {
  const histogram = decodeFromCompressedBase64(base64);
  if (!(histogram instanceof JsHistogram)) throw new Error('another kind of histogram');
  const seconds: number[] = [];
  const cumulative: number[] = [];
  let count = 0;
  for (let index = 0; index < histogram.countsArrayLength; index++) {
    const here = histogram.getCountAtIndex(index);
    if (here === 0) continue;
    count += here;
    seconds.push(histogram.highestEquivalentValue(histogram.valueFromIndex(index)) / 1e9);
    cumulative.push(count);
  }
  return { count, seconds, cumulative };
}

const read = (base64: string) => distributionOf(inflateSync(compressedPart(Buffer.from(base64, 'base64'))));

test.each([
  { lowestDiscernibleValue: 1, highestTrackableValue: 6e10, numberOfSignificantValueDigits: 3 },
  { lowestDiscernibleValue: 1, highestTrackableValue: 2 ** 45, numberOfSignificantValueDigits: 2 },
  { lowestDiscernibleValue: 1000, highestTrackableValue: 3.6e12, numberOfSignificantValueDigits: 3 },
  { lowestDiscernibleValue: 1, highestTrackableValue: 1e6, numberOfSignificantValueDigits: 5 },
] as const)('every bucket is read as the library that writes them reads it: %o', (shape) => {
  const random = xoroshiro128plus(7);
  for (let round = 0; round < 20; round++) {
    const histogram = build(shape);
    const most = Math.log2(shape.highestTrackableValue);
    for (let sample = 0; sample < 300; sample++) {
      const value = Math.floor(2 ** (uniformInt(random, 0, 1000 * most - 1) / 1000));
      // Counts of one byte and of several.
      histogram.recordValueWithCount(value, 2 ** uniformInt(random, 0, 30));
    }
    const base64 = encodeIntoCompressedBase64(histogram);
    expect(read(base64)).toEqual(byLibrary(base64));
  }
});

test('so is every histogram of a run, and one without samples', () => {
  const { cases } = makeResults({ transports: SEVEN, trials: 2 });
  const histograms = cases.flatMap(({ trials }) =>
    trials.flatMap((trial) =>
      trial.state === 'failed' ? [] : Object.values(trial.latency).filter((one) => typeof one === 'string'),
    ),
  );
  expect(histograms.length).toBeGreaterThan(40);
  for (const base64 of [...histograms, encodeIntoCompressedBase64(build())]) {
    expect(read(base64)).toEqual(byLibrary(base64));
  }
});

test('what is cut short or altered is unreadable, not a number', () => {
  const histogram = build();
  for (let value = 1; value < 5_000; value++) histogram.recordValue(value * 1_000);
  const whole = Buffer.from(encodeIntoCompressedBase64(histogram), 'base64');
  expect(decode(whole.toString('base64')).readable).toBe(true);
  for (const length of [0, 3, 7, 8, 20, whole.length - 5]) {
    expect(decode(whole.subarray(0, length).toString('base64')).readable).toBe(false);
  }
  const inflated = inflateSync(compressedPart(whole));
  expect(() => distributionOf(inflated.subarray(0, inflated.length - 1))).toThrow('cut short');
  expect(() => distributionOf(whole)).toThrow('version 2');
  // A number of empty indices after which the next value is too large.
  const beyond = Buffer.concat([inflated.subarray(0, 40), Buffer.from('ffffffffffff7f02', 'hex')]);
  beyond.writeInt32BE(8, 4);
  expect(() => distributionOf(beyond)).toThrow('too large');
});

test('a histogram that lacks its last byte is refused', () => {
  const histogram = build();
  histogram.recordValue(1_000_000);
  const whole = inflateSync(compressedPart(Buffer.from(encodeIntoCompressedBase64(histogram), 'base64')));
  const end = whole.byteLength;
  expect(distributionOf(whole.subarray(0, end)).count).toBe(1);
  // The library may write bytes without meaning after the counts.
  const needed = 40 + new DataView(whole.buffer, whole.byteOffset).getInt32(4);
  expect(distributionOf(whole.subarray(0, needed)).count).toBe(1);
  expect(() => distributionOf(whole.subarray(0, needed - 1))).toThrow('the histogram is cut short');
});
