import { inflateSync } from 'node:zlib';
import type { MeasuredTrial } from '../../bench/results/schema.ts';
import type { DecodedTrial } from '../model/member.ts';
import { type Decoded, UNREADABLE, withBounds } from '../stats/distribution.ts';
import { compressedPart, distributionOf, MAX_BYTES } from '../stats/histogram.ts';
import { unmeasured } from './readings.ts';

/** Decodes a compressed V2 HdrHistogram of nanoseconds with Node.js; browsers have `page/live`. */
export function decode(base64: string): Decoded {
  try {
    const inflated = inflateSync(compressedPart(Buffer.from(base64, 'base64')), { maxOutputLength: MAX_BYTES });
    return { readable: true, distribution: distributionOf(inflated) };
  } catch {
    return UNREADABLE;
  }
}

/** Decodes every histogram of a trial; one that was not measured is unreadable, for the reason that the trial gives. */
export function decodeTrial(trial: MeasuredTrial): DecodedTrial {
  const { response, service, lag, connect, last, overdue } = trial.latency;
  const read = (name: keyof typeof trial.latency, encoded: string): Decoded =>
    unmeasured(trial, name) ?? decode(encoded);
  return {
    trial,
    response:
      overdue === undefined ? read('response', response) : withBounds(read('response', response), decode(overdue)),
    service: read('service', service),
    lag: read('lag', lag),
    connect: read('connect', connect),
    last: last === undefined ? null : read('last', last),
  };
}
