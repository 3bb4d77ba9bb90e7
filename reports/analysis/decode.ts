import { decodeHistogram } from '../../bench/results/decode.ts';
import type { MeasuredTrial } from '../../bench/results/schema.ts';
import type { DecodedTrial } from '../model/member.ts';
import { type Decoded, UNREADABLE, withBounds } from '../stats/distribution.ts';
import { unmeasured } from './readings.ts';

/** Decodes a histogram; one that is damaged is unreadable. */
export function decode(base64: string): Decoded {
  try {
    return { readable: true, distribution: decodeHistogram(base64) };
  } catch {
    return UNREADABLE;
  }
}

/** Decodes every histogram of a trial; one that was not measured is unreadable, for the reason that the trial gives. */
export function decodeTrial(trial: MeasuredTrial): DecodedTrial {
  const { response, service, lag, connect, last, overdue, sameNode, otherNode } = trial.latency;
  const read = (name: keyof typeof trial.latency, encoded: string): Decoded =>
    unmeasured(trial, name) ?? decode(encoded);
  const delivered = read('response', response);
  return {
    trial,
    delivered,
    response: overdue === undefined ? delivered : withBounds(delivered, decode(overdue)),
    service: read('service', service),
    lag: read('lag', lag),
    connect: read('connect', connect),
    last: last === undefined ? null : read('last', last),
    sameNode: sameNode === undefined ? null : read('sameNode', sameNode),
    otherNode: otherNode === undefined ? null : read('otherNode', otherNode),
  };
}
