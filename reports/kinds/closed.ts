import { countOf, integer } from '../model/format.ts';
import type { Question } from '../model/model.ts';
import type { KindReport, KindShape, MeasuredMetric } from './shape.ts';
import { CHEAPER, finite, HIGHER, MESSAGES_PER_SECOND, MICROSECONDS, perDelivered } from './shared/measuring.ts';
import { cpu } from './shared/message-metrics.ts';
import { arrived, count, figuresOf, generator } from './shared/trial-columns.ts';

declare module '../model/metrics.ts' {
  interface MetricIds {
    throughput: true;
    generatorCpu: true;
  }
}

const throughput: MeasuredMetric = {
  metric: {
    id: 'throughput',
    name: 'messages per second in a closed loop',
    title: 'messages per second in a closed loop',
    header: 'Messages per second, closed loop',
    column: 'msg/s closed loop',
    keep: 9,
    ...MESSAGES_PER_SECOND,
    words: HIGHER,
  },
  number: 1,
  sources: ['messages.delivered'],
  csv: 'closed_loop_per_second',
  measure: ({ trial }) => finite(trial.messages.delivered / trial.seconds),
};

const generatorCpu: MeasuredMetric = {
  metric: {
    id: 'generatorCpu',
    name: 'generator CPU per message',
    title: 'generator CPU per message',
    header: 'Generator CPU / msg',
    column: 'generator µs/msg',
    keep: 2,
    ...MICROSECONDS,
    words: CHEAPER,
  },
  number: 8,
  sources: ['usage.generator.cpuSeconds', 'messages.delivered'],
  csv: 'generator_cpu_seconds_per_message',
  measure: ({ trial }) => perDelivered(trial.usage.generator.cpuSeconds, trial.messages.delivered),
};

const metrics = [throughput, generatorCpu, cpu];

const scenarioText = (scenario: string): string => `${scenario} (closed loop)`;

const title = ({ scenario, clients, size }: Question): string =>
  `${scenarioText(scenario)} with ${countOf(clients, 'client')}, ${integer(size)} B`;

/** A closed loop: each session sends again when its echo arrives. */
export const closed: KindShape = {
  metrics,
  title,
  subject: title,
  scenarioText,
  limit: 'one number of clients and one message size',
  judged: {
    primary: () => 'throughput',
    incomparable: [],
    betweenRuns: metrics.map(({ metric }) => metric.id),
  },
  // Each message waits for the one before it, so its latency is not a response latency.
  steadyRate: false,
  warmedUp: true,
  trialLength: 'asked for',
  wireCost: null,
  csv: [],
  advice: {
    need: 'throughput',
    scenarios: 'ceiling',
    missing: 'messages in a closed loop',
    criteria: { throughput: 'throughput' },
  },
};

export const closedReport: KindReport = {
  notes: () => [
    'Closed loop: each session sends again as soon as its echo arrives, so a slow server gets fewer messages. The figures ' +
      'show how fast generator and server are together. There is no send schedule and so no response latency, and the ' +
      'figures cannot be compared with those of messages on a schedule.',
  ],
  warnings: () => [],
  trust: ['accounting closes', 'cores undisturbed'],
  isEcho: () => false,
  figures: ['intervals', 'effort', 'browser', 'proxy'],
  effort: {
    generator: 'used',
    note: 'its user and system time.',
    limit: 'In a closed loop, the side that needs more time per message sets the rate.',
  },
  definitions: [
    [
      'Messages per second, closed loop',
      'Each session sends again when its echo arrives. Higher is better. This is not a capacity: no latency is guaranteed.',
    ],
  ],
  trialColumns: (group) => [count('Sent', 'sent'), ...arrived(group), ...figuresOf(metrics), ...generator(group)],
};
