import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BROADCAST, ECHO, senderPrefix, sequenceDigits } from '../../codec/header.ts';
import type { Message, Receiver, Session, Unreadable } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { PATIENCE_MS } from '../../testing/patience.ts';

/** Time between two messages of one probe. */
const PROBE_MS = 200;
/** Sender's number in broadcasts. A probe's own messages carry its index. */
const BROADCASTER = 0xffff;
/** Time in which messages under way arrive once nothing more is sent, where some may be lost. */
const QUIET_MS = 10_000;

/** Well-behaved session that reads everything and notes what is wrong with it. */
export class Subscriber implements Receiver {
  readonly #name: string;
  readonly #broadcasts: BroadcastLog;
  readonly #heard: number[] = [];
  /** Number of echoes of each message; empty unless the session is a probe. */
  readonly #echoes: number[] = [];
  readonly #sender: number;
  readonly wrong: string[] = [];
  session: Session | undefined;

  constructor(index: number, broadcasts: BroadcastLog) {
    this.#sender = index;
    this.#name = `session ${index}`;
    this.#broadcasts = broadcasts;
  }

  message(message: Message): void {
    const text = String(message);
    const sequence = Number.parseInt(text.slice(5, 12), 16);
    if (text.startsWith(senderPrefix(BROADCAST, BROADCASTER)) && text === this.#broadcasts.texts[sequence]) {
      this.#heard[sequence] = (this.#heard[sequence] ?? 0) + 1;
      this.#broadcasts.heard();
    } else if (text === echoOf(this.#sender, sequence) && sequence < this.#echoes.length) {
      this.#echoes[sequence]!++;
    } else
      this.wrong.push(`${this.#name} got a message that was not sent to it: ${text.slice(0, 60)} (${text.length})`);
  }

  unreadable({ kind, head }: Unreadable): void {
    this.wrong.push(`${this.#name} got ${kind} that is no message: ${head.slice(0, 60)}`);
  }

  lost({ message }: Error): void {
    this.wrong.push(`${this.#name} was lost: ${message}`);
  }

  /** Sends a message at a steady interval until `stop` aborts. */
  async probe(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const sequence = this.#echoes.push(0) - 1;
      try {
        await this.session!.send(echoOf(this.#sender, sequence));
      } catch (error) {
        this.wrong.push(`${this.#name} could not send: ${errorText(error)}`);
        return;
      }
      await sleep(PROBE_MS);
    }
  }

  get missing(): number {
    const broadcasts = this.#broadcasts.texts.filter((_, sequence) => this.#heard[sequence] === undefined).length;
    return broadcasts + this.#echoes.filter((count) => count === 0).length;
  }

  get sent(): number {
    return this.#echoes.length;
  }

  /** Describes messages that it lost, got more than once, or should not have got. */
  verdict(reliable: boolean): string[] {
    const repeated = [...this.#heard, ...this.#echoes].filter((count) => count > 1).length;
    return [
      ...this.wrong.slice(0, 3),
      ...(repeated > 0 ? [`${this.#name} got ${repeated} messages more than once`] : []),
      ...(reliable && this.missing > 0 ? [`${this.#name} lost ${this.missing} messages`] : []),
    ];
  }
}

/** Broadcasts in the order they were sent. Each waits until the one before has arrived everywhere, or 2 s have passed. */
export class BroadcastLog {
  readonly texts: string[] = [];
  readonly #filler: string;
  #toHear = 0;
  #told = Promise.withResolvers<void>();

  constructor(bytes: number) {
    // Random base64: compression saves at most a quarter, since each character carries six of its eight bits.
    this.#filler = randomBytes(bytes)
      .toString('base64')
      .slice(0, bytes - 12);
  }

  heard(): void {
    if (--this.#toHear === 0) this.#told.resolve();
  }

  /** Broadcasts from one of the subscribers. Resolves once a copy for each of them has arrived, or after 2 s. */
  async publish(subscribers: readonly Subscriber[]): Promise<void> {
    const sequence = this.texts.length;
    this.texts.push(senderPrefix(BROADCAST, BROADCASTER) + sequenceDigits(sequence) + this.#filler);
    this.#toHear = subscribers.length;
    this.#told = Promise.withResolvers();
    // The subscribers take turns, because one alone would exceed its message rate.
    await subscribers[sequence % subscribers.length]!.session!.send(this.texts[sequence]!);
    const timer = setTimeout(this.#told.resolve, 2_000);
    await this.#told.promise;
    clearTimeout(timer);
  }
}

/** Resolves once no subscriber is missing a message, or once no more are expected. */
export async function allDelivered(subscribers: readonly Subscriber[], reliable: boolean): Promise<void> {
  const deadline = performance.now() + (reliable ? PATIENCE_MS : QUIET_MS);
  while (subscribers.some(({ missing }) => missing > 0) && performance.now() < deadline) {
    await sleep(50);
  }
}

function echoOf(sender: number, sequence: number): string {
  return `${senderPrefix(ECHO, sender) + sequenceDigits(sequence)} and its filler`;
}
