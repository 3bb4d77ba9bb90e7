import { type Bootstrap, LEAST_TRIALS } from './bootstrap.ts';
import { decide, rankEvidence } from './decide.ts';
import type { Member } from './member.ts';
import { type Metric, type MetricId, metric } from './metrics.ts';
import type { Cell, Column } from './model.ts';
import { holm } from './ranks.ts';
import type { Expert, Verdict } from './verdict.ts';

export type ColumnRule = {
  readonly band: number;
  readonly bootstrap: Bootstrap;
  /** Why nothing in this column may be judged, or null. */
  readonly barrier: string | null;
};

export type JudgedColumn = Column & { readonly cells: ReadonlyMap<string, Cell> };

/** Judges every choice of a group against the best of them by one metric. The floor is set beside them, never judged. */
export function judgeColumn(
  id: MetricId,
  members: readonly Member[],
  { band, bootstrap, barrier }: ColumnRule,
): JudgedColumn {
  const best = bestChoice(id, members);
  const rivals = members.filter((member) => !member.floor && member !== best && isShown(id, member));
  const rule = { band, bootstrap, comparisons: Math.max(1, rivals.length) };
  const verdicts = new Map<Member, Verdict>();
  const experts = new Map<Member, Expert>();
  if (best !== undefined) {
    for (const rival of rivals) {
      const verdict = decide(rival.readings[id].sample, best.readings[id].sample, rule);
      verdicts.set(rival, barrier === null ? verdict : { word: 'not testable', reason: barrier });
    }
    for (const [rival, expert] of rankFamily(id, best, rivals)) experts.set(rival, expert);
  }
  const cell = (member: Member): Cell => {
    const { sample, median, reason } = member.readings[id];
    if (sample.size === 0) return { state: 'not shown', reason };
    const factor = best === undefined ? Number.NaN : median / best.readings[id].median;
    return {
      state: 'shown',
      median,
      interval: sample.size >= LEAST_TRIALS ? bootstrap.medianInterval(sample) : null,
      values: [...sample].map(([block, value]) => ({ block, value })).toSorted((a, b) => a.block - b.block),
      factor: Number.isFinite(factor) ? factor : null,
      verdict: verdicts.get(member) ?? null,
      expert: experts.get(member) ?? null,
    };
  };
  return {
    metric: metric(id),
    band,
    best: best?.caseId ?? null,
    cells: new Map(members.map((member) => [member.caseId, cell(member)])),
  };
}

/** The lowest median. One that has enough trials to be tested against comes before any that has not. */
export function bestChoice(id: MetricId, members: readonly Member[]): Member | undefined {
  const choices = members.filter((member) => !member.floor && isShown(id, member));
  const testable = choices.filter((member) => isTestable(id, member));
  return (testable.length > 0 ? testable : choices).toSorted(byMedian(id))[0];
}

export const isShown = (id: MetricId, { readings }: Member): boolean => readings[id].sample.size > 0;
export const isTestable = (id: MetricId, { readings }: Member): boolean => readings[id].sample.size >= LEAST_TRIALS;

/** Cases without a value come last; names settle what medians leave open. */
export const byMedian =
  (id: MetricId) =>
  (a: Member, b: Member): number => {
    const [left, right] = [a, b].map(({ readings }) => (readings[id].sample.size > 0 ? readings[id].median : Infinity));
    if (left !== undefined && right !== undefined && left !== right) return left - right;
    return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  };

export const bandOf = ({ band }: Metric, bands: { timeBand: number; byteBand: number }): number =>
  band === 'bytes' ? bands.byteBand : bands.timeBand;

/** Holm's family is the column: every choice against its best. */
function rankFamily(id: MetricId, best: Member, rivals: readonly Member[]): [Member, Expert][] {
  const evidence = rivals.flatMap((rival) => {
    const found = rankEvidence(rival.readings[id].sample, best.readings[id].sample);
    return found === null ? [] : [{ rival, ...found }];
  });
  const corrected = holm(evidence.map(({ p }) => p));
  return evidence.map(({ rival, ...rest }, index) => [rival, { ...rest, pHolm: corrected[index] ?? 1 }]);
}
