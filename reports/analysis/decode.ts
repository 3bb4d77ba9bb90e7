import { inflateSync } from 'node:zlib';
import type { MeasuredTrial } from '../../bench/results/schema.ts';
import type { DecodedTrial } from '../model/member.ts';
import { type Decoded, UNREADABLE } from '../stats/distribution.ts';
import { compressedPart, distributionOf, MOST_BYTES } from '../stats/histogram.ts';

/** Decodes a compressed V2 HdrHistogram whose values are nanoseconds. Browsers inflate otherwise: `page/live`. */
export function decode(base64: string): Decoded {
  try {
    const inflated = inflateSync(compressedPart(Buffer.from(base64, 'base64')), { maxOutputLength: MOST_BYTES });
    return { readable: true, distribution: distributionOf(inflated) };
  } catch {
    return UNREADABLE;
  }
}

export const decodeTrial = (trial: MeasuredTrial): DecodedTrial => ({
  trial,
  response: decode(trial.latency.response),
  service: decode(trial.latency.service),
  lag: decode(trial.latency.lag),
  connect: decode(trial.latency.connect),
  last: trial.latency.last === undefined ? null : decode(trial.latency.last),
});
