import type { Progress } from '../../reports/terminal/progress.ts';

/** Estimates the remaining time: by the pace so far, and before anything is done by a first estimate. */
export function eta(
  total: number,
  estimatedSeconds: number,
  now: () => number,
): (done: number) => Pick<Progress, 'done' | 'total' | 'elapsedSeconds' | 'remainingSeconds'> {
  const began = now();
  return (done) => {
    const elapsedSeconds = (now() - began) / 1e3;
    const each = done === 0 ? estimatedSeconds / total : elapsedSeconds / done;
    return { done, total, elapsedSeconds, remainingSeconds: (total - done) * each };
  };
}

/** Duration for people, such as `45 s` or `3 min`. */
export function approximately(seconds: number): string {
  return seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
