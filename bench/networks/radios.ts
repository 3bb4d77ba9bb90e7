import type { RadioCounts } from './protocol.ts';

/** Use of one client's radio. */
interface Radio {
  lastMs: number;
  /** Time for which it was awake until its last packet. */
  awakeMs: number;
}

/**
 * Radios of phones, a model: each stays awake for a time, the tail, after every packet that its client sends or receives. Its awake
 * time is the union of [t, t + tail] over the packets' times t.
 */
export class Radios {
  readonly #tailMs: number;
  readonly #beganMs: number;
  readonly #radios = new Map<number, Radio>();
  #packets = 0;
  #bytes = 0;

  constructor(tailMs: number, beganMs: number) {
    this.#tailMs = tailMs;
    this.#beganMs = beganMs;
  }

  /** Notes a packet of a client; times never decrease. A packet that is of no client, a negative number, wakes none. */
  wake(client: number, bytes: number, nowMs: number): void {
    if (client < 0) return;
    this.#packets++;
    this.#bytes += bytes;
    const radio = this.#radios.get(client);
    if (radio === undefined) {
      this.#radios.set(client, { lastMs: nowMs, awakeMs: 0 });
      return;
    }
    radio.awakeMs += Math.min(this.#tailMs, nowMs - radio.lastMs);
    radio.lastMs = nowMs;
  }

  /** Sums up to now: a tail that has begun counts as far as it has come, so that the use of a time is the difference of two sums. */
  counts(nowMs: number): RadioCounts {
    let awakeMs = 0;
    for (const radio of this.#radios.values()) {
      awakeMs += radio.awakeMs + Math.min(this.#tailMs, nowMs - radio.lastMs);
    }
    return {
      seconds: (nowMs - this.#beganMs) / 1e3,
      packets: this.#packets,
      bytes: this.#bytes,
      awakeSeconds: awakeMs / 1e3,
    };
  }
}
