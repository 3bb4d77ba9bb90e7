import type { Progress } from '../../reports/terminal/progress.ts';

/**
 * Estimates the remaining time: by a first estimate until something is done, then by the pace so far.
 *
 * @param planned number of trials that the estimate is for; trials that are run again are added to the total later
 */
export function eta(
  planned: number,
  estimatedSeconds: number,
  now: () => number,
): (done: number, total?: number) => Pick<Progress, 'done' | 'total' | 'elapsedSeconds' | 'remainingSeconds'> {
  const began = now();
  return (done, total = planned) => {
    const elapsedSeconds = (now() - began) / 1e3;
    const each = done === 0 ? estimatedSeconds / planned : elapsedSeconds / done;
    return { done, total, elapsedSeconds, remainingSeconds: (total - done) * each };
  };
}

/** Rounds a duration for people, such as `45 s` or `3 min`. */
export function approximately(seconds: number): string {
  return seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
