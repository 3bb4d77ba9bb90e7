import { NO_NETWORK } from '../../bench/results/dimensions.ts';
import { MIN_TRIALS } from '../../bench/results/rules.ts';
import { countOf, figures, integer } from '../model/format.ts';
import { inTimeNote } from '../model/in-time.ts';
import type { Member } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Question, Row } from '../model/model.ts';
import { percentile } from '../stats/distribution.ts';
import type { KindReport, KindShape, MeasuredMetric } from './shape.ts';
import { FASTER, finite, LIGHTER, MIB, MS, unnoticedMemory, unnoticedTime } from './shared/measuring.ts';
import { bytes, cpu, inTime, p50, p99, p999 } from './shared/message-metrics.ts';
import { NODE_TIMES, nodeMetrics } from './shared/node-metrics.ts';
import { tooFewSamples } from './shared/sample-warnings.ts';
import { arrived, figuresOf, generator, LAG, LATENCY, SENT } from './shared/trial-columns.ts';

declare module '../model/metrics.ts' {
  interface MetricIds {
    memory: true;
    connect: true;
  }
}

const memory: MeasuredMetric = {
  metric: {
    id: 'memory',
    name: 'server memory',
    title: 'server memory',
    header: 'Server memory',
    column: 'memory MiB',
    keep: 2,
    ...MIB,
    words: LIGHTER,
  },
  number: 10,
  sources: ['usage.server.rssBytes'],
  csv: 'server_memory_bytes',
  unnoticed: unnoticedMemory,
  measure: ({ trial }) => finite(trial.usage.server.rssBytes),
};

const connectTime: MeasuredMetric = {
  metric: {
    id: 'connect',
    name: 'connect time',
    title: 'connect time',
    header: 'Connect',
    column: 'connect ms',
    keep: 1,
    ...MS,
    words: FASTER,
  },
  number: 11,
  sources: ['latency.connect'],
  csv: 'connect_seconds',
  unnoticed: unnoticedTime,
  measure: ({ connect }) => percentile(connect, 0.5),
};

const metrics = [p50, p99, p999, inTime, bytes, cpu, memory, connectTime, ...nodeMetrics];

/** Rate of one session, which decides how soon it notices a loss: `2 msg/s`. */
function sessionRate(scenario: string, rate: number, clients: number): string {
  const own = scenario === 'broadcast' ? rate : rate / clients;
  return `${Number.isInteger(own) ? integer(own) : figures(own)} msg/s`;
}

function title({ scenario, clients, rate, size, network }: Question): string {
  const pace = `at ${Number.isInteger(rate) ? integer(rate) : figures(rate)} msg/s of ${integer(size)} B${network === NO_NETWORK ? '' : `, ${sessionRate(scenario, rate, clients)} a session,`}`;
  return `${scenario} ${scenario === 'broadcast' ? 'to' : 'with'} ${countOf(clients, 'client')} ${pace}`;
}

/**
 * Share in time over a network with losses, where p99 lies on the step from a round trip to a retransmission. Otherwise p99, or p50 if
 * some choice has no p99 or too few: a verdict must not leave choices out.
 */
function primary(members: readonly Member[], { lossShare }: Pick<Question, 'lossShare'> = {}): MetricId {
  const choices = members.filter(({ floor }) => !floor);
  const count = (id: MetricId) => ({
    seen: choices.filter(({ readings }) => readings[id].sample.size > 0).length,
    testable: choices.filter(({ readings }) => readings[id].sample.size >= MIN_TRIALS).length,
  });
  const [median, tail] = [count('p50'), count('p99')];
  if (lossShare !== undefined && count('in-time').seen > 0) return 'in-time';
  return tail.seen > 0 && tail.seen >= median.seen && tail.testable >= median.testable ? 'p99' : 'p50';
}

/** Trial length in seconds that gives the needed samples, with a tenth to spare. */
function longer(rows: readonly Row[], needed: number): number {
  const valid = rows.flatMap(({ trials }) => trials.flatMap((trial) => (trial.state === 'valid' ? [trial] : [])));
  const enough = valid.map(({ seconds, messages }) => (seconds * needed * 1.1) / Math.max(1, messages.delivered));
  const measured = valid.map(({ seconds }) => Math.ceil(seconds) + 1);
  return Math.max(...enough.map(Math.ceil), ...measured);
}

const NODES_NOTE =
  'Several nodes share a Redis, and the server’s figures are the sum of the nodes. “Same node” are deliveries to sessions of the ' +
  'sender’s own node, “across nodes” those to sessions of others. The cost of Redis falls as the rate rises, so it holds at this one.';

/** Messages on a schedule, at the case's rate. */
export const load: KindShape = {
  metrics,
  title,
  subject: title,
  scenarioText: (scenario) => scenario,
  limit: 'one load and one message size',
  judged: {
    primary,
    incomparable: [],
    // A page decodes no times on one node and across nodes.
    betweenRuns: metrics.map(({ metric }) => metric.id).filter((id) => !NODE_TIMES.includes(id)),
  },
  steadyRate: true,
  deliveriesPerSecond: ({ scenario, rate, clients }) => rate * (scenario === 'broadcast' ? clients : 1),
  warmedUp: true,
  trialLength: 'asked for',
  wireCost: { metric: 'bytes', per: 'message', when: 'in steady state' },
  csv: [],
  advice: {
    need: 'traffic',
    scenarios: 'echo,broadcast',
    missing: 'messages at a steady rate',
    criteria: { p99: 'p99', bytes: 'bytes', cpu: 'cpu', memory: 'memory' },
  },
};

export const loadReport: KindReport = {
  notes: ({ question, inTime }) => [
    ...(inTime === null ? [] : [inTimeNote(inTime, question.rttSeconds)]),
    ...(question.nodes === true ? [NODES_NOTE] : []),
  ],
  warnings({ rows }, where) {
    const remedy = (short: readonly Row[], needed: number) => `Use --duration ${longer(short, needed)}.`;
    return [
      ...tooFewSamples(rows, p50.metric, { share: 0.5, where, remedy }),
      ...tooFewSamples(rows, p99.metric, { share: 0.01, where, remedy }),
    ];
  },
  trust: [
    'schedule kept',
    'generator not saturated',
    'accounting closes',
    'clock sane',
    'samples for p99',
    'cores undisturbed',
  ],
  isEcho: ({ scenario }) => scenario === 'echo',
  figures: ['in-time', 'percentiles', 'intervals', 'distribution', 'frontier', 'time', 'bytes', 'effort', 'browser'],
  effort: {
    generator: 'worked',
    note: 'its busy time, without the time it spins while waiting for the next due time.',
    limit: null,
  },
  definitions: [],
  trialColumns: (group) => [
    ...SENT,
    ...arrived(group),
    ...figuresOf([p50, p99, ...(group.metrics.includes('in-time') ? [p999, inTime] : [])]),
    ...(group.metrics.includes('redis-cpu') ? figuresOf(nodeMetrics) : []),
    ...LATENCY,
    ...LAG,
    ...generator(group),
  ],
};
