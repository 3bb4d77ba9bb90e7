/** Returns nanoseconds since an origin that all processes of the host share. */
export type Clock = () => number;

/**
 * Reads the monotonic clock of the host (`process.hrtime`) without allocating. `hrtime.bigint` allocates at every call;
 * `performance.now` reads the clock as a number, but from another origin. The difference of the two origins is measured once.
 */
export function monotonicClock(originNs: bigint): Clock {
  let offsetNs = 0;
  let tightest = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < 64; sample++) {
    const before = performance.now();
    const now = process.hrtime.bigint();
    const after = performance.now();
    if (after - before >= tightest) continue;
    tightest = after - before;
    offsetNs = Number(now - originNs) - ((before + after) / 2) * 1e6;
  }
  return () => performance.now() * 1e6 + offsetNs;
}

/** Timers on a clock; tests replace them with virtual ones. */
export interface Timers {
  readonly now: Clock;
  /** Runs `task` at a time of the clock, or as soon as possible if that has passed; never before. Returns a function that cancels it. */
  at(atNs: number, task: () => void): () => void;
}

/** Timers of the event loop. One that fires early, as they may by a millisecond, is set again. */
export function systemTimers(now: Clock): Timers {
  return {
    now,
    at(atNs, task) {
      const wait = (): ReturnType<typeof setTimeout> => setTimeout(fire, Math.max(0, Math.ceil((atNs - now()) / 1e6)));
      const fire = (): void => {
        if (now() >= atNs) task();
        else timer = wait();
      };
      let timer = wait();
      return () => clearTimeout(timer);
    },
  };
}

/** Resolves after a time. */
export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds));
