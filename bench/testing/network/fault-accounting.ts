import type { SessionEvent, SessionHistory } from '../../load/protocol.ts';
import type { Fault, Policy } from '../../results/values.ts';
import type { TransportChoice } from '../../transports/index.ts';
import { capabilitiesOf } from '../../transports/index.ts';
import { type FaultTrial, RATE } from './fault-trial.ts';

const INTERVAL_NS = 1e9 / RATE;
/** Time by which an event may be told later than it was, on a machine that is busy. */
const TOLD_LATE_NS = 250e6;

/** Expectations of a trial's losses. */
export interface Losses {
  /** True if nothing may be missing; otherwise all that was due while a session was away is. */
  readonly nothing: boolean;
  /** True if what is missing must be in one piece: the transport loses nothing while a session lasts. */
  readonly inOnePiece: boolean;
}

/**
 * Faults after which a session cannot be resumed although its protocol keeps sessions.
 *
 * The session of `mqtt:session` is in the memory of the broker. That of Socket.IO is in the memory of the server, which keeps it only
 * once it has noticed the end: at a reset at once, and after a silence only when its pings have had no answer. Over polling a client's
 * goodbye comes by a new connection, which a rebind lets through; a tab that is frozen says none, and no WebSocket ends with it.
 */
const FORGOTTEN: Readonly<Record<string, readonly Fault[]>> = {
  mqtt: ['restart', 'drain'],
  socketio: ['restart', 'drain', 'blackhole', 'rebind'],
  'socketio:polling': ['restart', 'drain', 'blackhole', 'freeze'],
};

/** Losses that follow from how a transport resumes. Sessions that survive a fault on a reliable transport lose nothing in any case. */
export function lossesOf(choice: TransportChoice, fault: Fault, policy: Policy): Losses {
  const { reliable, ordered, resume = 'none' } = capabilitiesOf(choice);
  // A place in the log is the harness's own; the other means are their libraries'.
  const resumes = policy === 'managed' ? resume !== 'none' : resume === 'native';
  const { entry, variant } = choice;
  const forgotten = FORGOTTEN[`${entry.id}:${variant?.id}`] ?? FORGOTTEN[entry.id] ?? [];
  const isForgotten = resume === 'native' && forgotten.includes(fault);
  return { nothing: resumes && !isForgotten && reliable, inOnePiece: reliable && ordered };
}

/** Numbers of the published messages that a session never got. */
export const missedBy = ({ arrivedNs }: SessionHistory, published: number): number[] =>
  Array.from({ length: published }, (_, number) => number).filter((number) => (arrivedNs[number] ?? null) === null);

/** Numbers of messages that a session must miss, and of those that it may miss besides. */
export interface ExpectedLoss {
  readonly min: number;
  readonly max: number;
}

/**
 * Works out from the log what a session loses that does not resume: all that was due from the fault, or from the end of a connection
 * that outlived it, until there was a connection again. What was due close to either end may have gone either way.
 */
export function expectedLoss({ events }: SessionHistory, { observed, logged, recovery }: FaultTrial): ExpectedLoss {
  const { startNs, faultNs, backNs } = observed;
  const after = events.filter(({ atNs }) => atNs >= faultNs);
  const at = (what: SessionEvent['what']): number | undefined => after.findLast((event) => event.what === what)?.atNs;
  const usableNs = at('usable');
  if (usableNs === undefined) return { min: 0, max: 0 };
  const beganNs = at('attempt') ?? Math.min(usableNs, backNs);
  const dueIn = (fromNs: number, untilNs: number): number =>
    logged.filter((number) => {
      const dueNs = startNs + number * INTERVAL_NS;
      return number < recovery.messages.published && dueNs >= fromNs && dueNs < untilNs;
    }).length;
  return {
    min: dueIn(faultNs + TOLD_LATE_NS, beganNs - TOLD_LATE_NS),
    max: dueIn(faultNs - TOLD_LATE_NS, usableNs),
  };
}

/** Losses that are expected of all sessions of a trial. */
export function expectedLosses(trial: FaultTrial, { nothing }: Losses): ExpectedLoss {
  if (nothing) return { min: 0, max: 0 };
  const each = trial.observed.sessions.map((session) => expectedLoss(session, trial));
  return {
    min: each.reduce((sum, { min }) => sum + min, 0),
    max: each.reduce((sum, { max }) => sum + max, 0),
  };
}

/**
 * Finds what is wrong with a trial's accounting, by arithmetic on the publisher's log and on the moments of arrival. Empty if nothing
 * is.
 */
export function accountingProblems(trial: FaultTrial, losses: Losses): string[] {
  const { recovery, observed, logged } = trial;
  const { messages, sessions } = recovery;
  const { published } = messages;
  const histories = observed.sessions;
  const missed = histories.map((session) => missedBy(session, published));
  const problems: string[] = [];
  const check = (isRight: boolean, problem: string): void => void (isRight || problems.push(problem));
  check(
    logged.every((number, offset) => number === offset),
    'the log has a gap',
  );
  check(logged.length >= published, `${published} counted as published, ${logged.length} in the log`);
  check(sessions.all === histories.length, `${sessions.all} sessions counted of ${histories.length}`);
  check(sessions.all === sessions.survived + sessions.cameBack + sessions.gone, 'the sessions do not add up');
  check(messages.expected === messages.delivered + messages.lost, 'the messages do not add up');
  check(messages.expected === (sessions.all - sessions.gone) * published, `${messages.expected} expected`);
  check(messages.corrupt === 0, `${messages.corrupt} corrupt`);
  if (sessions.gone > 0) return problems;
  check(messages.lost === missed.flat().length, `${messages.lost} lost, but ${missed.flat().length} are missing`);
  check(messages.lostMax === Math.max(...missed.map(({ length }) => length)), `${messages.lostMax} lost at most`);
  for (const [index, session] of histories.entries())
    problems.push(...lossProblems(session, missed[index]!, losses, trial));
  return problems;
}

/** Finds what is wrong with what one session misses. */
function lossProblems(
  session: SessionHistory,
  missed: readonly number[],
  { nothing, inOnePiece }: Losses,
  trial: FaultTrial,
): string[] {
  const [first = 0, last = 0] = [missed[0], missed.at(-1)];
  const which = `session ${session.sender} misses ${missed.length}, from ${first} to ${last}`;
  if (nothing) return missed.length === 0 ? [] : [which];
  if (!inOnePiece) return [];
  const { min, max } = expectedLoss(session, trial);
  const isAsExpected = missed.length >= min && missed.length <= max;
  return [
    ...(isAsExpected ? [] : [`${which}, and the log says ${min} to ${max}`]),
    ...(missed.length === 0 || last - first + 1 === missed.length ? [] : [`${which}, in several pieces`]),
  ];
}
