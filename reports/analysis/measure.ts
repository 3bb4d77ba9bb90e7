import type { Case, MeasuredTrial } from '../../bench/results/schema.ts';
import { type Decoded, decode, notShown, percentile, type Shown, shown } from './distribution.ts';
import type { MetricId } from './metrics.ts';

/** A measured trial with its histograms decoded, once for all that is read from them. */
export type DecodedTrial = {
  readonly trial: MeasuredTrial;
  readonly response: Decoded;
  readonly service: Decoded;
  readonly lag: Decoded;
  readonly connect: Decoded;
  /** Only where a message has several receivers. */
  readonly last: Decoded | null;
};

export const decodeTrial = (trial: MeasuredTrial): DecodedTrial => ({
  trial,
  response: decode(trial.latency.response),
  service: decode(trial.latency.service),
  lag: decode(trial.latency.lag),
  connect: decode(trial.latency.connect),
  last: trial.latency.last === undefined ? null : decode(trial.latency.last),
});

export function measure(id: MetricId, { trial, response, connect }: DecodedTrial): Shown {
  const { messages, wire, usage } = trial;
  switch (id) {
    case 'p50':
      return percentile(response, 0.5);
    case 'p99':
      return percentile(response, 0.99);
    case 'bytes':
      return perDelivered(wire.up + wire.down, messages.delivered);
    case 'cpu':
      return perDelivered(usage.server.cpuSeconds, messages.delivered);
    case 'memory':
      return finite(usage.server.rssBytes);
    case 'connect':
      return percentile(connect, 0.5);
  }
}

/** Bytes of application data a delivered message carried, its way up counted in: what framing is overhead on top of. */
export function payloadPerDelivered({ size }: Pick<Case, 'size'>, { messages }: MeasuredTrial): Shown {
  return perDelivered(size * (messages.sent + messages.delivered), messages.delivered);
}

function perDelivered(amount: number, delivered: number): Shown {
  return delivered > 0 ? finite(amount / delivered) : notShown('no message was delivered');
}

const finite = (value: number): Shown => (Number.isFinite(value) ? shown(value) : notShown('not a finite number'));
