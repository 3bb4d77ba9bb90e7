import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BROADCAST, ECHO, senderPrefix, sequenceDigits } from '../../codec/header.ts';
import type { Message, Receiver, Session } from '../../contract.ts';
import { errorText } from '../../error-text.ts';

/** Time between two messages of a probe. */
const PROBE_MS = 200;
/** A session's place among the probes is its sender's number; broadcasts come from this one. */
const BROADCASTER = 0xffff;
/** Time for what is under way to arrive, once nothing more is sent. */
const QUIET_MS = 10_000;

/** A well-behaved session that reads all it is sent, and notes what is not as it should be. */
export class Subscriber implements Receiver {
  readonly #name: string;
  readonly #broadcasts: BroadcastLog;
  readonly #heard: number[] = [];
  /** Probes only: how often the echo of each message came. */
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
    } else this.wrong.push(`${this.#name} got what nobody sent it: ${text.slice(0, 60)} (${text.length})`);
  }

  lost({ message }: Error): void {
    this.wrong.push(`${this.#name} was lost: ${message}`);
  }

  /** Sends now and then until `stop`. */
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

  /** Lists messages that it lost, got twice, or should not have got. */
  verdict(reliable: boolean): string[] {
    const twice = [...this.#heard, ...this.#echoes].filter((count) => count > 1).length;
    return [
      ...this.wrong.slice(0, 3),
      ...(twice > 0 ? [`${this.#name} got ${twice} messages twice`] : []),
      ...(reliable && this.missing > 0 ? [`${this.#name} lost ${this.missing} messages`] : []),
    ];
  }
}

/** The broadcasts, in the order they were sent. Each is sent once the one before has come to most. */
export class BroadcastLog {
  readonly texts: string[] = [];
  readonly #filler: string;
  #toHear = 0;
  #told = Promise.withResolvers<void>();

  constructor(bytes: number) {
    // Compression saves a quarter at the most: six bits are written as eight.
    this.#filler = randomBytes(bytes)
      .toString('base64')
      .slice(0, bytes - 12);
  }

  heard(): void {
    if (--this.#toHear === 0) this.#told.resolve();
  }

  /** One of the subscribers tells all of them. Resolves once as many copies have arrived, or after a while. */
  async publish(subscribers: readonly Subscriber[]): Promise<void> {
    const sequence = this.texts.length;
    this.texts.push(senderPrefix(BROADCAST, BROADCASTER) + sequenceDigits(sequence) + this.#filler);
    this.#toHear = subscribers.length;
    this.#told = Promise.withResolvers();
    // In turn: one alone would send more than one may.
    await subscribers[sequence % subscribers.length]!.session!.send(this.texts[sequence]!);
    const timer = setTimeout(this.#told.resolve, 2_000);
    await this.#told.promise;
    clearTimeout(timer);
  }
}

/** Resolves once every subscriber has everything, or nothing more is to be expected. */
export async function allDelivered(subscribers: readonly Subscriber[]): Promise<void> {
  const deadline = performance.now() + QUIET_MS;
  while (subscribers.some(({ missing }) => missing > 0) && performance.now() < deadline) {
    await sleep(50);
  }
}

function echoOf(sender: number, sequence: number): string {
  return `${senderPrefix(ECHO, sender) + sequenceDigits(sequence)} and what belongs to it`;
}
