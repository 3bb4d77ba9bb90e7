import { MIN_TRIALS } from '../../bench/results/rules.ts';
import { metric } from '../kinds/lookup.ts';
import type { Member } from '../model/member.ts';
import type { Metric, MetricId } from '../model/metrics.ts';
import type { Cell, Column } from '../model/model.ts';
import type { Expert } from '../model/verdict.ts';
import type { Bootstrap } from '../stats/bootstrap.ts';
import { holm } from '../stats/ranks.ts';
import { rankEvidence } from './decide.ts';
import { boundOf, judge } from './judge.ts';
import { practically } from './practical.ts';

export type ColumnRule = {
  readonly band: number;
  /** Difference that nobody could notice, in the metric's base unit; 0 for none. */
  readonly absolute: number;
  readonly bootstrap: Bootstrap;
  /** Reason why this column cannot be judged, or null. */
  readonly barrier: string | null;
  /** True if the values were measured under different conditions, so that none is the best. */
  readonly incomparable?: boolean;
};

export type JudgedColumn = Column & { readonly cells: ReadonlyMap<string, Cell> };

/** Judges every choice of a group against the best by one metric. The floor is shown, never judged. */
export function judgeColumn(id: MetricId, members: readonly Member[], rule: ColumnRule): JudgedColumn {
  const { band, absolute, bootstrap, incomparable = false } = rule;
  const best = incomparable ? undefined : bestChoice(id, members);
  const rivals = members.filter((member) => !member.floor && member !== best && isShown(id, member));
  const verdicts = new Map<Member, Pick<ShownCell, 'verdict' | 'practical'>>();
  const experts = new Map<Member, Expert>();
  if (best !== undefined) {
    const comparisons = Math.max(1, rivals.length);
    for (const rival of rivals) {
      const verdict = judge(id, rival, best, { ...rule, comparisons });
      const practical = practically(verdict, id, rival, best, { ...rule, comparisons, paired: true });
      verdicts.set(rival, { verdict, practical });
    }
    for (const [rival, expert] of rankFamily(id, best, rivals)) experts.set(rival, expert);
  }
  const cell = (member: Member): Cell => {
    const reading = member.readings[id];
    const { sample, median, bounded, fit } = reading;
    if (sample.size === 0) return { state: 'not shown', reason: reading.reason };
    return {
      state: 'shown',
      median,
      interval: sample.size >= MIN_TRIALS ? bootstrap.medianInterval(sample) : null,
      values: [...sample].map(([block, value]) => ({ block, value })).toSorted((a, b) => a.block - b.block),
      bounded,
      fit,
      ...factorOf(id, member, best),
      verdict: verdicts.get(member)?.verdict ?? null,
      practical: verdicts.get(member)?.practical ?? null,
      expert: experts.get(member) ?? null,
    };
  };
  return {
    metric: metric(id),
    band,
    absolute,
    best: best?.caseId ?? null,
    cells: new Map(members.map((member) => [member.caseId, cell(member)])),
  };
}

/** Ratio to the best; null between two lower bounds, and for values that are not positive. */
function factorOf(id: MetricId, member: Member, best: Member | undefined): Pick<ShownCell, 'factor' | 'factorBound'> {
  const none = { factor: null, factorBound: null };
  if (best === undefined) return none;
  const [mine, other] = [member.readings[id], best.readings[id]];
  if (member !== best && mine.bounded > 0 && other.bounded > 0) return none;
  const factor = mine.median / other.median;
  if (!Number.isFinite(factor) || factor <= 0) return none;
  return { factor, factorBound: member === best ? null : boundOf(mine, other) };
}

type ShownCell = Extract<Cell, { state: 'shown' }>;

/** Choice with the best median; those with enough trials for a verdict come first. */
export function bestChoice(id: MetricId, members: readonly Member[]): Member | undefined {
  const choices = members.filter((member) => !member.floor && isShown(id, member));
  const testable = choices.filter((member) => isTestable(id, member));
  return (testable.length > 0 ? testable : choices).toSorted(bestFirst(id))[0];
}

export const isShown = (id: MetricId, { readings }: Member): boolean => readings[id].sample.size > 0;
export const isTestable = (id: MetricId, { readings }: Member): boolean => readings[id].sample.size >= MIN_TRIALS;

/**
 * Orders by median, best first, then by name; cases without a value come last. A lower bound says how good a rate is at least, but a
 * latency of which only that is known cannot be the best, so it comes after all that were measured.
 */
export const bestFirst = (id: MetricId) => {
  const less = metric(id).best === 'less';
  const sign = less ? 1 : -1;
  const isUnknown = ({ readings }: Member): number => Number(less && readings[id].bounded > 0);
  return (a: Member, b: Member): number => {
    const unknown = isUnknown(a) - isUnknown(b);
    if (unknown !== 0 && isShown(id, a) && isShown(id, b)) return unknown;
    const [left, right] = [a, b].map(({ readings }) =>
      readings[id].sample.size > 0 ? sign * readings[id].median : Number.POSITIVE_INFINITY,
    );
    if (left !== undefined && right !== undefined && left !== right) return left - right;
    return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  };
};

/** Share within which shares of messages are equivalent: ±5 % of them would be all that an objective at p95 allows. */
const SHARE_BAND = 0.001;

export function bandOf({ band }: Metric, bands: { timeBand: number; byteBand: number }): number {
  switch (band) {
    case 'bytes':
      return bands.byteBand;
    case 'share':
      return SHARE_BAND;
    case 'time':
      return bands.timeBand;
  }
}

/** Rank statistics of every choice against the best; the column is the family of Holm's correction. */
function rankFamily(id: MetricId, best: Member, rivals: readonly Member[]): [Member, Expert][] {
  const evidence = rivals.flatMap((rival) => {
    const found = rankEvidence(rival.readings[id].sample, best.readings[id].sample);
    return found === null ? [] : [{ rival, ...found }];
  });
  const corrected = holm(evidence.map(({ p }) => p));
  return evidence.map(({ rival, ...rest }, index) => [rival, { ...rest, pHolm: corrected[index] ?? 1 }]);
}
