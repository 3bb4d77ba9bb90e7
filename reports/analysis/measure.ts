import { whyNotMeasured } from '../../bench/results/not-measured.ts';
import type { Case, MeasuredTrial } from '../../bench/results/schema.ts';
import { measuredMetric } from '../kinds/lookup.ts';
import type { MeasuredCase } from '../kinds/shape.ts';
import { perDelivered } from '../kinds/shared/measuring.ts';
import type { DecodedTrial } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import { notShown, type Shown } from '../stats/distribution.ts';

/** Value of a metric in a trial; none if one of its sources was not measured. */
export function measure(id: MetricId, decoded: DecodedTrial, one: MeasuredCase): Shown {
  const { sources, measure: read } = measuredMetric(id);
  const why = whyNotMeasured(decoded.trial, sources);
  return why === undefined ? read(decoded, one) : notShown(why);
}

/** R² of the line that a metric is the slope of; null for every other metric. */
export const fitOf = (id: MetricId, { trial }: DecodedTrial): number | null => measuredMetric(id).fit?.(trial) ?? null;

/** True if the value is a lower bound. */
export const isLowerBound = (id: MetricId, { trial }: DecodedTrial): boolean =>
  measuredMetric(id).isLowerBound?.(trial) ?? false;

/** Bytes of application data per delivered message, in both directions. */
export function payloadPerDelivered({ size }: Pick<Case, 'size'>, { messages }: MeasuredTrial): Shown {
  return perDelivered(size * (messages.sent + messages.delivered), messages.delivered);
}

/** Bytes at the sockets per delivered message, for trials counted on a link; the rest is TCP, IP and Ethernet. */
export function socketPerDelivered(trial: MeasuredTrial): Shown {
  const why = whyNotMeasured(trial, ['wire.socket', 'messages.delivered']);
  if (why !== undefined) return notShown(why);
  const { messages, wire } = trial;
  const { socket } = wire;
  return socket === undefined ? notShown('not counted') : perDelivered(socket.up + socket.down, messages.delivered);
}
