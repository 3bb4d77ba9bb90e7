import type { Message, Send } from '../../bench/contract.ts';

interface Waiting {
  readonly message: Message;
  readonly sent: PromiseWithResolvers<void>;
}

/** Messages that wait until a connection is open, oldest first. */
export class Outbox {
  readonly #max: number;
  #waiting: Waiting[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** Keeps a message. Settles as its sending does; rejects at once if too many wait. */
  add(message: Message): Promise<void> {
    if (this.#waiting.length >= this.#max) {
      const error = new Error(
        `not sent, because ${this.#max} messages wait for the connection already: send fewer before it is open, or raise maxQueued`,
      );
      return Promise.reject(error);
    }
    const sent = Promise.withResolvers<void>();
    // Bytes are the caller's, who may change them.
    this.#waiting.push({ message: typeof message === 'string' ? message : message.slice(), sent });
    return sent.promise;
  }

  /** Sends all, in their order. */
  sendAll(send: Send): void {
    for (const { message, sent } of this.#take()) {
      sent.resolve((async () => send(message))());
    }
  }

  refuseAll(reason: Error): void {
    for (const { sent } of this.#take()) sent.reject(reason);
  }

  #take(): readonly Waiting[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }
}
