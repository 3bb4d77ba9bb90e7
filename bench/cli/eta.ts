import type { Progress } from '../../reports/terminal/progress.ts';
import type { Trial } from '../results/schema.ts';
import type { ScenarioModule } from '../scenarios/shape.ts';

/** Estimates the remaining time: by a first estimate until something is done, then by the pace so far. */
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

/** Rounds a duration for people, such as `45 s` or `3 min`. */
export function approximately(seconds: number): string {
  return seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

/** Main figures of a trial and the rules it broke, for its line in the progress. */
export function detailOf({ detail }: Pick<ScenarioModule, 'detail'>, trial: Trial): string {
  return trial.state === 'failed' ? trial.reasons.join('; ') : [detail(trial), ...trial.reasons].join('  ');
}
