import { absoluteBand } from '../analysis/practical.ts';
import { batchMark } from '../kinds/batching.ts';
import { metric, shapeOf } from '../kinds/lookup.ts';
import { cellFigure, cellInterval } from '../model/format.ts';
import type { MetricId } from '../model/metrics.ts';
import type { AnalysisOptions, Cell, Group } from '../model/model.ts';
import type { Candidate } from './candidates.ts';
import { JUDGED } from './facts/shape.ts';
import type { MatchedCase } from './load.ts';
import type { CriterionCell, CriterionUse, Objective } from './model.ts';
import { CRITERIA, type Criterion, type CriterionId, type Weights } from './questions/criteria.ts';

/** Cost of each level relative to the best. The scale is the authors' own and as arguable as the judgements. */
const JUDGED_COST = { 1: 1, 2: 1.5, 3: 2.25 } as const;

type MeasuredMatch = Extract<MatchedCase, { state: 'measured' }>;

/** Criterion with the group and metric that all candidates' costs are read from. */
export type Reading = Omit<CriterionUse, 'absoluteBand'> & {
  /** Logarithm of cost by name, without the reference, which is the same for all. */
  readonly logs: ReadonlyMap<string, number>;
  /** Difference that nobody could notice, in the metric's base unit; 0 if there is no such amount. */
  readonly absolute: number;
};

/** Amounts that nobody could notice, as they are known or follow from the objective. */
export type Unnoticed = Pick<AnalysisOptions, 'bands' | 'objective'>;

/** Figure in which a distance from the best that nobody could notice is none, and any other counts from there on. */
export const noticed = (value: number, best: number, { absolute, sign }: { absolute: number; sign: 1 | -1 }): number =>
  sign === 1 ? Math.max(value, best + absolute) : Math.min(best, value + absolute);

/**
 * Reads which criteria count and what each candidate costs in them. Costs are logarithms, so that their weighted sum is a weighted
 * geometric mean: adding or removing an option changes no other option's place, as scaling from minimum to maximum would.
 */
export function readCriteria(
  candidates: readonly Candidate[],
  matched: MeasuredMatch,
  { weights, judgement }: { readonly weights: Weights; readonly judgement: boolean },
  unnoticed: Unnoticed,
): Reading[] {
  const read = CRITERIA.filter(({ id }) => weights[id] > 0).map((criterion) =>
    readCriterion(criterion, candidates, matched, { judgement, unnoticed }),
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
  { judgement, unnoticed }: { readonly judgement: boolean; readonly unnoticed: Unnoticed },
): Reading {
  const { id, name } = criterion;
  const tag = criterion.judged ? ('judgement' as const) : ('measured' as const);
  const use = { id, name, tag, weight: 0, metric: null, group: null, logs: new Map<string, number>(), absolute: 0 };
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
  const found = usable(id, candidates, where, unnoticed);
  return { ...use, ...found, group: where.group.id };
}

/** Costs in one metric. Uses p50 instead of p99 if the group is judged by p50, because some cases have too few samples beyond p99. */
function usable(
  id: CriterionId,
  candidates: readonly Candidate[],
  { group, metric: of }: { group: Group; metric: MetricId },
  unnoticed: Unnoticed,
) {
  const chosen = id === 'p99' && group.primary === 'p50' ? 'p50' : of;
  const absolute = absoluteBand(chosen, group.question, unnoticed);
  const medians = new Map<string, number>();
  const nothing = (dropped: string) => ({ metric: chosen, logs: new Map<string, number>(), absolute, dropped });
  if (metric(chosen).band === 'bytes' && group.layer === 'mixed') {
    return nothing('bytes were counted at different layers');
  }
  let missing = 0;
  for (const { name } of candidates) {
    const cell = costCell(group, name, chosen);
    // A latency of which only a lower bound is known has no cost.
    if (cell.state === 'not shown' || (cell.bounded > 0 && metric(chosen).best === 'less')) missing++;
    else if (cell.values.some(({ value }) => value <= 0)) return nothing('a value is zero, so there is no ratio');
    else medians.set(name, cell.median);
  }
  if (candidates.length === 0) return nothing('no option is left to compare');
  if (missing * 2 > candidates.length || medians.size === 0) return nothing('most options have no figure for it');
  const sign = costSign(chosen);
  const best = sign * Math.min(...[...medians.values()].map((value) => sign * value));
  const logs = [...medians].map(
    ([name, value]) => [name, sign * Math.log(noticed(value, best, { absolute, sign }))] as const,
  );
  return { metric: chosen, logs: new Map(logs), absolute, dropped: null };
}

/** Sign of cost: 1 if lower values are better, −1 if higher ones are. */
export const costSign = (id: MetricId): 1 | -1 => (metric(id).best === 'less' ? 1 : -1);

export function cellIn(group: Group, name: string, id: MetricId): Cell {
  const row = group.rows.find((one) => one.name === name);
  return row?.cells[id] ?? { state: 'not shown', reason: 'not measured in this case' };
}

/**
 * Cell as it counts in costs: a rate of which only a lower bound is known, because the load generator was the limit, and any other
 * above the lowest such bound, count as that bound. Nobody knows which of them is higher.
 */
export function costCell(group: Group, name: string, id: MetricId): Cell {
  const cell = cellIn(group, name, id);
  if (cell.state === 'not shown' || metric(id).best === 'less') return cell;
  const bounds = group.rows.flatMap(({ cells: { [id]: one }, floor }) =>
    !floor && one.state === 'shown' && one.bounded > 0 ? [one.median] : [],
  );
  const known = Math.min(...bounds);
  const values = cell.values.map(({ block, value }) => ({ block, value: Math.min(value, known) }));
  return { ...cell, median: Math.min(cell.median, known), values };
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
  const mark = batchMark(candidate.row, metric(of));
  const figure =
    `${cellFigure(metric(of), cell)}${mark} ${metric(of).unit}${interval === '' ? '' : ` (${interval})`}`.trim();
  const limited = objective !== null && of === `p${objective.percentile}`;
  return limited && ratio !== null
    ? { ...base, figure, ratio: cell.median / objective.seconds, reference: 'objective' }
    : { ...base, figure, ratio };
}
