import type { Message } from '../../../bench/contract.ts';

/** Memory of a waiting message besides its own bytes. */
const OVERHEAD_BYTES = 256;
/** Number of messages after which the earlier ones count half. */
const REMEMBERED = 256;

/**
 * Estimates the messages that a peer has sent and our code has not been given yet. libdatachannel receives on its own threads, so
 * nothing slows the sender down; its binding queues messages without a limit, and does not say how many. The estimate follows from
 * the bytes received so far.
 */
export class Inbox {
  readonly #received: () => number;
  #taken = 0;
  /** Number and bytes of the last messages; waiting ones are assumed to have the same average size. */
  #messages = 0;
  #bytes = 0;

  /** @param received returns the bytes of the peer's messages so far, queued or not */
  constructor(received: () => number) {
    this.#received = received;
  }

  /** Notes a message that was given to our code. */
  take(message: Message): void {
    const bytes = minBytes(message);
    this.#taken += bytes;
    this.#bytes += bytes;
    if (++this.#messages < REMEMBERED) return;
    this.#messages /= 2;
    this.#bytes /= 2;
  }

  /** True if no bytes are waiting. */
  get isEmpty(): boolean {
    return this.#received() <= this.#taken;
  }

  /** Estimated memory of the queue. */
  get waitingBytes(): number {
    const bytes = Math.max(0, this.#received() - this.#taken);
    const each = Math.max(1, this.#bytes / Math.max(1, this.#messages));
    return bytes + (bytes / each) * OVERHEAD_BYTES;
  }
}

/** Lower bound of a message's bytes on the wire: bytes that are not UTF-8 arrive as U+FFFD, three bytes in place of one or more. */
function minBytes(message: Message): number {
  if (typeof message !== 'string') return message.length;
  const bytes = Buffer.byteLength(message);
  return bytes === message.length ? bytes : bytes - 2 * (message.split('\uFFFD').length - 1);
}
