import type { Progress } from '../../reports/terminal/progress.ts';
import type { Trial } from '../results/schema.ts';
import type { ScenarioModule } from '../scenarios/shape.ts';

/** Share that is done and time that the rest will take: going by what is done, and before that by an estimate. */
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

/** Main figures of a trial and the rules it broke, for the line that says it has ended. */
export function detailOf({ detail }: Pick<ScenarioModule, 'detail'>, trial: Trial): string {
  return trial.state === 'failed' ? trial.reasons.join('; ') : [detail(trial), ...trial.reasons].join('  ');
}
