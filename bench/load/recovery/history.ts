import type { Message } from '../../contract.ts';
import { DUPLICATE, type Ledger, OUT_OF_ORDER } from '../ledger.ts';
import type { Messages } from '../messages.ts';
import type { RecoveryOrder, SessionEvent, SessionHistory } from '../protocol.ts';

/** Messages that the publisher sends, and the ledger of those that arrived, with a pair for each session. */
export interface Published {
  readonly schedule: Pick<RecoveryOrder, 'startNs' | 'intervalNs' | 'count' | 'sender'>;
  readonly messages: Messages;
  readonly ledger: Ledger;
}

/** Delay from which an arrival shows that a session is still catching up. */
const LATE_NS = 1e9;

/** Events and arrivals of one session. Allocates nothing per message. */
export class History {
  readonly #sender: number;
  readonly #index: number;
  readonly #published: Published;
  readonly #events: SessionEvent[] = [];
  /** Moment of each message's first arrival, by its number; NaN until then. */
  readonly #arrivedNs: Float64Array;
  /** Number of the first message that is missing. */
  #missing = 0;
  #newest = -1;
  #unsettledNs = Number.NEGATIVE_INFINITY;
  #delivered = 0;
  #duplicated = 0;
  #reordered = 0;
  #corrupt = 0;
  #unexpected = 0;
  #early = 0;
  /** Moments of messages that came on connections that the session had left, by their numbers. Absent until there is one. */
  #lateNs: Map<number, number> | undefined;
  #late = 0;

  /** @param index the session's pair in the ledger */
  constructor(sender: number, index: number, published: Published) {
    this.#sender = sender;
    this.#index = index;
    this.#published = published;
    this.#arrivedNs = new Float64Array(published.schedule.count).fill(Number.NaN);
  }

  /** Number of the last message before the first that is missing; −1 if that is the first of all. */
  get contiguous(): number {
    return this.#missing - 1;
  }

  /** Number of the newest message that arrived; −1 if none did. */
  get newest(): number {
    return this.#newest;
  }

  /** Time of the last event, or of the last arrival that came long after it was due. */
  get unsettledNs(): number {
    return this.#unsettledNs;
  }

  /** Counts of arrivals, as a recording has them. */
  get counts() {
    return {
      delivered: this.#delivered + this.#onlyLate().length,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      corrupt: this.#corrupt,
      unexpected: this.#unexpected,
      early: this.#early,
    };
  }

  happened(event: SessionEvent): void {
    this.#events.push(event);
    this.#unsettledNs = event.atNs;
  }

  /** Notes that a message arrived on the connection that the session lives on or opens. */
  arrived(message: Message, nowNs: number): void {
    const sequence = this.#sequenceOf(message);
    if (sequence === undefined) return;
    const { ledger, schedule } = this.#published;
    switch (ledger.arrived(this.#index, sequence)) {
      case DUPLICATE:
        this.#duplicated++;
        return;
      case OUT_OF_ORDER:
        this.#reordered++;
    }
    this.#delivered++;
    this.#newest = Math.max(this.#newest, sequence);
    const lateNs = nowNs - (schedule.startNs + sequence * schedule.intervalNs);
    if (lateNs < 0) this.#early++;
    if (lateNs > LATE_NS) this.#unsettledNs = nowNs;
    this.#arrivedNs[sequence] = nowNs;
    while (this.#missing < schedule.count && !this.#isMissing(this.#missing)) this.#missing++;
  }

  /**
   * Notes that a message arrived on a connection that the session had left. Its application does not listen there any more: the message
   * is delivered only if no later connection brings it, and never a duplicate.
   */
  arrivedLate(message: Message, nowNs: number): void {
    this.#late++;
    const sequence = this.#sequenceOf(message);
    if (sequence === undefined) return;
    this.#lateNs ??= new Map();
    if (!this.#lateNs.has(sequence)) this.#lateNs.set(sequence, nowNs);
  }

  /** Number of a message; undefined if the publisher did not send it, which is counted. */
  #sequenceOf(message: Message): number | undefined {
    const { messages, schedule } = this.#published;
    if (!messages.isSound(message)) {
      this.#corrupt++;
      return undefined;
    }
    if (messages.sender === schedule.sender && messages.sequence < schedule.count) return messages.sequence;
    this.#unexpected++;
    return undefined;
  }

  #isMissing(sequence: number): boolean {
    return Number.isNaN(this.#arrivedNs[sequence]!);
  }

  /** Messages that came late and on no later connection, with their moments. */
  #onlyLate(): [sequence: number, atNs: number][] {
    return [...(this.#lateNs ?? [])].filter(([sequence]) => this.#isMissing(sequence));
  }

  /** Notes that something arrived that is no message. */
  unreadable(): void {
    this.#corrupt++;
  }

  /** History as plain data, in whole nanoseconds. */
  read(): SessionHistory {
    const arrivedNs = Float64Array.from(this.#arrivedNs);
    for (const [sequence, atNs] of this.#onlyLate()) arrivedNs[sequence] = atNs;
    return {
      sender: this.#sender,
      events: this.#events,
      arrivedNs: Array.from(arrivedNs, (atNs) => (Number.isNaN(atNs) ? null : Math.round(atNs))),
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      corrupt: this.#corrupt,
      ...(this.#late === 0 ? {} : { late: this.#late }),
    };
  }
}
