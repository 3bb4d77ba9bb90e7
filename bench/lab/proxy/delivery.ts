import { Departures } from '../../networks/departures.ts';
import { Direction, type Effect } from '../../networks/direction.ts';

/** Limits of a stream's effect that packets have and bytes of TCP do not: what is lost is sent again, and nothing overtakes. */
const RELIABLE = { lossShare: 0, burstPackets: null, reorderShare: 0, queueBytes: Number.POSITIVE_INFINITY };

/** Effect of a line on the bytes of a TCP connection: delay, jitter and rate. Loss would take TCP's own packets, which a proxy does not see. */
export const onStream = (effect: Effect): Effect => ({ ...effect, ...RELIABLE });

/**
 * One direction of a proxied connection: says what is to be passed on at a time. While it is held, as during a cut, nothing is; what has
 * arrived meanwhile is due as soon as it is let go. Pure: the time is an argument.
 */
export class Delivery<Item> {
  readonly #line: Direction | null;
  readonly #waiting = new Departures<Item>();
  #heldUntilMs = 0;

  /** @param notBeforeMs time before which nothing is passed on, such as the end of a handshake that the proxy hides */
  constructor(effect: Effect | null, seed: number, notBeforeMs = 0) {
    this.#line = effect === null ? null : new Direction(effect, seed);
    this.#heldUntilMs = notBeforeMs;
  }

  /** Number of items that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Time at which something is due next; +∞ if nothing is, or while it is held. */
  get nextMs(): number {
    return Math.max(this.#waiting.nextMs, this.#heldUntilMs);
  }

  /** Takes an item that arrives now. False if the line has dropped it. An end of the stream has no bytes, and follows all that came before. */
  take(nowMs: number, bytes: number, item: Item): boolean {
    const atMs = this.#line === null ? nowMs : this.#line.take(nowMs, bytes);
    if (atMs === undefined) return false;
    this.#waiting.add(atMs, item);
    return true;
  }

  /** Holds everything until `release`. */
  hold(): void {
    this.#heldUntilMs = Number.POSITIVE_INFINITY;
  }

  release(nowMs: number): void {
    this.#heldUntilMs = nowMs;
  }

  /** Drops everything that waits. */
  clear(): void {
    this.#waiting.clear();
  }

  /** Removes all that is due by now and returns it in its order. */
  due(nowMs: number): Item[] {
    const items: Item[] = [];
    if (nowMs < this.#heldUntilMs) return items;
    for (let next = this.#waiting.takeDue(nowMs); next !== undefined; next = this.#waiting.takeDue(nowMs)) {
      items.push(next.item);
    }
    return items;
  }
}
