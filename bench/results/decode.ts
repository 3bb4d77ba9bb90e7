import { inflateSync } from 'node:zlib';
import { compressedPart, type Distribution, distributionOf, MAX_BYTES } from './histogram.ts';

/** Decodes a compressed V2 HdrHistogram of nanoseconds with Node.js; browsers have `reports/page/live`. @throws if it is damaged */
export function decodeHistogram(base64: string): Distribution {
  // Node's own reader of base64 skips characters that are none.
  const bytes = Buffer.from(atob(base64), 'latin1');
  return distributionOf(inflateSync(compressedPart(bytes), { maxOutputLength: MAX_BYTES }));
}
