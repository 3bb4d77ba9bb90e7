import { countReruns, standing } from '../../bench/results/reruns.ts';
import { MIN_TRIALS } from '../../bench/results/rules.ts';
import type { Results } from '../../bench/results/schema.ts';
import { isJudged } from '../kinds/lookup.ts';
import { countOf } from '../model/format.ts';
import type { Status, TrialCounts } from '../model/model.ts';

export function countTrials({ plan, cases }: Results): TrialCounts {
  const states = cases.flatMap(({ trials }) => standing(trials).map(({ state }) => state));
  const count = (wanted: (typeof states)[number]) => states.filter((state) => state === wanted).length;
  const reruns = countReruns(cases);
  const planned = Math.max(plan.order.flat().length, states.length);
  return {
    planned,
    valid: count('valid'),
    suspect: count('suspect'),
    invalid: count('invalid'),
    failed: count('failed'),
    missing: planned - states.length,
    ...(reruns === 0 ? {} : { reruns }),
  };
}

/** Reason why a run gets no verdicts, or null. A transport that failed does not count against the others. */
export function barrierTo({ valid, suspect, invalid, failed }: TrialCounts): string | null {
  const measured = valid + suspect + invalid;
  if (measured + failed === 0) return 'no trial was run';
  if (valid === 0) return 'no trial is valid';
  if (valid * 2 < measured) return `only ${valid} of ${measured} measured trials are valid`;
  return null;
}

/** Sentence about the trials that were run again, or null if there are none. */
export const rerunText = ({ reruns = 0 }: Pick<TrialCounts, 'reruns'>): string | null =>
  reruns === 0
    ? null
    : `${countOf(reruns, 'trial')} ${reruns === 1 ? 'was' : 'were'} run again, because the machine or the load generator spoilt the first attempt.`;

export function statusOf(
  { state, stopped: stop, plan, cases, setAside = [] }: Results,
  counts: TrialCounts,
  warnings: number,
): Status {
  if (cases.length === 0 && setAside.length > 0) {
    return {
      kind: 'invalid',
      label: 'Invalid',
      consequence: 'Nothing of this run can be shown, because a newer version wrote all of its cases.',
    };
  }
  if (stop !== undefined) {
    const { planned, missing } = counts;
    return {
      kind: 'invalid',
      label: 'Invalid',
      consequence: `Do not quote this run: it stopped by itself after ${planned - missing} of ${planned} trials, because ${stop.text}.`,
    };
  }
  const barrier = barrierTo(counts);
  const stopped = state !== 'complete';
  if (stopped && counts.valid + counts.suspect + counts.invalid + counts.failed === 0) {
    return interrupted(state, counts);
  }
  if (barrier !== null) {
    return {
      kind: 'invalid',
      label: 'Invalid',
      consequence: `Do not quote this run: ${barrier}. It gets no verdicts; “Raw data” has the reasons.`,
    };
  }
  if (stopped) return interrupted(state, counts);
  // Bytes of single exchanges are checked against formulas, for which one trial is enough.
  const judged = cases.length === 0 || cases.some(isJudged);
  if (judged && plan.trials < MIN_TRIALS) {
    return {
      kind: 'quick',
      label: `Quick look (n=${plan.trials})`,
      trials: plan.trials,
      consequence: `This is a quick look (n=${plan.trials}) without verdicts: intervals and verdicts need ${MIN_TRIALS} valid trials of each case.`,
    };
  }
  if (warnings > 0) return { kind: 'warnings', label: `Valid with ${countOf(warnings, 'warning')}` };
  return { kind: 'valid', label: 'Valid' };
}

function interrupted(state: Results['state'], { planned, missing }: TrialCounts): Status {
  const how = state === 'running' ? 'The run had not finished when this report was made' : 'The run was interrupted';
  return {
    kind: 'interrupted',
    label: 'Interrupted',
    consequence: `${how}: ${planned - missing} of ${planned} trials were run. The results are based only on those.`,
  };
}
