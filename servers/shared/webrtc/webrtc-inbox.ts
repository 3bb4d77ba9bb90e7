import type { Message } from '../../../bench/contract.ts';

/** What a message costs beside its own bytes as long as it waits. */
const OVERHEAD_BYTES = 256;
/** After so many messages those before count half. */
const REMEMBERED = 256;

/**
 * What a peer has sent and our code was not handed yet. libdatachannel takes what comes on threads of its own, so that nothing
 * holds the sender back; its binding queues it without a bound, and does not say how much that is. It follows from the bytes received so far.
 */
export class Inbox {
  readonly #received: () => number;
  #taken = 0;
  /** Of the last messages: what waits is taken to be like them. */
  #messages = 0;
  #bytes = 0;

  /** @param received bytes of the peer's messages so far, queued or not */
  constructor(received: () => number) {
    this.#received = received;
  }

  /** Notes a message that was handed over. */
  take(message: Message): void {
    const bytes = minBytes(message);
    this.#taken += bytes;
    this.#bytes += bytes;
    if (++this.#messages < REMEMBERED) return;
    this.#messages /= 2;
    this.#bytes /= 2;
  }

  /** Nothing is left in it, as far as bytes can tell. */
  get isEmpty(): boolean {
    return this.#received() <= this.#taken;
  }

  /** Memory that the queue takes. */
  get waitingBytes(): number {
    const bytes = Math.max(0, this.#received() - this.#taken);
    const each = Math.max(1, this.#bytes / Math.max(1, this.#messages));
    return bytes + (bytes / each) * OVERHEAD_BYTES;
  }
}

/** No more than a message had on the wire: what is no UTF-8 comes as U+FFFD, three bytes in the place of one or more. */
function minBytes(message: Message): number {
  if (typeof message !== 'string') return message.length;
  const bytes = Buffer.byteLength(message);
  return bytes === message.length ? bytes : bytes - 2 * (message.split('\uFFFD').length - 1);
}
