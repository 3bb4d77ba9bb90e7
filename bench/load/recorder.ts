import type { Histogram } from 'hdr-histogram-js';
import { unreadable } from '../codec/unreadable.ts';
import type { Message, Unreadable } from '../contract.ts';
import { receiversOf } from '../results/values.ts';
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

/** One worker's part of a phase. */
export interface Share {
  readonly schedule: Schedule;
  readonly messages: Messages;
  /** Sessions of this worker. */
  readonly sessions: number;
  /** Receivers of each message: its sender (echo) or everyone (broadcast). */
  readonly reaches: 'sender' | 'everyone';
  /** Open: messages have due times. Closed: only service is timed, and a session has at most one message in flight. */
  readonly loop: 'open' | 'closed';
  /** Sender's number, as in the header, of a session of this worker. */
  readonly senderOf: (session: number) => number;
  /** True to keep every sample as well as the histograms. */
  readonly keepSamples?: boolean;
}

/** Resources that a phase used, and the messages that were due. */
type Usage = Pick<
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
  readonly #timeline: Timeline | undefined;
  readonly #samples: Samples | undefined;
  /** Ring buffer of send times, and the message number of each. */
  readonly #sentAt = new Float64Array(REMEMBERED).fill(-1);
  readonly #sentOf = new Float64Array(REMEMBERED).fill(-1);
  /** Ring buffer of arrival counts, and the message number of each. */
  readonly #arrivals = new Int32Array(REMEMBERED).fill(0);
  readonly #arrivalsOf = new Float64Array(REMEMBERED).fill(-1);
  readonly #errors = new Map<string, number>();
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
  #early = 0;

  constructor(share: Share) {
    this.#share = share;
    const { schedule, sessions, reaches } = share;
    this.#first = schedule.first;
    this.#end = schedule.first + schedule.count;
    this.#ledger = new Ledger(
      reaches === 'sender' ? sessions : sessions * schedule.clients,
      schedule.first / schedule.clients,
    );
    if (reaches === 'everyone') this.#last = histogram();
    if (share.loop === 'open') this.#timeline = new Timeline(schedule, receiversOf(reaches, schedule.clients));
    if (share.keepSamples === true) this.#samples = { response: [], responseTo: [], service: [], lag: [] };
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** Number of all arrivals, intact or not. */
  get arrivals(): number {
    return this.#delivered + this.#duplicated + this.#corrupt + this.#unexpected;
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
    const slot = this.#slotOf(message);
    this.#sentAt[slot] = nowNs;
    this.#sentOf[slot] = message;
  }

  couldNotSend(count = 1): void {
    this.#unsent += count;
  }

  error(text: string): void {
    const key = this.#errors.has(text) || this.#errors.size < MAX_ERRORS ? text : 'other errors';
    this.#errors.set(key, (this.#errors.get(key) ?? 0) + 1);
  }

  /** Notes that a message arrived at a session of this worker. */
  received(session: number, message: Message, nowNs: number): void {
    const { schedule, messages, reaches } = this.#share;
    if (!messages.isSound(message)) {
      this.#corrupt++;
      this.#example ??= unreadable(typeof message === 'string' ? 'a text message' : 'a binary message', message);
      return;
    }
    const { sender, sequence } = messages;
    const number = sequence * schedule.clients + sender;
    const own = reaches === 'sender';
    const expected = number >= this.#first && number < this.#end && (!own || sender === this.#share.senderOf(session));
    if (!expected || sender >= schedule.clients) {
      this.#unexpected++;
      return;
    }
    switch (this.#ledger.arrived(own ? session : session * schedule.clients + sender, sequence)) {
      case DUPLICATE:
        this.#duplicated++;
        return;
      case OUT_OF_ORDER:
        this.#reordered++;
    }
    this.#delivered++;
    this.#time(number, nowNs);
  }

  /** Notes that something arrived that is no message. */
  unreadable(what: Unreadable): void {
    this.#corrupt++;
    // Cut, because a client may pass on everything that arrived.
    this.#example ??= { ...what, head: String(what.head).slice(0, MAX_HEAD) };
  }

  #time(message: number, nowNs: number): void {
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
    this.#timeline?.record(message, wholeNs, nowNs);
    this.#samples?.response.push(wholeNs);
    this.#samples?.responseTo.push(message);
    if (this.#last === undefined) return;
    if (this.#arrivalsOf[slot] !== message) {
      this.#arrivalsOf[slot] = message;
      this.#arrivals[slot] = 0;
    }
    this.#arrivals[slot]!++;
    if (this.#arrivals[slot] === this.#share.sessions) this.#last.recordValue(wholeNs);
  }

  /** Place of a message in the rings. A closed loop has one for each client: its sessions advance at different rates. */
  #slotOf(message: number): number {
    return this.#share.loop === 'open' ? message % REMEMBERED : message % this.#share.schedule.clients;
  }

  /** @param hide hides what is secret in the example of a corrupt arrival */
  finish(rest: Usage, hide?: (text: string) => string): Recording {
    const example = this.#example;
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
      early: this.#early,
      errors: Object.fromEntries(this.#errors),
      response: encode(this.#response),
      service: encode(this.#service),
      lag: encode(this.#lag),
      last: this.#last === undefined ? null : encode(this.#last),
      ...(this.#timeline === undefined ? {} : { timeline: this.#timeline.slices() }),
      ...(this.#samples === undefined ? {} : { samples: this.#samples }),
      ...rest,
    };
  }
}
