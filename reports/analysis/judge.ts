import { metric } from '../kinds/lookup.ts';
import { list } from '../model/format.ts';
import type { Member, Reading } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Bound, Verdict } from '../model/verdict.ts';
import { decide, type Rule } from './decide.ts';

export type JudgeRule = Rule & {
  /** Reason why this metric cannot be judged, or null. */
  readonly barrier: string | null;
};

export type Side = Pick<Member, 'name'> & { readonly readings: Readonly<Record<MetricId, Reading>> };

/** Decides between two cases by one metric, in the metric's better direction; a lower bound allows fewer verdicts. */
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
    return { word: 'not testable', reason: 'a value is below zero, so there is no ratio' };
  }
  const decided = by(mine.sample, other.sample, rule);
  const verdict = metric(id).best === 'more' ? turned(decided) : decided;
  if (mine.bounded === 0 && other.bounded === 0) return verdict;
  const bound = boundOf(mine, other);
  const [above, below] = metric(id).best === 'more' ? ['better', 'worse'] : ['worse', 'better'];
  const holds = (bound === '≥' && verdict.word === above) || (bound === '≤' && verdict.word === below);
  if (holds && bound !== null && 'interval' in verdict) return { ...verdict, bound };
  return verdict.word === 'not testable' ? verdict : { word: 'not testable', reason: limitedBy([left, right], id) };
}

/** Bound of a ratio with a lower bound on one side; null if neither or both are. */
export function boundOf(left: Pick<Reading, 'bounded'>, right: Pick<Reading, 'bounded'>): Bound | null {
  if (left.bounded > 0 === right.bounded > 0) return null;
  return left.bounded > 0 ? '≥' : '≤';
}

/** Verdict with better and worse exchanged; the band is symmetric for ratios. */
function turned(verdict: Verdict): Verdict {
  if (verdict.word === 'better') return { ...verdict, word: 'worse' };
  return verdict.word === 'worse' ? { ...verdict, word: 'better' } : verdict;
}

/** Reason for cases whose figures are lower bounds. */
export function limitedBy(sides: readonly Side[], id: MetricId): string {
  const limited = sides.filter(({ readings }) => readings[id].bounded > 0);
  const isRate = metric(id).best === 'more';
  const who = limited.map(({ name, readings }) => {
    const { bounded, sample } = readings[id];
    return `${name} (${bounded} of ${sample.size} ${isRate ? 'searches' : 'trials'})`;
  });
  const names = list(who, 'and');
  return isRate
    ? `the load generator reached its limit before the server did, for ${names}`
    : `only a lower bound is known of ${names}, ${metric(id).boundText ?? 'which had more load than it delivers'}`;
}
