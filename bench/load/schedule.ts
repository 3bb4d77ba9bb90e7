import { wholeAbove } from '../results/numbers.ts';

/**
 * Due time and sender of every message of a phase. Messages are numbered through all phases of a trial; message `i` is
 * sent by session `i mod clients` with sequence number `⌊i / clients⌋`, so that any process can tell from a header when the
 * message was due, and sessions take turns evenly.
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

/** Messages due in so many seconds at so many a second: one at the start of every interval. */
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
