import { MIN_TRIALS, type RuleId } from '../../../bench/results/rules.ts';
import type { Case, MeasuredTrial, Results } from '../../../bench/results/schema.ts';
import { reportOf } from '../../kinds/report.ts';
import type { TrialCondition } from '../../kinds/shape.ts';
import { countOf } from '../../model/format.ts';
import { kindOf } from '../../model/group.ts';
import type { Analysis } from '../../model/model.ts';

/** `kept` holds; `note` limits what may be said; `broken` spoils it; `unknown` was not looked at. */
export type GateStatus = 'kept' | 'note' | 'broken' | 'unknown';

/** One condition of a run that can be trusted, and how this run met it. */
export type Gate = {
  readonly check: string;
  readonly threshold: string;
  readonly observed: string;
  readonly status: GateStatus;
  /** What follows from it where it is not kept; empty where all is well. */
  readonly consequence: string;
  readonly action: string;
};

export type Facts = { readonly results: Results; readonly analysis: Analysis };
/** Null where the run has nothing that the condition is about. */
export type Rule = (facts: Facts) => Gate | null;

/** What is said where a condition is not kept falls away where it is. */
export function gate(
  check: string,
  threshold: string,
  { status, observed }: Pick<Gate, 'status' | 'observed'>,
  { consequence, action }: Pick<Gate, 'consequence' | 'action'>,
): Gate {
  const well = status === 'kept';
  return { check, threshold, observed, status, consequence: well ? '' : consequence, action: well ? '' : action };
}

export type TrialOf = { readonly one: Case; readonly trial: MeasuredTrial };

/** Measured trials that a condition applies to; all of them where none is named. */
export function trialsOf({ cases }: Results, condition?: TrialCondition): TrialOf[] {
  return cases
    .filter((one) => condition === undefined || reportOf({ kind: kindOf(one) }).trust.includes(condition))
    .flatMap((one) => one.trials.flatMap((trial) => (trial.state === 'failed' ? [] : [{ one, trial }])));
}

/**
 * Of a condition that each trial keeps or breaks. One that broke it and counts all the same spoils the run, and so does a case
 * that is left with too few; trials that were rejected for it and leave enough are only to be known of.
 */
export function statusOfTrials(
  { plan }: Results,
  trials: readonly TrialOf[],
  isBroken: (of: TrialOf) => boolean,
): { status: GateStatus; count: string } {
  const broken = trials.filter(isBroken);
  if (broken.length === 0) return { status: 'kept', count: `all ${countOf(trials.length, 'trial')}` };
  const enough = plan.trials < MIN_TRIALS ? 1 : MIN_TRIALS;
  const counted = broken.some(({ trial }) => trial.state === 'valid');
  const short = broken.some(({ one }) => one.trials.filter(({ state }) => state === 'valid').length < enough);
  const names = new Set(broken.map(({ one }) => one.id));
  return {
    status: counted || short ? 'broken' : 'note',
    count: `${broken.length} of ${countOf(trials.length, 'trial')} broke it, in ${countOf(names.size, 'case')}`,
  };
}

/** True if the run found that a trial broke the rule. */
export const breaks =
  (id: RuleId) =>
  ({ trial: { broken = [] } }: TrialOf): boolean =>
    broken.some(({ rule }) => rule === id);
