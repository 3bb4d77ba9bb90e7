import type { DecodedTrial } from '../../model/member.ts';
import type { MetricId } from '../../model/metrics.ts';
import { notShown, percentile, type Shown } from '../../stats/distribution.ts';
import type { MeasuredMetric } from '../shape.ts';
import { CHEAPER, FASTER, MICROSECONDS, MS, perDelivered } from './measuring.ts';

declare module '../../model/metrics.ts' {
  interface MetricIds {
    'same-node-p50': true;
    'same-node-p99': true;
    'other-node-p50': true;
    'other-node-p99': true;
    'redis-cpu': true;
  }
}

const ONE = 'one node shares no Redis, and has no other node';
const WITHOUT = 'a figure of cases with several nodes';

type Between = 'sameNode' | 'otherNode';

const HEADERS: Readonly<Record<Between, string>> = { sameNode: 'Same node', otherNode: 'Across nodes' };
const NAMES: Readonly<Record<Between, string>> = { sameNode: 'on one node', otherNode: 'across nodes' };
const COLUMNS: Readonly<Record<Between, string>> = { sameNode: 'same', otherNode: 'across' };

const timeOf =
  (between: Between, share: number) =>
  ({ [between]: times }: DecodedTrial): Shown =>
    times === null ? notShown(ONE) : percentile(times, share);

/** Percentile of the latency on one node or across them. */
const latency = (
  id: MeasuredMetric['metric']['id'],
  number: number,
  between: Between,
  of: 'p50' | 'p99',
): MeasuredMetric => ({
  metric: {
    id,
    name: `${of} ${NAMES[between]}`,
    title: `${of} latency ${NAMES[between]}`,
    header: `${HEADERS[between]} ${of}`,
    column: `${COLUMNS[between]} ${of} ms`,
    keep: 2,
    ...MS,
    words: FASTER,
  },
  number,
  sources: ['latency.sameNode'],
  csv: `${between === 'sameNode' ? 'same_node' : 'other_node'}_${of}_seconds`,
  isColumnOf: ({ nodes }) => nodes === true,
  withoutColumn: WITHOUT,
  measure: timeOf(between, of === 'p50' ? 0.5 : 0.99),
});

const redisCpu: MeasuredMetric = {
  metric: {
    id: 'redis-cpu',
    name: 'Redis CPU per message',
    title: 'Redis CPU per message',
    header: 'Redis CPU / msg',
    column: 'Redis µs/msg',
    keep: 2,
    ...MICROSECONDS,
    words: CHEAPER,
    perMessage: true,
  },
  number: 42,
  sources: ['usage.backplane.cpuSeconds', 'messages.delivered'],
  csv: 'redis_cpu_seconds_per_message',
  isColumnOf: ({ nodes }) => nodes === true,
  withoutColumn: WITHOUT,
  measure: ({ trial: { usage, messages } }) =>
    usage.backplane === undefined ? notShown(ONE) : perDelivered(usage.backplane.cpuSeconds, messages.delivered),
};

/** Figures that are times on one node or across nodes. */
export const NODE_TIMES: readonly MetricId[] = ['same-node-p50', 'same-node-p99', 'other-node-p50', 'other-node-p99'];

/** Figures of several nodes that share a Redis. */
export const nodeMetrics: readonly MeasuredMetric[] = [
  latency('same-node-p50', 38, 'sameNode', 'p50'),
  latency('same-node-p99', 39, 'sameNode', 'p99'),
  latency('other-node-p50', 40, 'otherNode', 'p50'),
  latency('other-node-p99', 41, 'otherNode', 'p99'),
  redisCpu,
];
