import { MIN_TRIALS } from '../../bench/results/rules.ts';
import { measuredMetric, metric, shapeOf } from '../kinds/lookup.ts';
import { usualObjective } from '../model/in-time.ts';
import type { MetricId } from '../model/metrics.ts';
import type { AnalysisOptions, Question } from '../model/model.ts';
import type { Verdict } from '../model/verdict.ts';
import { commonBlocks } from '../stats/bootstrap.ts';
import { decide } from './decide.ts';
import { type JudgeRule, judge, limitedBy, type Side } from './judge.ts';

/** Difference that nobody could notice in a question's figures, in the metric's base unit; 0 if there is no such amount. */
export function absoluteBand(
  id: MetricId,
  question: Question,
  { bands, objective }: Pick<AnalysisOptions, 'bands' | 'objective'>,
): number {
  const usual = measuredMetric(id).unnoticed;
  const { seconds, percentile } = objective ?? usualObjective(question.rttSeconds);
  const deliveriesPerSecond = shapeOf(question).deliveriesPerSecond?.(question) ?? 0;
  return (
    bands[id] ??
    usual?.({ question, deliveriesPerSecond, objectiveSeconds: seconds, objectivePercentile: percentile }) ??
    0
  );
}

export type PracticalRule = JudgeRule & { readonly absolute: number };

/**
 * Practical verdict. Better and worse must hold by more than the absolute band too, and whatever lies within it is no practical
 * difference. The interval of the difference decides that, since one of ratios is wide where the smaller figure scatters.
 */
export function judgePractically(
  id: MetricId,
  left: Side,
  right: Side,
  rule: PracticalRule,
  by: typeof decide = decide,
): Verdict {
  return practically(judge(id, left, right, rule, by), id, left, right, { ...rule, paired: by === decide });
}

/** Practical verdict that follows from a statistical one. */
export function practically(
  verdict: Verdict,
  id: MetricId,
  left: Side,
  right: Side,
  { absolute, bootstrap, comparisons, paired }: PracticalRule & { readonly paired: boolean },
): Verdict {
  if (!('interval' in verdict) || verdict.word === 'equivalent' || absolute === 0) return verdict;
  const [mine, other] = [left.readings[id].sample, right.readings[id].sample];
  const isPaired = paired && commonBlocks([mine, other]).length >= MIN_TRIALS;
  const { low, high } = bootstrap.differenceInterval(mine, other, comparisons, isPaired);
  const [above, below] = metric(id).best === 'more' ? (['better', 'worse'] as const) : (['worse', 'better'] as const);
  const noticed = low > absolute ? above : high < -absolute ? below : null;
  if (noticed === verdict.word) return verdict;
  if (verdict.bound !== undefined) return { word: 'not testable', reason: limitedBy([left, right], id) };
  const within = low >= -absolute && high <= absolute;
  return { ...verdict, word: within ? 'no practical difference' : 'not separated' };
}
