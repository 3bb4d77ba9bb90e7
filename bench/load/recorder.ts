import type { Histogram } from 'hdr-histogram-js';
import { unreadable } from '../codec/unreadable.ts';
import type { Message, Unreadable } from '../contract.ts';
import { type Reaches, receiversOf } from '../results/values.ts';
import { exampleShown } from '../security/redact.ts';
import { encode, histogram } from './histogram.ts';
import { DUPLICATE, Ledger, OUT_OF_ORDER } from './ledger.ts';
import type { Messages } from './messages.ts';
import { ON_TIME_NS, type Recording, type Samples } from './recording.ts';
import { dueNs, type Schedule } from './schedule.ts';
import { Timeline } from './timeline.ts';

/** Messages whose send times are kept. A message that comes back after this many more were sent gets no service time. */
const REMEMBERED = 1 << 17;
/** Number of characters of an example that are kept until it is shown. */
const MAX_HEAD = 4_096;
/** Distinct error texts kept; further ones are counted together. */
const MAX_ERRORS = 20;
/** Longest silence of a session that still delivers, unless longer ones lie between its messages. */
const MAX_SILENCE_NS = 1e9;

/** One worker's part of a phase. */
export interface Share {
  readonly schedule: Schedule;
  readonly messages: Messages;
  /** Sessions of this worker. */
  readonly sessions: number;
  /** Receivers of each message. */
  readonly reaches: Reaches;
  /** Open: messages have due times. Closed: only service is timed, and a session has at most one message in flight. */
  readonly loop: 'open' | 'closed';
  /** Sender's number, as in the header, of a session of this worker. */
  readonly senderOf: (session: number) => number;
  /** True to keep every sample as well as the histograms. */
  readonly keepSamples?: boolean;
  /** True if sessions are ordered and reliable, so that messages behind the last that arrived may be on their way. */
  readonly queues?: boolean;
  /** Recorder of the phase before. */
  readonly earlier?: Recorder | undefined;
  /** Number of servers that are one service; sender n is at the one at n modulo it. Absent: one, or it is not known which. */
  readonly nodes?: number | undefined;
  /** This worker's number, and the number of all: it has the sessions of every `workers`-th sender. */
  readonly worker: number;
  readonly workers: number;
}

/** End of the wait for messages, and of the due times before it. */
export interface Drain {
  readonly beganNs: number;
  readonly endedNs: number;
}

/** Resources that a phase used, and the messages that were due. */
export type Usage = Pick<
  Recording,
  'due' | 'cpuSeconds' | 'rssBytes' | 'rssStartBytes' | 'seconds' | 'loopDelayP99Seconds' | 'busy'
>;

/** Counts and times one phase of one worker. Allocates nothing per message, except for faults. */
export class Recorder {
  readonly #share: Share;
  readonly #ledger: Ledger;
  readonly #first: number;
  readonly #end: number;
  readonly #response: Histogram = histogram();
  readonly #service: Histogram = histogram();
  readonly #lag: Histogram = histogram();
  readonly #last: Histogram | undefined;
  /** Responses of messages that stayed at a server of several, and of those that went from one to another. */
  readonly #within: { readonly same: Histogram; readonly other: Histogram; readonly nodes: number } | undefined;
  readonly #timeline: Timeline | undefined;
  readonly #samples: Samples | undefined;
  /** Ring buffer of send times, and the message number of each. */
  readonly #sentAt = new Float64Array(REMEMBERED).fill(-1);
  readonly #sentOf = new Float64Array(REMEMBERED).fill(-1);
  /** Ring buffer of arrival counts, and the message number of each. */
  readonly #arrivals = new Int32Array(REMEMBERED).fill(0);
  readonly #arrivalsOf = new Float64Array(REMEMBERED).fill(-1);
  readonly #errors = new Map<string, number>();
  /** Sessions that were lost or could not send. */
  readonly #broken = new Set<number>();
  readonly #pauses: Pauses;
  /** Pauses between the messages of each sender, whichever session they reach. Absent if a sender has one receiver. */
  readonly #senderPauses: Pauses | undefined;
  #lastSent = -1;
  #sent = 0;
  #unsent = 0;
  #onTime = 0;
  #delivered = 0;
  #duplicated = 0;
  #reordered = 0;
  #corrupt = 0;
  /** First corrupt arrival, as it arrived. */
  #example: Unreadable | undefined;
  #unexpected = 0;
  #returned = 0;
  #foreign = 0;
  #backlog = 0;
  #early = 0;

  constructor(share: Share) {
    this.#share = share;
    const { schedule, sessions, reaches, earlier } = share;
    this.#first = schedule.first;
    this.#end = schedule.first + schedule.count;
    this.#ledger = new Ledger(
      reaches === 'sender' ? sessions : sessions * schedule.clients,
      schedule.first / schedule.clients,
      earlier?.mayStillReceive ? earlier.#ledger : undefined,
    );
    this.#pauses = new Pauses(sessions);
    if (reaches !== 'sender') this.#senderPauses = new Pauses(schedule.clients);
    if (reaches !== 'sender') this.#last = histogram();
    const { nodes = 1 } = share;
    if (reaches !== 'sender' && nodes > 1) this.#within = { same: histogram(), other: histogram(), nodes };
    if (share.loop === 'open') this.#timeline = new Timeline(schedule, receiversOf(reaches, schedule.clients));
    if (share.keepSamples === true) this.#samples = { response: [], responseTo: [], service: [], lag: [] };
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** Number of all arrivals, intact or not. */
  get arrivals(): number {
    return this.#delivered + this.#duplicated + this.#corrupt + this.#unexpected + this.#foreign + this.#backlog;
  }

  /** Number of arrivals that this worker's sessions expect, if every worker sends all of its messages. */
  get expected(): number {
    const { schedule, sessions, reaches } = this.#share;
    if (reaches === 'sender') return this.#sent;
    return schedule.count * sessions - (reaches === 'others' ? this.#sent : 0);
  }

  /** True if messages that have not arrived may still be on their way. */
  get mayStillReceive(): boolean {
    return this.#share.queues === true && (this.#delivered < this.expected || this.#backlog > 0);
  }

  get sent(): number {
    return this.#sent;
  }

  /** Notes that a message is about to be handed to its session. */
  sending(message: number, nowNs: number): void {
    this.#sent++;
    if (this.#share.loop === 'open') {
      const lagNs = nowNs - dueNs(this.#share.schedule, message);
      if (lagNs <= ON_TIME_NS) this.#onTime++;
      this.#lag.recordValue(Math.max(0, Math.round(lagNs)));
      this.#samples?.lag.push(Math.max(0, Math.round(lagNs)));
    }
    this.#lastSent = message;
    const slot = this.#slotOf(message);
    this.#sentAt[slot] = nowNs;
    this.#sentOf[slot] = message;
  }

  couldNotSend(count = 1): void {
    this.#unsent += count;
  }

  /** @param session that broke, by its index */
  error(text: string, session?: number): void {
    if (session !== undefined) this.#broken.add(session);
    const key = this.#errors.has(text) || this.#errors.size < MAX_ERRORS ? text : 'other errors';
    this.#errors.set(key, (this.#errors.get(key) ?? 0) + 1);
  }

  /** Notes that a message arrived at a session of this worker. False if another run sent it, so that it answers nothing. */
  received(session: number, message: Message, nowNs: number): boolean {
    const { schedule, messages, reaches } = this.#share;
    if (!messages.isSound(message)) {
      if (messages.isOfAnotherRun(message)) {
        this.#foreign++;
        return false;
      }
      this.#corrupt++;
      this.#example ??= unreadable(typeof message === 'string' ? 'a text message' : 'a binary message', message);
      return true;
    }
    const { sender, sequence } = messages;
    const number = sequence * schedule.clients + sender;
    const own = reaches === 'sender';
    const addressed =
      sender < schedule.clients && (reaches === 'everyone' || own === (sender === this.#share.senderOf(session)));
    const pair = own ? session : session * schedule.clients + sender;
    if (!addressed || number < this.#first || number >= this.#end) {
      if (addressed && number < this.#first && this.#ledger.arrivedLate(pair, sequence)) this.#backlog++;
      else {
        this.#unexpected++;
        if (!own && sender === this.#share.senderOf(session)) this.#returned++;
      }
      return true;
    }
    switch (this.#ledger.arrived(pair, sequence)) {
      case DUPLICATE:
        this.#duplicated++;
        return true;
      case OUT_OF_ORDER:
        this.#reordered++;
    }
    this.#delivered++;
    this.#pauses.note(session, nowNs);
    this.#senderPauses?.note(sender, nowNs);
    this.#time(number, nowNs, session);
    return true;
  }

  /**
   * Notes a message that arrived before this worker knew of the phase. If it is of an earlier phase it counts for nothing, like
   * everything that arrives between two phases.
   */
  receivedBefore(session: number, message: Message, receivedNs: number): void {
    const { schedule, messages } = this.#share;
    if (!messages.isSound(message)) return;
    const number = messages.sequence * schedule.clients + messages.sender;
    if (number >= this.#first && number < this.#end) this.received(session, message, receivedNs);
  }

  /** Notes that something arrived that is no message. */
  unreadable(what: Unreadable): void {
    this.#corrupt++;
    // Cut, because a client may pass on everything that arrived.
    this.#example ??= { ...what, head: String(what.head).slice(0, MAX_HEAD) };
  }

  #time(message: number, nowNs: number, session: number): void {
    const slot = this.#slotOf(message);
    if (this.#sentOf[slot] === message) {
      const serviceNs = Math.max(0, Math.round(nowNs - this.#sentAt[slot]!));
      this.#service.recordValue(serviceNs);
      this.#samples?.service.push(serviceNs);
    }
    if (this.#share.loop === 'closed') return;
    const responseNs = nowNs - dueNs(this.#share.schedule, message);
    if (responseNs < 0) {
      this.#early++;
      return;
    }
    const wholeNs = Math.round(responseNs);
    this.#response.recordValue(wholeNs);
    this.#timeBetween(message, session, wholeNs);
    this.#timeline?.record(message, wholeNs, nowNs);
    this.#samples?.response.push(wholeNs);
    this.#samples?.responseTo.push(message);
    if (this.#last === undefined) return;
    if (this.#arrivalsOf[slot] !== message) {
      this.#arrivalsOf[slot] = message;
      this.#arrivals[slot] = 0;
    }
    this.#arrivals[slot]!++;
    if (this.#arrivals[slot] === this.#receivers(message)) this.#last.recordValue(wholeNs);
  }

  /** Records a response by whether the message stayed at one server. */
  #timeBetween(message: number, session: number, wholeNs: number): void {
    const { schedule, senderOf } = this.#share;
    if (this.#within === undefined) return;
    const { same, other, nodes } = this.#within;
    const isSame = (message % schedule.clients) % nodes === senderOf(session) % nodes;
    (isSame ? same : other).recordValue(wholeNs);
  }

  /** Number of this worker's sessions that a message should reach. */
  #receivers(message: number): number {
    const { reaches, sessions, schedule, workers, worker } = this.#share;
    const isOwn = (message % schedule.clients) % workers === worker;
    return reaches === 'others' && isOwn ? sessions - 1 : sessions;
  }

  /** Place of a message in the rings. A closed loop has one for each client: its sessions advance at different rates. */
  #slotOf(message: number): number {
    return this.#share.loop === 'open' ? message % REMEMBERED : message % this.#share.schedule.clients;
  }

  /**
   * Counts the messages that were still queued when the drain ended: those behind the last that arrived, of every session that still
   * delivered. Each is at least as late as the end of the drain; these lower bounds are in the histogram.
   */
  #overdue({ beganNs, endedNs }: Drain): { count: number; bounds: Histogram } {
    const { schedule, sessions, reaches, senderOf } = this.#share;
    const { clients } = schedule;
    const bounds = histogram();
    let count = 0;
    const addTail = (pair: number, sender: number, lastNumber: number): void => {
      for (let sequence = this.#ledger.nextOf(pair); sequence * clients + sender <= lastNumber; sequence++) {
        const number = sequence * clients + sender;
        const lateNs = Math.max(0, Math.round(endedNs - dueNs(schedule, number)));
        bounds.recordValue(lateNs);
        this.#timeline?.recordOverdue(number, lateNs);
        count++;
      }
    };
    for (let session = 0; session < sessions; session++) {
      if (this.#broken.has(session) || this.#pauses.isSilent(session, endedNs, MAX_SILENCE_NS)) continue;
      const own = senderOf(session);
      if (reaches === 'sender') {
        addTail(session, own, this.#lastSent);
        continue;
      }
      for (let sender = 0; sender < clients; sender++) {
        if (reaches === 'others' && sender === own) continue;
        // A sender of which nothing came during the whole drain may have been silenced on its way to the server.
        if (this.#senderPauses?.isSilent(sender, endedNs, endedNs - beganNs)) continue;
        addTail(session * clients + sender, sender, this.#end - 1);
      }
    }
    return { count, bounds };
  }

  /** True if some sessions received messages, and none of them its own: the server sends to all but the sender. */
  get #returnsNone(): boolean {
    const { schedule, sessions, reaches, senderOf } = this.#share;
    if (reaches !== 'everyone' || this.#delivered === 0 || this.#sent === 0) return false;
    const own = Array.from({ length: sessions }, (_, session) => session * schedule.clients + senderOf(session));
    return own.every((pair) => this.#ledger.nextOf(pair) === schedule.first / schedule.clients);
  }

  /** @param drain absent for phases without due times @param hide hides what is secret in the example of a corrupt arrival */
  finish(
    rest: Usage,
    { drain, hide }: { readonly drain?: Drain | undefined; readonly hide?: (text: string) => string } = {},
  ): Recording {
    const example = this.#example;
    const overdue = drain !== undefined && this.mayStillReceive ? this.#overdue(drain) : undefined;
    return {
      sent: this.#sent,
      unsent: this.#unsent,
      onTime: this.#onTime,
      delivered: this.#delivered,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      corrupt: this.#corrupt,
      ...(example === undefined ? {} : { example: exampleShown(example, hide) }),
      unexpected: this.#unexpected,
      returned: this.#returned,
      ...(this.#returnsNone ? { returnsNone: true } : {}),
      foreign: this.#foreign,
      backlog: this.#backlog,
      ...(this.#share.queues === true ? { overdue: overdue?.count ?? 0 } : {}),
      early: this.#early,
      errors: Object.fromEntries(this.#errors),
      response: encode(this.#response),
      service: encode(this.#service),
      lag: encode(this.#lag),
      last: this.#last === undefined ? null : encode(this.#last),
      ...(this.#within === undefined
        ? {}
        : { sameNode: encode(this.#within.same), otherNode: encode(this.#within.other) }),
      ...(overdue === undefined || overdue.count === 0 ? {} : { overdueBounds: encode(overdue.bounds) }),
      ...(this.#timeline === undefined ? {} : { timeline: this.#timeline.slices() }),
      ...(this.#samples === undefined ? {} : { samples: this.#samples }),
      ...rest,
    };
  }
}

/** Time of the last message of each of several sources, and the longest pause between two of its messages. */
class Pauses {
  readonly #lastNs: Float64Array;
  readonly #longestNs: Float64Array;

  constructor(sources: number) {
    this.#lastNs = new Float64Array(sources).fill(Number.NEGATIVE_INFINITY);
    this.#longestNs = new Float64Array(sources);
  }

  note(source: number, nowNs: number): void {
    const pauseNs = nowNs - this.#lastNs[source]!;
    if (pauseNs > this.#longestNs[source]! && pauseNs < Number.POSITIVE_INFINITY) this.#longestNs[source] = pauseNs;
    this.#lastNs[source] = nowNs;
  }

  /** True if nothing came for longer than `maxNs` and than ever before. */
  isSilent(source: number, nowNs: number, maxNs: number): boolean {
    return nowNs - this.#lastNs[source]! > Math.max(maxNs, this.#longestNs[source]!);
  }
}
