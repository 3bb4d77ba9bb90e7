import { whyNotMeasured } from '../../bench/results/not-measured.ts';
import type { Case, MeasuredTrial } from '../../bench/results/schema.ts';
import type { MetricId } from '../model/metrics.ts';
import { type Decoded, notShown, percentile, type Shown, shown } from '../stats/distribution.ts';

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

export function measure(id: MetricId, decoded: DecodedTrial, { clients }: Pick<Case, 'clients'>): Shown {
  const why = whyNotMeasured(decoded.trial, SOURCES[id]);
  if (why !== undefined) return notShown(why);
  const { trial, response, connect } = decoded;
  const { messages, wire, usage, seconds, capacity, memory, opening } = trial;
  // A search that found no rate has confirmed none either: what its trial counted belongs to no found rate.
  const atFoundRate = (value: Shown): Shown =>
    capacity?.rate === 0 ? notShown('no rate met the objective in some search') : value;
  const perSessionHour = (amount: number): Shown => finite((amount * 3600) / (clients * seconds));
  const bytes = (value: () => Shown): Shown =>
    wire.datagrams && wire.layer === 'socket' ? notShown(DATAGRAMS_NOT_COUNTED) : value();
  switch (id) {
    case 'p50':
      return atFoundRate(percentile(response, 0.5));
    case 'p99':
      return atFoundRate(percentile(response, 0.99));
    case 'bytes':
      return bytes(() => atFoundRate(perDelivered(wire.up + wire.down, messages.delivered)));
    case 'cpu':
      return atFoundRate(perDelivered(usage.server.cpuSeconds, messages.delivered));
    case 'memory':
      return finite(usage.server.rssBytes);
    case 'connect':
    case 'connectP50':
      return percentile(connect, 0.5);
    case 'connectP99':
      return percentile(connect, 0.99);
    case 'capacity':
      return capacity === undefined ? notShown('no search was made') : finite(capacity.rate);
    case 'throughput':
      return finite(messages.delivered / seconds);
    case 'generatorCpu':
      return perDelivered(usage.generator.cpuSeconds, messages.delivered);
    case 'idleBytes':
      return bytes(() => perSessionHour(wire.up + wire.down));
    case 'idlePackets':
      return wire.packetsUp === undefined || wire.packetsDown === undefined
        ? notShown('packets are counted on a private link only')
        : perSessionHour(wire.packetsUp + wire.packetsDown);
    case 'idleCpu':
      return perSessionHour(usage.server.cpuSeconds);
    case 'sessionMemory':
      return memory === undefined ? NO_MEMORY : finite(memory.server.bytesPerSession);
    case 'generatorMemory':
      return memory === undefined ? NO_MEMORY : finite(memory.generator.bytesPerSession);
    case 'sessionRate':
      return opening === undefined ? notShown('no second pass was made') : finite(opening.sessions / opening.seconds);
    case 'setupBytes':
      return bytes(() => finite((wire.setupUp + wire.setupDown) / clients));
  }
}

/** Fields of a trial that a metric is made from: where one of them was not measured, the metric has no value. */
const SOURCES: Readonly<Record<MetricId, readonly string[]>> = {
  p50: ['latency.response'],
  p99: ['latency.response'],
  bytes: ['wire.up', 'wire.down', 'messages.delivered'],
  cpu: ['usage.server.cpuSeconds', 'messages.delivered'],
  memory: ['usage.server.rssBytes'],
  connect: ['latency.connect'],
  connectP50: ['latency.connect'],
  connectP99: ['latency.connect'],
  capacity: ['capacity.rate'],
  throughput: ['messages.delivered'],
  generatorCpu: ['usage.generator.cpuSeconds', 'messages.delivered'],
  idleBytes: ['wire.up', 'wire.down'],
  idlePackets: ['wire.packetsUp', 'wire.packetsDown'],
  idleCpu: ['usage.server.cpuSeconds'],
  sessionMemory: ['memory.server.bytesPerSession'],
  generatorMemory: ['memory.generator.bytesPerSession'],
  sessionRate: ['opening.sessions', 'opening.seconds'],
  setupBytes: ['wire.setupUp', 'wire.setupDown'],
};

/** Why no bytes of such a trial are shown. */
export const DATAGRAMS_NOT_COUNTED = 'not counted: datagrams are counted on a private link only';

const NO_MEMORY = notShown('memory was not sampled by number of sessions');

/** How well a straight line fits the memory that a metric is the slope of; null for every other metric. */
export function fitOf(id: MetricId, { trial: { memory } }: DecodedTrial): number | null {
  if (memory === undefined) return null;
  if (id === 'sessionMemory') return memory.server.r2;
  return id === 'generatorMemory' ? memory.generator.r2 : null;
}

/** Whether the value is no more than a lower bound. */
export const isLowerBound = (id: MetricId, { trial: { capacity } }: DecodedTrial): boolean =>
  id === 'capacity' && capacity?.bound === 'lower';

/** Bytes of application data a delivered message carried, its way up counted in: what framing is overhead on top of. */
export function payloadPerDelivered({ size }: Pick<Case, 'size'>, { messages }: MeasuredTrial): Shown {
  return perDelivered(size * (messages.sent + messages.delivered), messages.delivered);
}

/** What the sockets carried of the bytes that were counted on a link: the rest is TCP, IP and Ethernet. */
export function socketPerDelivered(trial: MeasuredTrial): Shown {
  const why = whyNotMeasured(trial, ['wire.socket', 'messages.delivered']);
  if (why !== undefined) return notShown(why);
  const { messages, wire } = trial;
  const { socket } = wire;
  return socket === undefined ? notShown('not counted') : perDelivered(socket.up + socket.down, messages.delivered);
}

function perDelivered(amount: number, delivered: number): Shown {
  return delivered > 0 ? finite(amount / delivered) : notShown('no message was delivered');
}

const finite = (value: number): Shown => (Number.isFinite(value) ? shown(value) : notShown('not a finite number'));
