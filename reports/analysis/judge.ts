import { metric } from '../kinds/lookup.ts';
import { list } from '../model/format.ts';
import type { Member, Reading } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Bound, Verdict } from '../model/verdict.ts';
import { decide, type Rule } from './decide.ts';

export type JudgeRule = Rule & {
  /** Why nothing may be judged by this metric, or null. */
  readonly barrier: string | null;
};

export type Side = Pick<Member, 'name'> & { readonly readings: Readonly<Record<MetricId, Reading>> };

/** Decides between two cases by one metric: which way is better, and what a lower bound still allows us to say. */
export function judge(
  id: MetricId,
  left: Side,
  right: Side,
  { barrier, ...rule }: JudgeRule,
  by: typeof decide = decide,
): Verdict {
  if (barrier !== null) return { word: 'not testable', reason: barrier };
  const [mine, other] = [left.readings[id], right.readings[id]];
  if ([mine, other].some(({ sample }) => [...sample.values()].some((value) => value < 0))) {
    return { word: 'not testable', reason: 'a value below zero has no ratio' };
  }
  const decided = by(mine.sample, other.sample, rule);
  const verdict = metric(id).best === 'more' ? turned(decided) : decided;
  if (mine.bounded === 0 && other.bounded === 0) return verdict;
  const bound = boundOf(mine, other);
  const holds = (bound === '≥' && verdict.word === 'better') || (bound === '≤' && verdict.word === 'worse');
  if (holds && bound !== null && 'interval' in verdict) return { ...verdict, bound };
  return verdict.word === 'not testable' ? verdict : { word: 'not testable', reason: limitedBy([left, right], id) };
}

/** Of a ratio with a lower bound on one side; null where both are, for then it says nothing. */
export function boundOf(left: Pick<Reading, 'bounded'>, right: Pick<Reading, 'bounded'>): Bound | null {
  if (left.bounded > 0 === right.bounded > 0) return null;
  return left.bounded > 0 ? '≥' : '≤';
}

/** The band is as wide upwards as downwards on a scale of ratios, so that turning the words is all there is to it. */
function turned(verdict: Verdict): Verdict {
  if (verdict.word === 'better') return { ...verdict, word: 'worse' };
  return verdict.word === 'worse' ? { ...verdict, word: 'better' } : verdict;
}

export function limitedBy(sides: readonly Side[], id: MetricId): string {
  const limited = sides.filter(({ readings }) => readings[id].bounded > 0);
  const who = limited.map(({ name, readings }) => {
    const { bounded, sample } = readings[id];
    return `${name} (${bounded} of ${sample.size} searches)`;
  });
  return `the load generator, not the server, set the limit of ${list(who, 'and')}`;
}
