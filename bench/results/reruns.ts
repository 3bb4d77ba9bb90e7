import { MAX_RERUN_SHARE, ruleOf } from './rules.ts';
import type { Case, Results, Trial } from './schema.ts';

/**
 * True if a trial may be run again: it is invalid, every rule that it broke is about the machine or the load generator, and no session
 * ended or refused a message. What a transport failed at or lost is a result, and is never measured a second time.
 */
export function mayRunAgain(trial: Trial): boolean {
  if (trial.state !== 'invalid' || trial.replaces !== undefined) return false;
  const { broken = [], messages } = trial;
  return (
    broken.length > 0 &&
    broken.every(({ rule }) => ruleOf(rule)?.rerun === true) &&
    Object.keys(messages.errors).length === 0
  );
}

/** Maximum number of trials that a plan of this many may run again: a tenth, rounded up, so that a small plan has one. */
export const maxReruns = (plannedTrials: number): number => Math.ceil(plannedTrials * MAX_RERUN_SHARE);

/** Trials that no other trial of their case replaces. Only these are counted and judged; the others are kept to be seen. */
export function standing<One extends { readonly order: number; readonly replaces?: number | undefined }>(
  trials: readonly One[],
): One[] {
  const replaced = new Set(trials.flatMap(({ replaces }) => replaces ?? []));
  return trials.filter(({ order }) => !replaced.has(order));
}

/** Results without replaced trials, for everything that counts trials or computes figures. */
export const withoutReplaced = (results: Results): Results => ({ ...results, cases: results.cases.map(standingIn) });

export const standingIn = (one: Case): Case => ({ ...one, trials: standing(one.trials) });

/** Number of trials that were run again. */
export const countReruns = (cases: readonly Case[]): number =>
  cases.flatMap(({ trials }) => trials).filter(({ replaces }) => replaces !== undefined).length;
