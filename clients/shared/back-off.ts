/** Maximum wait before the first attempt after a loss. */
export const BASE_SECONDS = 1;
/** Maximum wait before any attempt. */
export const CAP_SECONDS = 30;

/** Draws a number from 0 to less than 1. */
export type Random = () => number;

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
