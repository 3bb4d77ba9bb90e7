import { metric, shapeOf } from '../kinds/lookup.ts';
import { cellFigure, cellInterval } from '../model/format.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Cell, Group } from '../model/model.ts';
import type { Candidate } from './candidates.ts';
import { JUDGED } from './facts/shape.ts';
import type { MatchedCase } from './load.ts';
import type { CriterionCell, CriterionUse, Objective } from './model.ts';
import { CRITERIA, type Criterion, type CriterionId, type Weights } from './questions/criteria.ts';

/** Cost of each level relative to the best. The scale is the authors' own and as arguable as the judgements. */
const JUDGED_COST = { 1: 1, 2: 1.5, 3: 2.25 } as const;

type MeasuredMatch = Extract<MatchedCase, { state: 'measured' }>;

/** Criterion with the group and metric that all candidates' costs are read from. */
export type Reading = CriterionUse & {
  /** Logarithm of cost by name, without the reference, which is the same for all. */
  readonly logs: ReadonlyMap<string, number>;
};

/**
 * Reads which criteria count and what each candidate costs in them. Costs are logarithms, so that their weighted sum is a weighted
 * geometric mean: adding or removing an option changes no other option's place, as scaling from minimum to maximum would.
 */
export function readCriteria(
  candidates: readonly Candidate[],
  matched: MeasuredMatch,
  { weights, judgement }: { readonly weights: Weights; readonly judgement: boolean },
): Reading[] {
  const read = CRITERIA.filter(({ id }) => weights[id] > 0).map((criterion) =>
    readCriterion(criterion, candidates, matched, judgement),
  );
  const total = read.reduce((sum, { id, dropped }) => sum + (dropped === null ? weights[id] : 0), 0);
  return read.map((reading) => ({
    ...reading,
    weight: reading.dropped === null ? weights[reading.id] / total : 0,
  }));
}

function readCriterion(
  criterion: Criterion,
  candidates: readonly Candidate[],
  matched: MeasuredMatch,
  judgement: boolean,
): Reading {
  const { id, name } = criterion;
  const tag = criterion.judged ? ('judgement' as const) : ('measured' as const);
  const use = { id, name, tag, weight: 0, metric: null, group: null, logs: new Map<string, number>() };
  if (criterion.judged) {
    if (!judgement) return { ...use, dropped: 'judgements are left out' };
    const level = ({ judgements }: Candidate) => judgements[criterion.id].level;
    const logs = candidates.map((one) => [one.name, Math.log(JUDGED_COST[level(one)])] as const);
    return { ...use, logs: new Map(logs), dropped: null };
  }
  const where = [matched.group, matched.throughput].flatMap((group) => {
    const of = group === null ? undefined : shapeOf(group.question).advice?.criteria[criterion.id];
    return group === null || of === undefined ? [] : [{ group, metric: of }];
  })[0];
  if (where === undefined) return { ...use, dropped: 'this run did not measure it for such a load' };
  const found = usable(id, candidates, where);
  return { ...use, ...found, group: where.group.id };
}

/** Costs in one metric. Uses p50 instead of p99 if the group is judged by p50, because some cases have too few samples beyond p99. */
function usable(
  id: CriterionId,
  candidates: readonly Candidate[],
  { group, metric: of }: { group: Group; metric: MetricId },
) {
  const chosen = id === 'p99' && group.primary === 'p50' ? 'p50' : of;
  const logs = new Map<string, number>();
  const nothing = (dropped: string) => ({ metric: chosen, logs: new Map<string, number>(), dropped });
  if (metric(chosen).band === 'bytes' && group.layer === 'mixed') {
    return nothing('bytes were counted at different layers');
  }
  let missing = 0;
  for (const { name } of candidates) {
    const cell = cellIn(group, name, chosen);
    // A latency of which only a lower bound is known has no cost.
    if (cell.state === 'not shown' || (cell.bounded > 0 && metric(chosen).best === 'less')) missing++;
    else if (cell.values.some(({ value }) => value <= 0)) return nothing('a value is zero, so there is no ratio');
    else logs.set(name, costSign(chosen) * Math.log(cell.median));
  }
  if (candidates.length === 0) return nothing('no option is left to compare');
  if (missing * 2 > candidates.length || logs.size === 0) return nothing('most options have no figure for it');
  return { metric: chosen, logs, dropped: null };
}

/** Sign of cost: 1 if lower values are better, −1 if higher ones are. */
export const costSign = (id: MetricId): 1 | -1 => (metric(id).best === 'less' ? 1 : -1);

export function cellIn(group: Group, name: string, id: MetricId): Cell {
  const row = group.rows.find((one) => one.name === name);
  return row?.cells[id] ?? { state: 'not shown', reason: 'not measured in this case' };
}

/** Weighted logarithm of cost; null if a criterion that counts has no figure, so that a missing figure is never an advantage. */
export function costOf(readings: readonly Reading[], name: string): number | null {
  let sum = 0;
  for (const { weight, logs, dropped } of readings) {
    if (dropped !== null) continue;
    const log = logs.get(name);
    if (log === undefined) return null;
    sum += weight * log;
  }
  return sum;
}

/** Table cell: the figure, and its ratio to the best candidate's or to the objective. */
export function cellOf(
  candidate: Candidate,
  reading: Reading,
  groups: readonly Group[],
  objective: Objective | null,
): CriterionCell {
  const { id, tag, logs, metric: of } = reading;
  const own = logs.get(candidate.name);
  const best = Math.min(...logs.values());
  const base = { criterion: id, tag, level: null, reference: 'best' as const };
  const ratio = own === undefined || reading.dropped !== null ? null : Math.exp(own - best);
  const judgedAs = JUDGED.find((one) => one === id);
  if (judgedAs !== undefined) {
    const { note, level, tag: whose } = candidate.judgements[judgedAs];
    return { ...base, tag: whose, figure: note, level, ratio };
  }
  const group = groups.find((one) => one.id === reading.group);
  const cell = group === undefined || of === null ? undefined : cellIn(group, candidate.name, of);
  if (cell === undefined || cell.state === 'not shown' || of === null) return { ...base, figure: '—', ratio: null };
  const interval = cellInterval(metric(of), cell);
  const figure = `${cellFigure(metric(of), cell)} ${metric(of).unit}${interval === '' ? '' : ` (${interval})`}`.trim();
  const limited = objective !== null && of === `p${objective.percentile}`;
  return limited && ratio !== null
    ? { ...base, figure, ratio: cell.median / objective.seconds, reference: 'objective' }
    : { ...base, figure, ratio };
}
