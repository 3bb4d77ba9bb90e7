import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Effect of a line on the packets of one direction. Times are in milliseconds. */
export interface Effect {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossShare: number;
  readonly burstPackets: number | null;
  /** Null without a limit. */
  readonly bitsPerSecond: number | null;
  readonly queueBytes: number;
  readonly reorderShare: number;
}

/** Number of packets by what became of them; bytes are those that left. */
export interface DirectionCounts {
  offered: number;
  offeredBytes: number;
  lost: number;
  overflowed: number;
  cut: number;
  passed: number;
  passedBytes: number;
}

/**
 * Pause after which a packet meets the line in any state, as if it were the first. What makes a real line lose packets in a row passes
 * with time: if a burst waited for packets, each of a sender's retransmissions would meet the same one, and its time-outs would double
 * for minutes.
 */
export const BURST_PAUSE_MS = 100;
const MS_PER_SECOND = 1e3;
const BITS = 8;

/**
 * One direction of a line: decides for each packet whether and when it leaves. A seed determines the decisions by the number of the
 * packet; which packet that is depends on when the ends send.
 */
export class Direction {
  readonly counts: DirectionCounts = {
    offered: 0,
    offeredBytes: 0,
    lost: 0,
    overflowed: 0,
    cut: 0,
    passed: 0,
    passedBytes: 0,
  };
  /** True while every packet is dropped. */
  cut = false;
  readonly #effect: Effect;
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  /** True while packets are lost in a row. */
  #inBurst = false;
  #lastOfferedMs = Number.NEGATIVE_INFINITY;
  /** Time at which the line has sent all that it has taken. */
  #busyUntilMs = Number.NEGATIVE_INFINITY;
  #lastDueMs = Number.NEGATIVE_INFINITY;

  constructor(effect: Effect, seed: number) {
    this.#effect = effect;
    this.#generator = xoroshiro128plus(seed);
  }

  /** Returns the time at which a packet leaves that arrives now; undefined if it is dropped. Never earlier than the packet before it, unless it overtakes. */
  take(nowMs: number, bytes: number): number | undefined {
    const { counts } = this;
    counts.offered++;
    counts.offeredBytes += bytes;
    // Drawn for every packet, so that a packet's number alone determines what is drawn for it.
    const [lossDraw, jitterDraw, reorderDraw] = [this.#draw(), this.#draw(), this.#draw()];
    const pauseMs = nowMs - this.#lastOfferedMs;
    this.#lastOfferedMs = nowMs;
    if (this.cut) {
      counts.cut++;
      return undefined;
    }
    if (this.#isLost(lossDraw, pauseMs)) {
      counts.lost++;
      return undefined;
    }
    const sentMs = this.#serialize(nowMs, bytes);
    if (sentMs === undefined) {
      counts.overflowed++;
      return undefined;
    }
    counts.passed++;
    counts.passedBytes += bytes;
    return this.#arrival(sentMs, jitterDraw, reorderDraw);
  }

  #arrival(sentMs: number, jitterDraw: number, reorderDraw: number): number {
    const { delayMs, jitterMs, reorderShare } = this.#effect;
    // Leaves without delay, as in netem, and so before those that wait.
    if (reorderDraw < reorderShare) return sentMs;
    const dueMs = Math.max(sentMs + delayMs + (jitterDraw * 2 - 1) * jitterMs, this.#lastDueMs);
    this.#lastDueMs = dueMs;
    return dueMs;
  }

  /** Gilbert's model: after a loss the next packet is lost with the probability that gives bursts their mean length. */
  #isLost(draw: number, pauseMs: number): boolean {
    const { lossShare, burstPackets } = this.#effect;
    if (lossShare === 0) return false;
    if (burstPackets === null) return draw < lossShare;
    if (pauseMs > BURST_PAUSE_MS) {
      this.#inBurst = draw < lossShare;
      return this.#inBurst;
    }
    const ends = 1 / burstPackets;
    const begins = (ends * lossShare) / (1 - lossShare);
    this.#inBurst = this.#inBurst ? draw >= ends : draw < begins;
    return this.#inBurst;
  }

  /** Returns when the line has sent the packet, one after another; undefined if the queue is full (drop tail). */
  #serialize(nowMs: number, bytes: number): number | undefined {
    const { bitsPerSecond, queueBytes } = this.#effect;
    if (bitsPerSecond === null) return nowMs;
    const bytesPerMs = bitsPerSecond / BITS / MS_PER_SECOND;
    const waitingBytes = Math.max(0, this.#busyUntilMs - nowMs) * bytesPerMs;
    if (waitingBytes > 0 && waitingBytes + bytes > queueBytes) return undefined;
    this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs) + bytes / bytesPerMs;
    return this.#busyUntilMs;
  }

  /** Number from 0 to 1, without 1. */
  #draw(): number {
    return (this.#generator.next() >>> 0) / 2 ** 32;
  }
}
