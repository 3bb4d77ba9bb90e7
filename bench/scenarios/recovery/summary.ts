import { encode, histogram } from '../../load/histogram.ts';
import type { SessionEvent, SessionHistory } from '../../load/protocol.ts';
import type { Recovery, RecoverySlice, Times } from '../../results/schema.ts';
import type { Disrupted } from '../shape.ts';

/** Time after the path is back within which a session has to deliver, or another one to be usable. */
export const RETURN_SECONDS = 30;
/** Length of a part of the timeline. */
const SLICE_SECONDS = 0.25;
const NS = 1e9;
/** Time after the path is back within which a message may still have gone its old way: it shows nothing of the new one. */
const IN_FORCE_NS = 0.5 * NS;

/** Observations of a trial with a fault, and what the figures need besides. */
export interface Observed extends Pick<Disrupted, 'startNs' | 'faultNs' | 'backNs' | 'endNs' | 'sessions' | 'server'> {
  readonly listenDrops: number | null;
  readonly intervalNs: number;
  /** Messages that were due early enough before the end to have arrived. */
  readonly published: number;
  readonly silenceSeconds: number | null;
  /** Sentence about what cannot be resumed at this fault. Absent if everything can. */
  readonly limit?: string | undefined;
}

type Fate = 'survived' | 'came back' | 'gone';
type Ending = Extract<SessionEvent, { readonly reason: string; readonly what: 'lost' | 'silent' | 'interrupted' }>;

/** Outcome of one session. Moments are in nanoseconds on the trial's clock. */
interface Outcome {
  readonly fate: Fate;
  readonly endings: readonly Ending[];
  readonly attempts: readonly number[];
  readonly failed: number;
  /** Moment from which it was usable again and stayed so. Undefined unless it came back. */
  readonly usableNs: number | undefined;
  /** Moments at which it became usable again, however long that lasted. */
  readonly returns: readonly number[];
  /** Messages that arrived at least once, of those published. */
  readonly delivered: number;
  readonly lost: number;
  /** Time by which its newest message was at most older than the successor's due time. */
  readonly stalenessNs: number;
  readonly history: SessionHistory;
}

/** Figures of a recovery from the histories of its sessions. Pure. */
export function summariseRecovery(observed: Observed): Recovery {
  const { startNs, faultNs, backNs, endNs, intervalNs, published, silenceSeconds, limit } = observed;
  const outcomes = observed.sessions.map((history) => outcomeOf(history, observed));
  const present = outcomes.filter(({ fate }) => fate !== 'gone');
  const returned = outcomes.filter(({ fate }) => fate === 'came back');
  const noticed = outcomes.flatMap(({ endings: [first] }) => first ?? []);
  const attempts = outcomes.flatMap((one) => one.attempts).toSorted((a, b) => a - b);
  const count = (of: Fate): number => outcomes.filter(({ fate }) => fate === of).length;
  const sum = (of: (outcome: Outcome) => number, some = outcomes): number =>
    some.reduce((total, outcome) => total + of(outcome), 0);
  return {
    faultSeconds: secondsBetween(startNs, faultNs),
    backSeconds: secondsBetween(startNs, backNs),
    endSeconds: secondsBetween(startNs, endNs),
    intervalSeconds: intervalNs / NS,
    silenceSeconds,
    sessions: {
      all: outcomes.length,
      survived: count('survived'),
      cameBack: count('came back'),
      gone: count('gone'),
      noticed: noticed.length,
    },
    detection: timesOf(noticed.map(({ atNs }) => secondsBetween(faultNs, atNs))),
    reconnection: timesOf(returned.map(({ usableNs }) => secondsBetween(backNs, usableNs ?? backNs))),
    catchUp: timesOf(
      returned.filter(({ lost }) => lost === 0).map((outcome) => catchUpSeconds(outcome, { startNs, intervalNs })),
    ),
    staleness: timesOf(present.map(({ stalenessNs }) => stalenessNs / NS)),
    firstWaits: firstWaits(outcomes),
    attempts: {
      all: attempts.length,
      failed: sum(({ failed }) => failed),
      peakPerSecond: peak(attempts),
    },
    messages: {
      published,
      expected: published * present.length,
      delivered: sum(({ delivered }) => delivered, present),
      lost: sum(({ lost }) => lost, present),
      duplicated: sum(({ history }) => history.duplicated),
      reordered: sum(({ history }) => history.reordered),
      corrupt: sum(({ history }) => history.corrupt),
      lostMax: Math.max(0, ...present.map(({ lost }) => lost)),
      duplicatedMax: Math.max(0, ...outcomes.map(({ history }) => history.duplicated)),
    },
    herd: herdOf(observed, returned),
    reasons: reasonsOf(outcomes),
    ...(limit === undefined ? {} : { limit }),
    timeline: timelineOf(outcomes, observed),
  };
}

const secondsBetween = (fromNs: number, toNs: number): number => Math.max(0, toNs - fromNs) / NS;

const isEnding = (event: SessionEvent): event is Ending =>
  event.what === 'lost' || event.what === 'silent' || event.what === 'interrupted';

function outcomeOf(
  history: SessionHistory,
  { startNs, faultNs, backNs, endNs, intervalNs, published }: Observed,
): Outcome {
  const untilNs = Math.min(endNs, backNs + RETURN_SECONDS * NS);
  const events = history.events.filter(({ atNs }) => atNs >= faultNs && atNs <= untilNs);
  const arrivals = history.arrivedNs.map((atNs) => (atNs === null || atNs > endNs ? null : atNs));
  const endings = events.filter(isEnding);
  const returns = events.filter(({ what }) => what === 'usable').map(({ atNs }) => atNs);
  const delivers = arrivals.some(
    (atNs, number) => atNs !== null && atNs <= untilNs && startNs + number * intervalNs >= backNs + IN_FORCE_NS,
  );
  const last = events.findLast((event) => isEnding(event) || event.what === 'usable');
  const fate = last === undefined ? (delivers ? 'survived' : 'gone') : last.what === 'usable' ? 'came back' : 'gone';
  const delivered = arrivals.slice(0, published).filter((atNs) => atNs !== null).length;
  return {
    fate,
    endings,
    attempts: events.filter(({ what }) => what === 'attempt').map(({ atNs }) => atNs),
    failed: events.filter(({ what }) => what === 'failed').length,
    usableNs: fate === 'came back' ? last?.atNs : undefined,
    returns,
    delivered,
    lost: published - delivered,
    stalenessNs: stalenessOf(arrivals.slice(0, published), { startNs, endNs, intervalNs, published }),
    history: { ...history, arrivedNs: arrivals },
  };
}

/** Longest time by which a newer message was due while the newest that had arrived was still the same. */
function stalenessOf(
  arrivals: readonly (number | null)[],
  { startNs, endNs, intervalNs, published }: Pick<Observed, 'startNs' | 'endNs' | 'intervalNs' | 'published'>,
): number {
  const inOrder = arrivals
    .flatMap((atNs, number) => (atNs === null ? [] : [{ atNs, number }]))
    .toSorted((a, b) => a.atNs - b.atNs || a.number - b.number);
  const dueNs = (number: number): number => startNs + number * intervalNs;
  let newest = -1;
  let longest = 0;
  for (const { atNs, number } of inOrder) {
    if (number <= newest) continue;
    longest = Math.max(longest, atNs - dueNs(newest + 1));
    newest = number;
  }
  return newest < published - 1 ? Math.max(longest, endNs - dueNs(newest + 1)) : longest;
}

/** Time from usable until the last message that was due before has arrived; 0 if none was missing. */
function catchUpSeconds(
  { usableNs = 0, history }: Outcome,
  { startNs, intervalNs }: Pick<Observed, 'startNs' | 'intervalNs'>,
): number {
  const missed = history.arrivedNs.filter((_, number) => startNs + number * intervalNs < usableNs);
  const last = missed.reduce<number>((latest, atNs) => Math.max(latest, atNs ?? 0), usableNs);
  return secondsBetween(usableNs, last);
}

/** Times from each end that a session noticed to the first attempt after it, as an encoded histogram. */
function firstWaits(outcomes: readonly Outcome[]): string {
  const waits = histogram();
  for (const { endings, attempts } of outcomes) {
    for (const [index, { atNs }] of endings.entries()) {
      const nextNs = endings[index + 1]?.atNs ?? Number.POSITIVE_INFINITY;
      const first = attempts.find((attemptNs) => attemptNs >= atNs);
      if (first !== undefined && first < nextNs) waits.recordValue(Math.max(1, Math.round(first - atNs)));
    }
  }
  return encode(waits);
}

/** Largest number of moments within one second. @param moments in order */
function peak(moments: readonly number[]): number {
  let first = 0;
  let most = 0;
  for (const [index, atNs] of moments.entries()) {
    while (atNs - (moments[first] ?? atNs) >= NS) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** Nearest-rank percentiles of times in seconds. */
function timesOf(seconds: readonly number[]): Times {
  const sorted = seconds.toSorted((a, b) => a - b);
  const at = (share: number): number | null => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? null };
}

/** The server's work until the last session was back. */
function herdOf(
  { backNs, server, listenDrops }: Pick<Observed, 'backNs' | 'server' | 'listenDrops'>,
  returned: readonly Outcome[],
): Recovery['herd'] {
  const lastNs = Math.max(backNs, ...returned.map(({ usableNs }) => usableNs ?? backNs));
  const [first] = server;
  const last = server.find(({ atNs }) => atNs >= lastNs) ?? server.at(-1);
  if (first === undefined || last === undefined) return { cpuSeconds: 0, seconds: 0, listenDrops };
  return {
    cpuSeconds: Math.max(0, last.cpuSeconds - first.cpuSeconds),
    seconds: secondsBetween(first.atNs, last.atNs),
    listenDrops,
  };
}

function reasonsOf(outcomes: readonly Outcome[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { reason } of outcomes.flatMap(({ endings }) => endings)) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

function timelineOf(outcomes: readonly Outcome[], observed: Observed): RecoverySlice[] {
  const { startNs, endNs } = observed;
  const sliceNs = SLICE_SECONDS * NS;
  const slices = Array.from({ length: Math.max(1, Math.ceil((endNs - startNs) / sliceNs)) }, (_, index) => ({
    seconds: index * SLICE_SECONDS,
    usable: 0,
    lost: 0,
    attempts: 0,
    delivered: 0,
    replayed: 0,
  }));
  const add = (atNs: number, of: 'lost' | 'attempts' | 'delivered' | 'replayed'): void => {
    const slice = slices[Math.min(slices.length - 1, Math.max(0, Math.floor((atNs - startNs) / sliceNs)))];
    if (slice !== undefined) slice[of]++;
  };
  for (const outcome of outcomes) {
    for (const { atNs } of outcome.endings) add(atNs, 'lost');
    for (const atNs of outcome.attempts) add(atNs, 'attempts');
    for (const [number, atNs] of outcome.history.arrivedNs.entries()) {
      if (atNs === null) continue;
      add(atNs, 'delivered');
      if (wasMissed(number, atNs, outcome, observed)) add(atNs, 'replayed');
    }
    for (const [index, slice] of slices.entries()) {
      if (isUsableAt(outcome, startNs + (index + 1) * sliceNs)) slice.usable++;
    }
  }
  return slices;
}

/** True if a session is usable as far as its client knows. */
function isUsableAt({ endings, returns }: Outcome, atNs: number): boolean {
  const before = (moments: readonly number[]): number =>
    Math.max(Number.NEGATIVE_INFINITY, ...moments.filter((moment) => moment <= atNs));
  const ended = before(endings.map((ending) => ending.atNs));
  return ended === Number.NEGATIVE_INFINITY || before(returns) >= ended;
}

/** True if a message came late because the path was cut, or no session was there, when it was due. */
function wasMissed(
  number: number,
  atNs: number,
  { returns }: Outcome,
  { startNs, faultNs, backNs, intervalNs }: Observed,
): boolean {
  const dueNs = startNs + number * intervalNs;
  if (dueNs + intervalNs < faultNs || atNs - dueNs <= intervalNs) return false;
  return [backNs, ...returns].some((moment) => dueNs < moment && moment <= atNs);
}
