import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Maximum wait before the first attempt after a loss. */
export const BASE_SECONDS = 1;
/** Maximum wait before any attempt. */
export const CAP_SECONDS = 30;
/** First numbers of a generator that are left out: they are too much like its seed. */
const SKIPPED = 64;

/** Draws a number from 0 to less than 1. */
export type Random = () => number;

/** Makes a generator whose numbers depend on the trial's seed and on the worker. */
export function seededRandom(seed: number, worker: number): Random {
  const generator = xoroshiro128plus(Math.imul(seed ^ Math.imul(worker + 1, 0x9e37_79b1), 0x0100_0193));
  for (let skipped = 0; skipped < SKIPPED; skipped++) generator.next();
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/**
 * Exponential back-off with full jitter: the wait before attempt n after a loss, counted from 0, is uniform from 0 to
 * `min(cap, base · 2^n)`. Sessions that are lost together so come back spread over time.
 */
export class BackOff {
  readonly #random: Random;
  #attempt = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Time to wait before the next attempt. */
  nextSeconds(): number {
    return this.#random() * Math.min(CAP_SECONDS, BASE_SECONDS * 2 ** this.#attempt++);
  }

  /** Begins again, after an attempt that succeeded. */
  reset(): void {
    this.#attempt = 0;
  }
}
