import { median } from '../../bench/results/numbers.ts';
import { countOf, integer } from '../model/format.ts';
import type { Member } from '../model/member.ts';
import { notShown, percentile } from '../stats/distribution.ts';
import type { KindReport, KindShape, MeasuredMetric, TrialColumn } from './shape.ts';
import {
  BYTES,
  bytesOf,
  FASTER,
  finite,
  HIGHER,
  LIGHTER,
  MS,
  unnoticedSetup,
  unnoticedTime,
} from './shared/measuring.ts';
import { capitalised, tooFewSamples } from './shared/sample-warnings.ts';
import { contention, figuresOf, growth } from './shared/trial-columns.ts';

declare module '../model/metrics.ts' {
  interface MetricIds {
    connectP50: true;
    connectP99: true;
    sessionRate: true;
    setupBytes: true;
  }
}

const connectP50: MeasuredMetric = {
  metric: {
    id: 'connectP50',
    name: 'p50',
    title: 'p50 time to a usable session',
    header: 'Usable session p50',
    column: 'p50 ms',
    keep: 9,
    ...MS,
    words: FASTER,
  },
  number: 3,
  sources: ['latency.connect'],
  csv: 'session_p50_seconds',
  unnoticed: unnoticedTime,
  measure: (decoded) => percentile(decoded.connect, 0.5),
};

const connectP99: MeasuredMetric = {
  metric: {
    id: 'connectP99',
    name: 'p99',
    title: 'p99 time to a usable session',
    header: 'Usable session p99',
    column: 'p99 ms',
    keep: 5,
    ...MS,
    words: FASTER,
  },
  number: 4,
  sources: ['latency.connect'],
  csv: 'session_p99_seconds',
  unnoticed: unnoticedTime,
  measure: (decoded) => percentile(decoded.connect, 0.99),
};

const sessionRate: MeasuredMetric = {
  metric: {
    id: 'sessionRate',
    name: 'sessions per second',
    title: 'sessions per second',
    header: 'Sessions opened',
    column: 'sessions/s',
    keep: 4,
    unit: 'sessions/s',
    scale: 1,
    band: 'time',
    best: 'more',
    words: HIGHER,
  },
  number: 16,
  sources: ['opening.sessions', 'opening.seconds'],
  csv: 'sessions_per_second',
  measure: ({ trial: { opening } }) =>
    opening === undefined ? notShown('no second pass was run') : finite(opening.sessions / opening.seconds),
};

const setupBytes: MeasuredMetric = {
  metric: {
    id: 'setupBytes',
    name: 'set-up bytes per session',
    title: 'set-up bytes per session',
    header: 'Set-up bytes / session',
    column: 'set-up B',
    keep: 3,
    ...BYTES,
    words: LIGHTER,
  },
  number: 17,
  sources: ['wire.setupUp', 'wire.setupDown'],
  csv: 'setup_bytes_per_session',
  unnoticed: unnoticedSetup,
  measure: ({ trial }, { clients }) =>
    bytesOf(trial, () => finite((trial.wire.setupUp + trial.wire.setupDown) / clients)),
};

const metrics = [connectP50, connectP99, sessionRate, setupBytes];

function openingText(members: readonly Member[]): string {
  const openings = members.flatMap(({ trials }) =>
    trials.flatMap((trial) => (trial.state === 'valid' && trial.opening !== null ? [trial.opening] : [])),
  );
  if (openings.length === 0) return '';
  const sessions = median(openings.map((opening) => opening.sessions));
  const inFlight = [...new Set(openings.map((opening) => opening.inFlight))].toSorted((a, b) => a - b);
  return ` that opens ${countOf(sessions, 'session')}, ${inFlight.map(integer).join(' or ')} at a time`;
}

const OPENING: readonly TrialColumn[] = [
  { header: 'Second pass, sessions', text: ({ opening }) => (opening === null ? '—' : integer(opening.sessions)) },
  { header: 'At a time', text: ({ opening }) => (opening === null ? '—' : integer(opening.inFlight)) },
];

/** Opening of sessions. */
export const connect: KindShape = {
  metrics,
  title: ({ scenario, clients }) => `${scenario}: ${countOf(clients, 'session')}`,
  subject: ({ clients }) => `connecting ${countOf(clients, 'session')}`,
  scenarioText: (scenario) => scenario,
  limit: 'sessions that only open',
  judged: {
    primary: () => 'connectP50',
    incomparable: [],
    betweenRuns: metrics.map(({ metric }) => metric.id),
  },
  steadyRate: false,
  warmedUp: false,
  trialLength: 'until done',
  wireCost: null,
  csv: [
    { header: 'opening_sessions', path: 'opening.sessions', cell: ({ opening }) => opening?.sessions },
    { header: 'opening_seconds', path: 'opening.seconds', cell: ({ opening }) => opening?.seconds },
    { header: 'opening_in_flight', path: 'opening.inFlight', cell: ({ opening }) => opening?.inFlight },
  ],
  advice: null,
};

export const connectReport: KindReport = {
  notes: ({ members }) => [
    'p50 and p99 are the time from the start of connecting to a usable session, with sessions opened one after another. ' +
      `${capitalised(sessionRate.metric.name)} come from a second pass${openingText(members)}.`,
  ],
  warnings({ rows }, where) {
    const remedy = (_: unknown, needed: number) => `Use --clients ${integer(needed)} or more.`;
    return [
      ...tooFewSamples(rows, connectP50.metric, { share: 0.5, where, remedy }),
      ...tooFewSamples(rows, connectP99.metric, { share: 0.01, where, remedy }),
    ];
  },
  trust: ['cores undisturbed'],
  isEcho: () => false,
  figures: ['round-trips', 'intervals', 'browser', 'proxy'],
  effort: null,
  definitions: [
    [
      'Usable session',
      'Time from the start of connecting until messages flow both ways: subscribed, not just connected.',
    ],
    [
      'Set-up bytes per session',
      'Bytes in both directions until every session was usable, divided by the number of sessions.',
    ],
  ],
  trialColumns: (group) => [...figuresOf(metrics), ...OPENING, ...growth(group), ...contention(group)],
};
