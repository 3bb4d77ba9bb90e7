/**
 * Tracks how many bytes of datagrams a peer has not acknowledged. QUIC does not expose its acknowledgements, and drops datagrams that
 * a peer does not read. So the server asks a peer on its stream from time to time; until it answers, everything sent since the last
 * answer counts as waiting.
 */
export class DatagramAckTracker {
  readonly #askAtBytes: number;
  readonly #ask: () => void;
  #sentBytes = 0;
  #answeredBytes = 0;
  /** Bytes sent before the last question; undefined if no answer is due. */
  #askedAt: number | undefined;

  /** @param askAtBytes bytes since the last answer after which to ask again */
  constructor(askAtBytes: number, ask: () => void) {
    this.#askAtBytes = askAtBytes;
    this.#ask = ask;
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
    if (this.#askedAt !== undefined || this.waitingBytes < this.#askAtBytes) return;
    this.#askedAt = this.#sentBytes;
    this.#ask();
  }

  answered(): void {
    this.#answeredBytes = this.#askedAt ?? this.#answeredBytes;
    this.#askedAt = undefined;
  }

  get waitingBytes(): number {
    return this.#sentBytes - this.#answeredBytes;
  }
}
