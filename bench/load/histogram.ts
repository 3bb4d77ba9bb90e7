import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';

/** Highest recordable value: one hour, longer than any trial's drain. */
export const HIGHEST_NS = 3_600e9;

/** Creates an HdrHistogram of nanoseconds with three significant digits. */
export function histogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: HIGHEST_NS, numberOfSignificantValueDigits: 3 });
}

/** Encodes as HdrHistogram V2, compressed, in base64. */
export const encode = (of: Histogram): string => encodeIntoCompressedBase64(of);

/** Merges encoded histograms by adding their counts; percentiles are never averaged. */
export function merge(encoded: readonly string[]): string {
  const sum = histogram();
  for (const one of encoded) sum.add(decodeFromCompressedBase64(one));
  return encode(sum);
}

export const decode = (encoded: string): Histogram => decodeFromCompressedBase64(encoded);
