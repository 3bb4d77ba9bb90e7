import type { Progress } from '../../reports/terminal/progress.ts';

/** How far something has got, and how long the rest will take: going by what is done, and before that by an estimate. */
export function paceOf(
  total: number,
  estimatedSeconds: number,
): (done: number) => Pick<Progress, 'done' | 'total' | 'elapsedSeconds' | 'remainingSeconds'> {
  const began = performance.now();
  return (done) => {
    const elapsedSeconds = (performance.now() - began) / 1e3;
    const each = done === 0 ? estimatedSeconds / total : elapsedSeconds / done;
    return { done, total, elapsedSeconds, remainingSeconds: (total - done) * each };
  };
}
