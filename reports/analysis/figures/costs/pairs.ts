import { flagOf, valueIn } from '../../../../bench/results/case.ts';
import { DIMENSIONS } from '../../../../bench/results/dimensions.ts';
import type { Case } from '../../../../bench/results/schema.ts';
import type { Member } from '../../../model/member.ts';
import type { MetricId } from '../../../model/metrics.ts';
import type { Verdict } from '../../../model/verdict.ts';
import { type JudgeRule, judge } from '../../judge.ts';

/** Rule of a metric, without the number of comparisons. */
export type Rules = (of: MetricId) => Omit<JudgeRule, 'comparisons'>;

/** Case, and that of the same conditions with another value of one dimension, both with what was read of them. */
export interface Pair {
  readonly one: Case;
  readonly base: Case;
  readonly mine: Member;
  readonly other: Member;
}

/** Metric that both sides of a pair have, as medians in base units. */
export interface Compared {
  readonly id: MetricId;
  readonly mine: number;
  readonly other: number;
  readonly verdict: Verdict;
}

/** Rule by which cases of a question are paired. */
export interface Pairing {
  /** Name of the dimension in which the two sides differ. */
  readonly dimension: string;
  readonly isBase: (one: Case) => boolean;
  /** Names under which the other side is looked for, the first that there is. Absent: that of the case itself. */
  readonly flags?: (one: Case) => readonly string[];
}

/** Pairs of the cases that are no base with those that are. */
export function pairsOf(
  cases: readonly Case[],
  members: readonly Member[],
  { dimension, isBase, flags = (one) => [flagOf(one)] }: Pairing,
): Pair[] {
  const others = DIMENSIONS.filter(({ name }) => name !== dimension);
  const keyOf = (one: Case, flag: string): string =>
    [flag, one.label, ...others.map((of) => valueIn(of, one))].join('/');
  const memberOf = new Map(members.map((one) => [one.caseId, one]));
  const bases = new Map(cases.filter(isBase).map((one) => [keyOf(one, flagOf(one)), one]));
  return cases.flatMap((one) => {
    if (isBase(one)) return [];
    const [base] = flags(one).flatMap((flag) => bases.get(keyOf(one, flag)) ?? []);
    const [mine, other] = [memberOf.get(one.id), memberOf.get(base?.id ?? '')];
    return base === undefined || mine === undefined || other === undefined ? [] : [{ one, base, mine, other }];
  });
}

/** Number of comparisons of so many pairs. */
export const comparisonsOf = (pairs: readonly Pair[]): number => Math.max(1, pairs.length);

/** Compares both sides of a pair in every metric that both have. */
export function comparedIn(
  { mine, other }: Pair,
  metrics: readonly MetricId[],
  { rule, comparisons }: { readonly rule: Rules; readonly comparisons: number },
): Compared[] {
  return metrics.flatMap((id) => {
    const [left, right] = [mine.readings[id], other.readings[id]];
    if (left.sample.size === 0 || right.sample.size === 0) return [];
    return [
      { id, mine: left.median, other: right.median, verdict: judge(id, mine, other, { ...rule(id), comparisons }) },
    ];
  });
}
