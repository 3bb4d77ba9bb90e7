import type { Message, Receiver } from '../../contract.ts';
import type { Clock } from '../clock.ts';
import type { Messages } from '../messages.ts';
import type { SessionEvent, SessionHistory } from '../protocol.ts';

export interface ArrivalSettings {
  readonly sender: number;
  /** Number of messages that are sent in all, numbered through all phases of a trial. */
  readonly count: number;
  /** Number of senders. */
  readonly senders: number;
  readonly messages: Messages;
  readonly clock: Clock;
  /** Makes an error's text one that can be shown. */
  readonly shown: (error: unknown) => string;
}

/** Arrivals at a session that only receives, and the end of it. Allocates nothing per message. */
export class Arrivals implements Receiver {
  readonly #settings: ArrivalSettings;
  readonly #events: SessionEvent[] = [];
  /** Moment of each message's first arrival, by its number; NaN until then. */
  readonly #arrivedNs: Float64Array;
  /** Highest sequence number that has arrived, by sender. */
  readonly #highest: Int32Array;
  #duplicated = 0;
  #reordered = 0;
  #corrupt = 0;

  constructor(settings: ArrivalSettings) {
    this.#settings = settings;
    this.#arrivedNs = new Float64Array(settings.count).fill(Number.NaN);
    this.#highest = new Int32Array(settings.senders).fill(-1);
  }

  message(message: Message): void {
    const { messages, senders, count, clock } = this.#settings;
    const isSound = messages.isSound(message);
    const { sender, sequence } = messages;
    const number = sequence * senders + sender;
    if (!isSound || sender >= senders || number >= count) {
      this.#corrupt++;
    } else if (Number.isNaN(this.#arrivedNs[number]!)) {
      this.#arrivedNs[number] = clock();
      if (sequence < this.#highest[sender]!) this.#reordered++;
      else this.#highest[sender] = sequence;
    } else {
      this.#duplicated++;
    }
  }

  unreadable(): void {
    this.#corrupt++;
  }

  lost(reason: Error): void {
    const { clock, shown } = this.#settings;
    this.#events.push({ what: 'lost', atNs: clock(), reason: shown(reason) });
  }

  /** Arrivals so far as plain data, in whole nanoseconds. */
  read(): SessionHistory {
    return {
      sender: this.#settings.sender,
      events: this.#events,
      arrivedNs: Array.from(this.#arrivedNs, (atNs) => (Number.isNaN(atNs) ? null : Math.round(atNs))),
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      corrupt: this.#corrupt,
    };
  }
}
