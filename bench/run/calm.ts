/** Largest share of the time of all cores that other programs may use on a machine that counts as calm. */
export const CALM_SHARE = 0.05;
/** Duration of one reading of the load. */
export const READING_SECONDS = 0.5;
/** Maximum wait before one trial. */
const MAX_TRIAL_SECONDS = 10;
/** Maximum wait of a whole run: this share of its estimated time, and no more than a minute. */
const MAX_RUN_SHARE = 0.1;
const MAX_RUN_SECONDS = 60;
/** Number of looks at the processes that run now. One without others is enough: a reading takes time that a quiet machine need not spend. */
const LOOKS = 5;

/** Load of the machine while nothing is measured. Null if the system does not tell. */
export interface LoadReader {
  /** Number of threads that run or wait for a core at this moment, the one that reads included. */
  runnable(): Promise<number | null>;
  /** Share of the time of all cores that is used during `READING_SECONDS`, 0 to 1. */
  busyShare(): Promise<number | null>;
}

/** Waits before each trial of a run until other programs leave the machine alone. Each value is the share that they use, read anew. */
export type CalmWaiter = (signal: AbortSignal) => AsyncGenerator<number, void>;

/** Makes the waiter of a run. Its waits are bounded, each and in total, so a machine that is never calm is measured all the same. */
export function calmWaiter(read: LoadReader, estimatedSeconds: number): CalmWaiter {
  let left = Math.min(MAX_RUN_SECONDS, estimatedSeconds * MAX_RUN_SHARE);
  return async function* wait(signal) {
    let ofTrial = MAX_TRIAL_SECONDS;
    if (Math.min(left, ofTrial) < READING_SECONDS || (await isQuiet(read))) return;
    while (Math.min(left, ofTrial) >= READING_SECONDS && !signal.aborted) {
      left -= READING_SECONDS;
      ofTrial -= READING_SECONDS;
      const busy = await read.busyShare();
      if (busy === null || busy < CALM_SHARE) return;
      yield busy;
    }
  };
}

async function isQuiet(read: LoadReader): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    const running = await read.runnable();
    if (running === null || running <= 1) return true;
  }
  return false;
}
