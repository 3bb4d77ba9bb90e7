import { FAULTS } from '../../bench/results/dimensions.ts';
import { MIN_TRIALS } from '../../bench/results/rules.ts';
import type { Fault } from '../../bench/results/values.ts';
import { countOf, integer, list } from '../model/format.ts';
import type { Member } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { MeasuredView, Question, RecoveryView } from '../model/model.ts';
import type { KindReport, KindShape, NoteFacts, TrialColumn } from './shape.ts';
import { RECOVERY_METRICS, recoveryMetrics } from './shared/recovery-metrics.ts';
import { contention, figuresOf } from './shared/trial-columns.ts';

/** Words for each fault, with the length of the outage: ` of 2 to 4 s`, or nothing where it is over at once. */
const FAULT_TEXTS: Readonly<Record<Fault, (outage: string) => string>> = {
  blackhole: (outage) => `a cut of the path${outage}`,
  restart: (outage) => `a restart of the server${outage}`,
  drain: (outage) => `an orderly restart of the server${outage}`,
  reset: () => 'a reset of their connections',
  rebind: () => 'a change of their address',
  node: (outage) => `the death of one node${outage}`,
  rolling: () => 'a rolling restart of all nodes',
  backplane: (outage) => `a restart of the nodes’ Redis${outage}`,
  freeze: (outage) => `a freeze of their tab${outage}`,
};

function faultText({ dimensions, outage }: Pick<Question, 'dimensions' | 'outage'>): string {
  const fault = FAULTS.find((one) => one === dimensions?.fault);
  return fault === undefined ? 'a fault' : FAULT_TEXTS[fault](outageText(outage));
}

/** ` of 2 to 4 s`, with two figures at most. */
function outageText(outage: Question['outage']): string {
  if (outage === undefined) return '';
  const { low, high } = outage;
  if (high - low < 0.1 * high) return ` of ${Number(((low + high) / 2).toPrecision(2))} s`;
  const rounded = (seconds: number): number => Number(seconds.toPrecision(2));
  const [from, to] = [rounded(low), rounded(high)];
  return from === to ? ` of ${to} s` : ` of ${from} to ${to} s`;
}

const title = (question: Question): string => `${countOf(question.clients, 'session')} after ${faultText(question)}`;

/**
 * Time until nothing is missing, in which nobody leads who lost messages. Where more sessions survived than came back, few choices have
 * such a time; then the longest time without anything new, which every session has that is there again.
 */
function primary(members: readonly Member[]): MetricId {
  const choices = members.filter(({ floor }) => !floor);
  const count = (id: MetricId, atLeast: number): number =>
    choices.filter(({ readings }) => readings[id].sample.size >= atLeast).length;
  const isLess = (atLeast: number): boolean => count('whole', atLeast) < count('staleness', atLeast);
  return isLess(1) || isLess(MIN_TRIALS) ? 'staleness' : 'whole';
}

/** Recovery of each valid trial of a case. */
const recoveriesOf = ({ trials }: Pick<Member, 'trials'>): RecoveryView[] =>
  trials.flatMap((trial) => (trial.state === 'valid' && !trial.replaced ? (trial.recovery ?? []) : []));

function notes({ members }: NoteFacts): string[] {
  const seen = members.map((member) => ({ name: member.name, recoveries: recoveriesOf(member) }));
  const namesOf = (isSo: (one: RecoveryView) => boolean, every: boolean): string[] =>
    seen
      .filter(({ recoveries }) => recoveries.length > 0 && (every ? recoveries.every(isSo) : recoveries.some(isSo)))
      .map(({ name }) => name);
  const gone = namesOf(({ sessions }) => sessions.gone === sessions.all, true);
  const survived = namesOf(({ sessions }) => sessions.survived > 0, false);
  return [
    'Messages are published on one schedule, before, during and after the fault. “Whole” is the time from the path being back until ' +
      'nothing is missing, of a typical session: until it is usable, and until it has what it missed. Lost messages never came; messages ' +
      'that came twice are counted apart.',
    ...(members.some(({ readings }) => readings.whole.bounded > 0)
      ? ['≥ marks trials in which messages were lost for good, or sessions did not come back: they were never whole.']
      : []),
    ...limitNotes(seen),
    ...(gone.length === 0 ? [] : [`Not one session came back with ${list(gone, 'and')}.`]),
    ...(survived.length === 0
      ? []
      : [`All or some sessions survived, without a new connection, with ${list(survived, 'and')}.`]),
  ];
}

/** Notes about what a protocol’s own means cannot resume at this fault. */
function limitNotes(
  seen: readonly { readonly name: string; readonly recoveries: readonly RecoveryView[] }[],
): string[] {
  const limited = seen.flatMap(({ name, recoveries }) => {
    const limit = recoveries.find((one) => one.limit !== undefined)?.limit;
    return limit === undefined ? [] : [{ name, limit }];
  });
  return [...Map.groupBy(limited, ({ limit }) => limit)].map(([limit, those]) => {
    const names = those.map(({ name }) => name);
    return `Not resumed with ${list(names, 'and')}: ${limit.replace(/\.$/, '')}.`;
  });
}

const ofSessions = (header: string, read: (recovery: RecoveryView) => number): TrialColumn => ({
  header,
  text: ({ recovery }: MeasuredView) => (recovery === null ? '—' : integer(read(recovery))),
});

/** Columns of counts; made when they are asked for, so that the page's script does not carry them. */
const sessionColumns = (): TrialColumn[] => [
  ofSessions('Survived', ({ sessions }) => sessions.survived),
  ofSessions('Came back', ({ sessions }) => sessions.cameBack),
  ofSessions('Gone', ({ sessions }) => sessions.gone),
  ofSessions('Attempts', ({ attempts }) => attempts.all),
  ofSessions('Failed', ({ attempts }) => attempts.failed),
];

const REASONS: TrialColumn = {
  header: 'Ends',
  text: ({ recovery }) => {
    const reasons = Object.entries(recovery?.reasons ?? {});
    return reasons.length === 0 ? '—' : reasons.map(([reason, times]) => `${reason} (×${times})`).join('; ');
  },
};

/** A fault, and how the sessions come back. */
export const recovery: KindShape = {
  metrics: recoveryMetrics,
  title,
  subject: title,
  scenarioText: (scenario) => scenario,
  limit: 'one fault at a time, with sessions that only receive',
  judged: {
    primary,
    incomparable: [],
    betweenRuns: RECOVERY_METRICS,
    floorIsNoBound: true,
  },
  steadyRate: false,
  warmedUp: false,
  measuresLosses: true,
  trialLength: 'until done',
  wireCost: null,
  csv: [
    { header: 'fault_seconds', path: 'recovery.faultSeconds', cell: (trial) => trial.recovery?.faultSeconds },
    { header: 'path_back_seconds', path: 'recovery.backSeconds', cell: (trial) => trial.recovery?.backSeconds },
    { header: 'observed_until_seconds', path: 'recovery.endSeconds', cell: (trial) => trial.recovery?.endSeconds },
    { header: 'silence_seconds', path: 'recovery.silenceSeconds', cell: (trial) => trial.recovery?.silenceSeconds },
    { header: 'sessions_survived', path: 'recovery.sessions', cell: (trial) => trial.recovery?.sessions.survived },
    { header: 'sessions_came_back', path: 'recovery.sessions', cell: (trial) => trial.recovery?.sessions.cameBack },
    { header: 'sessions_gone', path: 'recovery.sessions', cell: (trial) => trial.recovery?.sessions.gone },
    { header: 'sessions_noticed', path: 'recovery.sessions', cell: (trial) => trial.recovery?.sessions.noticed },
    { header: 'attempts', path: 'recovery.attempts', cell: (trial) => trial.recovery?.attempts.all },
    { header: 'attempts_failed', path: 'recovery.attempts', cell: (trial) => trial.recovery?.attempts.failed },
    { header: 'published', path: 'recovery.messages', cell: (trial) => trial.recovery?.messages.published },
    { header: 'lost_max', path: 'recovery.messages', cell: (trial) => trial.recovery?.messages.lostMax },
    { header: 'duplicated_max', path: 'recovery.messages', cell: (trial) => trial.recovery?.messages.duplicatedMax },
    { header: 'listen_drops', path: 'recovery.herd', cell: (trial) => trial.recovery?.herd.listenDrops },
    { header: 'resume_limit', path: 'recovery', cell: (trial) => trial.recovery?.limit },
  ],
  advice: { need: 'return', scenarios: 'recovery', missing: 'sessions after a fault', criteria: {} },
};

export const recoveryReport: KindReport = {
  notes,
  warnings: () => [],
  trust: ['schedule kept', 'accounting closes', 'clock sane', 'cores undisturbed'],
  isEcho: () => false,
  figures: ['recovery', 'herd', 'intervals', 'browser', 'proxy'],
  effort: null,
  definitions: [
    [
      'Survived, came back, gone',
      'A session survived if it delivered within 30 s after the path was back, without a new connection. It came back if a new ' +
        'connection was usable by then, and is gone otherwise.',
    ],
    [
      'Detection',
      'Time from the fault until a client learns of it: from its library, or by silence. Of those that learnt it.',
    ],
    [
      'Reconnection, catch-up',
      'Reconnection: from the path being back to a usable session. Catch-up: from there until nothing is missing. Both are of the ' +
        'sessions that came back.',
    ],
    [
      'Nothing missing',
      'Reconnection and catch-up together, the medians over the sessions. If messages were lost for good or sessions stayed away, it ' +
        'is at least the time that was observed.',
    ],
    [
      'Staleness',
      'The longest time for which a session’s newest message was older than the due time of the next one. It has the outage in it.',
    ],
    [
      'Managed, library',
      'Who reconnects: the harness, alike for every transport, or the client library by its own defaults.',
    ],
  ],
  trialColumns: (group) => [...figuresOf(recoveryMetrics), ...sessionColumns(), REASONS, ...contention(group)],
};
