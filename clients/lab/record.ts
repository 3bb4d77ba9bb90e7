import { ALPHABET, ECHO, HEADER_BYTES, senderPrefix, sequenceDigits, sequenceOf } from '../../bench/codec/header.ts';
import type { Message } from '../../bench/contract.ts';
import type { LaneResult } from '../../bench/lab/protocol.ts';
import type { Status } from '../react/connection.ts';
import { Tally } from './tally.ts';

/** Time after which a message counts as sent late. */
const ON_TIME_MS = 5;
/** Time without an answer after which a message counts as lost for now. */
const LOST_MS = 5_000;
/** Points of a chart that are kept: half a minute at the highest rate. */
const MAX_POINTS = 6_000;
const MAX_EVENTS = 50;
const MAX_ERRORS = 20;

/** Round trip of one message, by the time at which it was due. */
export interface Point {
  readonly atMs: number;
  readonly roundTripMs: number;
}

/** Change of a lane's connection. */
export interface Change {
  readonly atMs: number;
  readonly status: Status;
  /** Reason of a loss, or of a failed attempt. */
  readonly text: string;
}

interface Sent {
  readonly dueMs: number;
  readonly sentMs: number;
  /** Number of the session that it was sent on. */
  readonly session: number;
}

/** Counts and times of one lane. Times are in milliseconds of the page's clock, and given by the caller. */
export class LaneRecord {
  readonly transport: string;
  readonly intervalMs: number;
  readonly response = new Tally();
  readonly service = new Tally();
  readonly lag = new Tally();
  readonly connect = new Tally();
  readonly points: Point[] = [];
  readonly changes: Change[] = [];
  due = 0;
  sent = 0;
  unsent = 0;
  onTime = 0;
  delivered = 0;
  duplicated = 0;
  reordered = 0;
  corrupt = 0;
  readonly #size: number;
  readonly #pending = new Map<number, Sent>();
  readonly #errors = new Map<string, number>();
  readonly #startedMs: number;
  #highest = -1;
  #session = 0;
  #status: Status = 'idle';

  constructor({ transport, size, rate, nowMs }: { transport: string; size: number; rate: number; nowMs: number }) {
    this.transport = transport;
    this.#size = size;
    this.intervalMs = 1e3 / rate;
    this.#startedMs = nowMs;
  }

  get status(): Status {
    return this.#status;
  }

  /** Number of messages that have no answer yet. */
  get underWay(): number {
    return this.#pending.size;
  }

  /** True if the connection was open before. */
  get wasOpen(): boolean {
    return this.#session > 0;
  }

  /** Takes a change of the connection's status. */
  changed(status: Status, error: Error | undefined, nowMs: number): void {
    if (status === this.#status) return;
    const before = this.#status;
    this.#status = status;
    if (status === 'open') {
      if (this.#session === 0) this.connect.add(nowMs - this.#startedMs);
      this.#session++;
    }
    if (before === 'open' && error !== undefined) this.#error(error.message);
    this.changes.push({ atMs: nowMs, status, text: error?.message ?? '' });
    if (this.changes.length > MAX_EVENTS) this.changes.shift();
  }

  /** Makes the next message, which is about to be sent; undefined if there is no session to send it on. */
  next(dueMs: number, nowMs: number): string | undefined {
    const sequence = this.due++;
    if (this.#status !== 'open') {
      this.unsent++;
      return undefined;
    }
    this.sent++;
    this.lag.add(nowMs - dueMs);
    if (nowMs - dueMs <= ON_TIME_MS) this.onTime++;
    this.#pending.set(sequence, { dueMs, sentMs: nowMs, session: this.#session });
    return messageOf(sequence, this.#size);
  }

  /** Notes that the newest message could not be sent after all. */
  notSent(error: Error): void {
    if (!this.#pending.delete(this.due - 1)) return;
    this.sent--;
    this.unsent++;
    this.#error(error.message);
  }

  received(message: Message, nowMs: number): void {
    const text = typeof message === 'string' ? message : new TextDecoder().decode(message);
    const sequence = sequenceOf(text);
    if (sequence < 0 || sequence >= this.due || text !== messageOf(sequence, this.#size)) {
      this.corrupt++;
      return;
    }
    const sent = this.#pending.get(sequence);
    if (sent === undefined) {
      this.duplicated++;
      return;
    }
    this.#pending.delete(sequence);
    if (sequence < this.#highest) this.reordered++;
    this.#highest = Math.max(this.#highest, sequence);
    this.delivered++;
    const roundTripMs = nowMs - sent.dueMs;
    this.response.add(roundTripMs);
    this.service.add(nowMs - sent.sentMs);
    this.points.push({ atMs: sent.dueMs, roundTripMs });
    if (this.points.length > MAX_POINTS) this.points.shift();
  }

  /** Number of messages that are lost for now: their session has ended, or they have had no answer for five seconds. */
  lost(nowMs: number): number {
    let lost = 0;
    for (const { sentMs, session } of this.#pending.values()) {
      const ended = session < this.#session || this.#status !== 'open';
      if (ended || nowMs - sentMs > LOST_MS) lost++;
    }
    return lost;
  }

  /** Measurements for the results. Undefined if nothing was due. */
  result(): LaneResult | undefined {
    if (this.due === 0) return undefined;
    const { transport, due, sent, unsent, onTime, delivered, duplicated, reordered, corrupt } = this;
    return {
      transport,
      seconds: (due * this.intervalMs) / 1e3,
      due,
      sent,
      unsent,
      onTime,
      delivered,
      duplicated,
      reordered,
      corrupt,
      errors: Object.fromEntries(this.#errors),
      response: this.response.entries(),
      service: this.service.entries(),
      lag: this.lag.entries(),
      connect: this.connect.entries(),
    };
  }

  #error(text: string): void {
    const key = this.#errors.has(text) || this.#errors.size < MAX_ERRORS ? text : 'other errors';
    this.#errors.set(key, (this.#errors.get(key) ?? 0) + 1);
  }
}

const PREFIX = senderPrefix(ECHO, 0);

/** Message of a sequence number: its header, and filler that differs from message to message. */
export function messageOf(sequence: number, size: number): string {
  let text = PREFIX + sequenceDigits(sequence);
  for (let at = HEADER_BYTES, state = sequence + 1; at < size; at++) {
    // A linear congruential generator (Numerical Recipes): filler has to differ, not to be random.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += ALPHABET[state >>> 26];
  }
  return text;
}
