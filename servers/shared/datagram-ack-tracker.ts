/**
 * Tracks how many bytes of datagrams a peer has not acknowledged. QUIC acknowledges, and tells nobody; what a peer does not take is dropped in
 * silence. So a peer that has been sent much is asked on its stream, and until it answers all that came after the last answer counts as waiting.
 */
export class DatagramAckTracker {
  readonly #askAtBytes: number;
  readonly #ask: () => void;
  #sentBytes = 0;
  #answeredBytes = 0;
  /** What had been sent when it was asked; undefined where no answer is due. */
  #askedAt: number | undefined;

  /** @param askAtBytes sent since the last answer, after which it is asked again */
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
