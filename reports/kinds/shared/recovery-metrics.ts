import type { MeasuredTrial, Recovery, Times } from '../../../bench/results/schema.ts';
import type { Metric, MetricId } from '../../model/metrics.ts';
import { notShown, type Shown, shown } from '../../stats/distribution.ts';
import type { MeasuredMetric, Unnoticed } from '../shape.ts';
import { CHEAPER, FASTER, FEWER, finite, HIGHER, PERCENT, SECONDS, SHORTER, unnoticedShare } from './measuring.ts';

declare module '../../model/metrics.ts' {
  interface MetricIds {
    whole: true;
    detectionP50: true;
    detectionP95: true;
    reconnectionP50: true;
    reconnectionP95: true;
    catchUp: true;
    staleness: true;
    missed: true;
    repeated: true;
    backShare: true;
    attemptsPeak: true;
    herdCpu: true;
  }
}

/** A tenth of the shortest usual outage, 2 s: who has waited for it does not notice less. */
const unnoticedWait: Unnoticed = () => 0.2;
/** A tenth of a second of one core, once in a fault. */
const unnoticedHerd: Unnoticed = () => 0.1;

/** Reads a figure from a trial with a fault. */
const ofFault = (read: (recovery: Recovery) => Shown): MeasuredMetric['measure'] => {
  return ({ trial: { recovery } }) => (recovery === undefined ? notShown('no fault was made') : read(recovery));
};

const known = (value: number | null, otherwise: string): Shown =>
  value === null ? notShown(otherwise) : finite(value);

/** Reason why a trial has no session that came back. */
function whyNoneCameBack({ sessions: { all, survived, gone } }: Recovery): string {
  if (survived === all) return 'every session survived without a new connection';
  return gone === all ? 'no session came back' : 'no session came back by a new connection';
}

const whyNotCaughtUp = (recovery: Recovery): string =>
  recovery.sessions.cameBack === 0 ? whyNoneCameBack(recovery) : 'each session that came back missed messages for good';

/** Number of sessions that the counts of messages are of. */
const counted = ({ sessions: { all, gone } }: Recovery): number => all - gone;

const perSession = (count: number, recovery: Recovery): Shown =>
  counted(recovery) > 0 ? finite(count / counted(recovery)) : notShown('no session came back');

/** True if all sessions are there again and no message was lost for good. */
const isWhole = ({ sessions, messages }: Recovery): boolean => sessions.gone === 0 && messages.lost === 0;

/**
 * Reads the time from the path being back until nothing is missing: the medians of reconnection and catch-up together. A trial in which
 * messages were lost for good, or sessions stayed away, was never whole: its time is at least that of the whole observation. So
 * transports that lose nothing come first, and are then compared by their time.
 */
function timeToBeWhole(recovery: Recovery): Shown {
  const { reconnection, catchUp, backSeconds, endSeconds } = recovery;
  if (!isWhole(recovery)) return shown(endSeconds - backSeconds);
  if (reconnection.p50 === null) return notShown(whyNoneCameBack(recovery));
  return catchUp.p50 === null ? notShown(whyNotCaughtUp(recovery)) : finite(reconnection.p50 + catchUp.p50);
}

export const whole: MeasuredMetric = {
  metric: {
    id: 'whole',
    name: 'time until nothing is missing',
    title: 'time from the path being back until nothing is missing',
    header: 'Nothing missing',
    column: 'whole s',
    keep: 9,
    ...SECONDS,
    words: FASTER,
    boundText: 'in which messages were lost for good or sessions did not come back',
  },
  number: 20,
  sources: ['recovery.reconnection', 'recovery.catchUp', 'recovery.messages'],
  csv: 'whole_p50_seconds',
  figure: 'recovery',
  unnoticed: unnoticedWait,
  measure: ofFault(timeToBeWhole),
  isLowerBound: ({ recovery }: MeasuredTrial) => recovery !== undefined && !isWhole(recovery),
};

type Part = 'detection' | 'reconnection' | 'catchUp' | 'staleness';

/** Time of a part of the recovery, at one of its percentiles over the sessions. */
const time = (
  part: Part,
  at: keyof Omit<Times, 'count'>,
  why: (recovery: Recovery) => string,
  { number, csv, ...metric }: Omit<Metric, keyof typeof SECONDS> & { number: number; csv: string },
): MeasuredMetric => ({
  metric: { ...metric, ...SECONDS },
  number,
  sources: [`recovery.${part}`],
  csv,
  figure: 'recovery',
  unnoticed: unnoticedWait,
  measure: ofFault((recovery) => known(recovery[part][at], why(recovery))),
});

const whyNotNoticed = (): string => 'no session noticed an end';

const detectionP50 = time('detection', 'p50', whyNotNoticed, {
  id: 'detectionP50',
  name: 'detection p50',
  title: 'p50 time to detect the end',
  header: 'Detection p50',
  column: 'noticed s',
  keep: 6,
  number: 21,
  csv: 'detection_p50_seconds',
  words: FASTER,
});

const detectionP95 = time('detection', 'p95', whyNotNoticed, {
  id: 'detectionP95',
  name: 'detection p95',
  title: 'p95 time to detect the end',
  header: 'Detection p95',
  column: 'noticed p95 s',
  keep: 1,
  number: 22,
  csv: 'detection_p95_seconds',
  words: FASTER,
});

const reconnectionP50 = time('reconnection', 'p50', whyNoneCameBack, {
  id: 'reconnectionP50',
  name: 'reconnection p50',
  title: 'p50 time to reconnect',
  header: 'Reconnection p50',
  column: 'usable s',
  keep: 5,
  number: 23,
  csv: 'reconnection_p50_seconds',
  words: FASTER,
});

const reconnectionP95 = time('reconnection', 'p95', whyNoneCameBack, {
  id: 'reconnectionP95',
  name: 'reconnection p95',
  title: 'p95 time to reconnect',
  header: 'Reconnection p95',
  column: 'usable p95 s',
  keep: 2,
  number: 24,
  csv: 'reconnection_p95_seconds',
  words: FASTER,
});

const catchUp = time('catchUp', 'p50', whyNotCaughtUp, {
  id: 'catchUp',
  name: 'catch-up',
  title: 'p50 time to catch up',
  header: 'Catch-up p50',
  column: 'catch-up s',
  keep: 1,
  number: 25,
  csv: 'catch_up_p50_seconds',
  words: FASTER,
});

export const staleness = time('staleness', 'max', () => 'no session came back', {
  id: 'staleness',
  name: 'staleness',
  title: 'longest time without anything new',
  header: 'Staleness, longest',
  column: 'stale s',
  keep: 4,
  number: 26,
  csv: 'staleness_max_seconds',
  words: SHORTER,
});

/** Count of messages of a session. */
const COUNT = { unit: '', scale: 1, band: 'time', best: 'less', words: FEWER } as const;

export const missed: MeasuredMetric = {
  metric: {
    id: 'missed',
    name: 'lost messages per session',
    title: 'lost messages per session',
    header: 'Lost / session',
    column: 'lost',
    keep: 8,
    ...COUNT,
  },
  number: 27,
  sources: ['recovery.messages.lost'],
  csv: 'lost_per_session',
  figure: 'recovery',
  measure: ofFault((recovery) => perSession(recovery.messages.lost, recovery)),
};

export const repeated: MeasuredMetric = {
  metric: {
    id: 'repeated',
    name: 'repeated messages per session',
    title: 'repeated messages per session',
    header: 'Twice / session',
    column: 'twice',
    keep: 4,
    ...COUNT,
  },
  number: 28,
  sources: ['recovery.messages.duplicated'],
  csv: 'duplicated_per_session',
  figure: 'recovery',
  measure: ofFault((recovery) => perSession(recovery.messages.duplicated, recovery)),
};

const backShare: MeasuredMetric = {
  metric: {
    id: 'backShare',
    name: 'sessions back',
    title: 'share of sessions that are back',
    header: 'Sessions back',
    column: 'back %',
    keep: 7,
    ...PERCENT,
    words: HIGHER,
  },
  number: 29,
  sources: ['recovery.sessions'],
  csv: 'sessions_back_share',
  figure: 'recovery',
  unnoticed: unnoticedShare,
  measure: ofFault((recovery) => finite(counted(recovery) / recovery.sessions.all)),
};

const attemptsPeak: MeasuredMetric = {
  metric: {
    id: 'attemptsPeak',
    name: 'attempts per second at the peak',
    title: 'connection attempts per second at the peak',
    header: 'Attempts / s, peak',
    column: 'attempts/s',
    keep: 3,
    ...COUNT,
  },
  number: 30,
  sources: ['recovery.attempts'],
  csv: 'attempts_peak_per_second',
  measure: ofFault(({ attempts }) =>
    attempts.all === 0
      ? notShown('no attempt was counted: nobody tried, or the library does not tell')
      : finite(attempts.peakPerSecond),
  ),
};

const herdCpu: MeasuredMetric = {
  metric: {
    id: 'herdCpu',
    name: 'server CPU of the return',
    title: 'server CPU while the sessions come back',
    header: 'Server CPU of the return',
    column: 'CPU s',
    keep: 2,
    ...SECONDS,
    words: CHEAPER,
  },
  number: 31,
  sources: ['recovery.herd', 'usage.server.cpuSeconds'],
  csv: 'herd_cpu_seconds',
  unnoticed: unnoticedHerd,
  measure: ofFault((recovery) =>
    recovery.sessions.cameBack === 0 ? notShown(whyNoneCameBack(recovery)) : finite(recovery.herd.cpuSeconds),
  ),
};

/** Figures of a recovery, in the order of a table's columns. */
export const recoveryMetrics: readonly MeasuredMetric[] = [
  whole,
  missed,
  repeated,
  backShare,
  detectionP50,
  detectionP95,
  reconnectionP50,
  reconnectionP95,
  catchUp,
  staleness,
  attemptsPeak,
  herdCpu,
];

/** Ids of the figures, in the same order. */
export const RECOVERY_METRICS: readonly MetricId[] = recoveryMetrics.map(({ metric }) => metric.id);
