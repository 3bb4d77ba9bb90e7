import { wholeAbove } from '../results/numbers.ts';

/**
 * Schedule of a phase: due time and sender of every message. Message numbers go on through all phases of a trial. Session
 * `i mod clients` sends message `i` with sequence number `⌊i / clients⌋`. So any process can compute from a header when the
 * message was due, and sessions take turns.
 */
export interface Schedule {
  /** Number of the phase's first message, a multiple of `clients`: every sender starts the phase at the same sequence number. */
  readonly first: number;
  readonly count: number;
  readonly clients: number;
  /** Due time of the first message, in nanoseconds on the trial's clock. */
  readonly startNs: number;
  readonly intervalNs: number;
}

export function scheduleOf(phase: {
  first: number;
  clients: number;
  rate: number;
  seconds: number;
  startNs: number;
}): Schedule {
  const { first, clients, rate, seconds, startNs } = phase;
  return { first, clients, startNs, count: messageCount(rate, seconds), intervalNs: 1e9 / rate };
}

/** Number of messages due in a phase: one at the start of every interval. */
export function messageCount(rate: number, seconds: number): number {
  return wholeAbove(rate * seconds);
}

/** Number of the next phase's first message. */
export function following({ first, count, clients }: Pick<Schedule, 'first' | 'count' | 'clients'>): number {
  return Math.ceil((first + count) / clients) * clients;
}

export function dueNs(schedule: Schedule, message: number): number {
  return schedule.startNs + (message - schedule.first) * schedule.intervalNs;
}
