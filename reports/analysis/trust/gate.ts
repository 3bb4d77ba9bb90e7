import { standingIn } from '../../../bench/results/reruns.ts';
import { MIN_TRIALS, type RuleId } from '../../../bench/results/rules.ts';
import type { Case, MeasuredTrial, Results } from '../../../bench/results/schema.ts';
import { reportOf } from '../../kinds/lookup.ts';
import type { TrialCondition } from '../../kinds/shape.ts';
import { countOf } from '../../model/format.ts';
import { kindOf, plannedTrials } from '../../model/group.ts';
import type { Analysis } from '../../model/model.ts';

/** `kept`: holds; `note`: limits the results; `broken`: spoils them; `unknown`: was not checked. */
export type GateStatus = 'kept' | 'note' | 'broken' | 'unknown';

/** A condition of a trustworthy run, and how this run met it. */
export type Gate = {
  readonly check: string;
  readonly threshold: string;
  readonly observed: string;
  readonly status: GateStatus;
  /** Consequence of not keeping it; empty if it is kept. */
  readonly consequence: string;
  readonly action: string;
};

export type Facts = { readonly results: Results; readonly analysis: Analysis };
/** Checks a condition; null if it does not apply to the run. */
export type Rule = (facts: Facts) => Gate | null;

/** Makes a gate; without consequence and action if the condition is kept. */
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

/** Measured trials that a condition applies to, without those that were replaced; without a condition, all of them. */
export function trialsOf({ cases }: Results, condition?: TrialCondition): TrialOf[] {
  return cases
    .filter((one) => condition === undefined || reportOf({ kind: kindOf(one) }).trust.includes(condition))
    .map(standingIn)
    .flatMap((one) => one.trials.flatMap((trial) => (trial.state === 'failed' ? [] : [{ one, trial }])));
}

/**
 * Status of a condition on each trial. It is broken if a valid trial breaks it, or if rejected trials leave a case with too few; if
 * enough are left, it is a note.
 */
export function statusOfTrials(
  { plan }: Results,
  trials: readonly TrialOf[],
  isBroken: (of: TrialOf) => boolean,
): { status: GateStatus; count: string } {
  const broken = trials.filter(isBroken);
  if (broken.length === 0) return { status: 'kept', count: `kept in all ${countOf(trials.length, 'trial')}` };
  const enough = (id: string): number => (plannedTrials(plan, id) < MIN_TRIALS ? 1 : MIN_TRIALS);
  const counted = broken.some(({ trial }) => trial.state === 'valid');
  const short = broken.some(({ one }) => one.trials.filter(({ state }) => state === 'valid').length < enough(one.id));
  const names = new Set(broken.map(({ one }) => one.id));
  return {
    status: counted || short ? 'broken' : 'note',
    count: `broken in ${broken.length} of ${countOf(trials.length, 'trial')}, in ${countOf(names.size, 'case')}`,
  };
}

/** True if the run found that a trial broke the rule. */
export const breaks =
  (id: RuleId) =>
  ({ trial: { broken = [] } }: TrialOf): boolean =>
    broken.some(({ rule }) => rule === id);
