import { RULES, type RuleId } from '../../bench/results/rules.ts';
import type { Case, Measurement, Results, Trial } from '../../bench/results/schema.ts';

type Valid = Extract<Trial, { state: 'valid' }>;

type Change = {
  /** Place of the case in the results. */
  readonly at?: number;
  readonly block?: number;
  /** Rules that the first attempt broke. */
  readonly broken?: readonly RuleId[];
  /** Makes the second attempt from one that is as the first was and valid. */
  readonly second?: (again: Valid) => Trial;
  /** Changes to the first attempt. */
  readonly first?: Partial<Measurement>;
};

/** Changes results as if a trial had been invalid, and had been run again at the end of its block. */
export function withRerun(
  results: Results,
  { at = 0, block = 0, broken = ['schedule-kept'], second = (again) => again, first = {} }: Change = {},
): Results {
  const ofBlock = results.cases.flatMap(({ trials }) => trials.filter((trial) => trial.block === block));
  const last = Math.max(...ofBlock.map(({ order }) => order));
  const shifted = (one: Case): Case => ({
    ...one,
    trials: one.trials.map((trial) => (trial.order > last ? { ...trial, order: trial.order + 1 } : trial)),
  });
  const spoilt = (one: Case): Case => {
    const trial = one.trials.findLast((candidate) => candidate.block === block);
    if (trial?.state !== 'valid') throw new Error('the trial to spoil is not valid');
    const invalid: Trial = {
      ...trial,
      state: 'invalid',
      reasons: broken.map((rule) => `${RULES[rule].name}: 71.0 % of 100`),
      broken: broken.map((rule) => ({ rule, text: '71.0 % of 100' })),
      ...first,
    };
    const again = second({ ...trial, order: last + 1, replaces: trial.order });
    return { ...one, trials: [...one.trials.map((other) => (other === trial ? invalid : other)), again] };
  };
  return { ...results, cases: results.cases.map(shifted).map((one, index) => (index === at ? spoilt(one) : one)) };
}
