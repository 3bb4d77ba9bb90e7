import { NO_NETWORK } from '../../../bench/results/dimensions.ts';
import type { MeasuredTrial } from '../../../bench/results/schema.ts';
import type { Question } from '../../model/model.ts';
import { countWithin, type Decoded, notShown, percentile, type Shown, shown } from '../../stats/distribution.ts';
import type { MeasuredMetric } from '../shape.ts';
import {
  BYTES,
  bytesOf,
  CHEAPER,
  FASTER,
  HIGHER,
  LIGHTER,
  MICROSECONDS,
  MS,
  PERCENT,
  perDelivered,
  unnoticedBytes,
  unnoticedCpu,
  unnoticedShare,
  unnoticedTime,
} from './measuring.ts';

declare module '../../model/metrics.ts' {
  interface MetricIds {
    p50: true;
    p99: true;
    'p99.9': true;
    'in-time': true;
    bytes: true;
    cpu: true;
  }
}

/** Hides a value of a search that found no rate, since no trial at such a rate was measured. */
const atFoundRate = ({ capacity }: MeasuredTrial, value: Shown): Shown =>
  capacity?.rate === 0 ? notShown('no rate met the objective in some search') : value;

/** True if some messages never came, so that a percentile of the response is at least the value that is read. */
const isOverloaded = ({ overload }: MeasuredTrial): boolean => overload !== undefined;

/** Hides a cost of an overloaded trial, whose queued messages have cost something too. */
const atKeptPace = (trial: MeasuredTrial, value: () => Shown): Shown =>
  isOverloaded(trial) ? notShown('overloaded: the cost of messages that were still queued is not told apart') : value();

export const p50: MeasuredMetric = {
  metric: {
    id: 'p50',
    name: 'p50',
    title: 'p50 latency',
    header: 'p50',
    column: 'p50 ms',
    keep: 4,
    ...MS,
    words: FASTER,
  },
  number: 5,
  sources: ['latency.response'],
  csv: 'response_p50_seconds',
  figure: 'percentiles',
  unnoticed: unnoticedTime,
  measure: ({ trial, response }) => atFoundRate(trial, percentile(response, 0.5)),
  isLowerBound: isOverloaded,
};

export const p99: MeasuredMetric = {
  metric: {
    id: 'p99',
    name: 'p99',
    title: 'p99 latency',
    header: 'p99',
    column: 'p99 ms',
    keep: 6,
    ...MS,
    words: FASTER,
  },
  number: 6,
  sources: ['latency.response'],
  csv: 'response_p99_seconds',
  figure: 'percentiles',
  unnoticed: unnoticedTime,
  measure: ({ trial, response }) => atFoundRate(trial, percentile(response, 0.99)),
  isLowerBound: isOverloaded,
};

/** True for cases over a network, under whose losses p99 lies on the step from a round trip to a retransmission. */
const isOverNetwork = ({ network }: Pick<Question, 'network'>): boolean => network !== NO_NETWORK;

export const p999: MeasuredMetric = {
  metric: {
    id: 'p99.9',
    name: 'p99.9',
    title: 'p99.9 latency',
    header: 'p99.9',
    column: 'p99.9 ms',
    keep: 1,
    ...MS,
    words: FASTER,
  },
  number: 18,
  sources: ['latency.response'],
  csv: 'response_p999_seconds',
  figure: 'in-time',
  unnoticed: unnoticedTime,
  isColumnOf: isOverNetwork,
  measure: ({ trial, response }) => atFoundRate(trial, percentile(response, 0.999)),
  isLowerBound: isOverloaded,
};

export const inTime: MeasuredMetric = {
  metric: {
    id: 'in-time',
    name: 'share in time',
    title: 'share in time',
    header: 'In time',
    column: 'in-time %',
    keep: 7,
    ...PERCENT,
    words: HIGHER,
  },
  number: 19,
  sources: ['latency.response', 'messages.expected'],
  csv: 'share_in_time',
  figure: 'in-time',
  unnoticed: unnoticedShare,
  isColumnOf: isOverNetwork,
  measure: ({ trial, delivered }, { objectiveSeconds }) => inTimeOf(trial, delivered, objectiveSeconds),
};

/** Share of the expected deliveries that came within so many seconds: those that were lost or are overdue did not. */
function inTimeOf({ messages, allPairs }: MeasuredTrial, delivered: Decoded, seconds: number): Shown {
  // Those between hosts are timed apart.
  const expected = messages.expected - (allPairs?.between ?? 0);
  if (!delivered.readable) return notShown(delivered.reason);
  return expected > 0
    ? shown(Math.min(1, countWithin(delivered.distribution, seconds) / expected))
    : notShown('no message was expected');
}

export const bytes: MeasuredMetric = {
  metric: {
    id: 'bytes',
    name: 'bytes per message',
    title: 'bytes per message',
    header: 'Bytes / msg',
    column: 'B/msg',
    keep: 5,
    ...BYTES,
    words: LIGHTER,
    perMessage: true,
  },
  number: 7,
  sources: ['wire.up', 'wire.down', 'messages.delivered'],
  csv: 'bytes_per_message',
  figure: 'bytes',
  unnoticed: unnoticedBytes,
  measure: ({ trial }) =>
    bytesOf(trial, () =>
      atKeptPace(trial, () =>
        atFoundRate(trial, perDelivered(trial.wire.up + trial.wire.down, trial.messages.delivered)),
      ),
    ),
};

export const cpu: MeasuredMetric = {
  metric: {
    id: 'cpu',
    name: 'server CPU per message',
    title: 'server CPU per message',
    header: 'Server CPU / msg',
    column: 'CPU µs/msg',
    keep: 3,
    ...MICROSECONDS,
    words: CHEAPER,
    perMessage: true,
  },
  number: 9,
  sources: ['usage.server.cpuSeconds', 'messages.delivered'],
  csv: 'server_cpu_seconds_per_message',
  figure: 'effort',
  unnoticed: unnoticedCpu,
  measure: ({ trial }) =>
    atKeptPace(trial, () => atFoundRate(trial, perDelivered(trial.usage.server.cpuSeconds, trial.messages.delivered))),
};
