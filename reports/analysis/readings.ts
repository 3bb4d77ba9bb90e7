import { isRecord } from '../../bench/results/newer.ts';
import { whyNotMeasured } from '../../bench/results/not-measured.ts';
import { median } from '../../bench/results/numbers.ts';
import type { Case, MeasuredTrial, Results } from '../../bench/results/schema.ts';
import { forEachMetric, isJudged, metricsOf } from '../kinds/lookup.ts';
import { countOf } from '../model/format.ts';
import { kindOf } from '../model/group.ts';
import { objectiveIn } from '../model/in-time.ts';
import type { DecodedTrial, Reading, Readings } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Cell } from '../model/model.ts';
import type { Decoded, Shown } from '../stats/distribution.ts';
import { fitOf, isLowerBound, measure } from './measure.ts';

/** Reason why a case has no such figure. */
export const OF_ANOTHER_KIND = 'not a figure of this scenario';

/** Part of a run that its objectives follow from. */
export type Objectives = Pick<Results, 'plan' | 'networks'>;

/** Reads every metric from a case. @param valid the case's decoded valid trials */
export function readingsOf(one: Case, valid: readonly DecodedTrial[], run: Objectives): Readings {
  const { trials } = one;
  // Random draws depend on the order of blocks, which must not be that of the file.
  const inOrder = valid.toSorted((a, b) => a.trial.block - b.trial.block);
  const columns = metricsOf(kindOf(one));
  const asked = { clients: one.clients, objectiveSeconds: objectiveIn(run, one).seconds };
  const absent = trials.length === 0 ? 'no trial was run' : `none of ${countOf(trials.length, 'trial')} is valid`;
  const reading = (id: MetricId): Reading => {
    if (!columns.includes(id)) return { ...NOTHING, reason: OF_ANOTHER_KIND };
    const measured = inOrder.map((decoded) => ({ decoded, value: measure(id, decoded, asked) }));
    const seen = measured.flatMap(({ decoded, value }) => values(value).map((number) => ({ decoded, number })));
    const missing = measured.flatMap(({ value }) => (value.shown ? [] : [value.reason]));
    const fits = seen.flatMap(({ decoded }) => fitOf(id, decoded) ?? []);
    return {
      sample: new Map(seen.map(({ decoded, number }) => [decoded.trial.block, number])),
      median: median(seen.map(({ number }) => number)),
      reason: missing[0] ?? absent,
      bounded: seen.filter(({ decoded }) => isLowerBound(id, decoded)).length,
      fit: fits.length > 0 ? Math.min(...fits) : null,
    };
  };
  return forEachMetric(reading);
}

const NOTHING: Omit<Reading, 'reason'> = { sample: new Map(), median: Number.NaN, bounded: 0, fit: null };

const values = (value: Shown): number[] => (value.shown ? [value.value] : []);

/** A run with a function that gives the readings of a case. */
export type ReadRun = { readonly results: Results; readonly readings: (one: Case) => Readings };

/** Unreadable stand-in for a histogram that a trial did not measure, with its reason; undefined for one that it did. */
export function unmeasured(trial: MeasuredTrial, name: keyof MeasuredTrial['latency']): Decoded | undefined {
  const reason = whyNotMeasured(trial, [`latency.${name}`]);
  return reason === undefined ? undefined : { readable: false, reason };
}

/** A run whose readings are known; a case missing from them has none. */
export const runOf = (results: Results, known: ReadonlyMap<Case, Readings>): ReadRun => ({
  results,
  readings: (one) => known.get(one) ?? readingsOf(one, [], results),
});

/**
 * Takes the readings from an analysis of the run, so that no histogram is decoded again. Null if the analysis, which may come from
 * anywhere, is not of this run or has another shape.
 */
export function analysedRun(results: Results, analysis: unknown): ReadRun | null {
  if (!holdsRows(analysis)) return null;
  const rows = new Map(analysis.groups.flatMap(({ rows }) => rows.map((row) => [row.caseId, row])));
  const compared = results.cases.filter(isJudged);
  // A page of a newer version has rows of the cases that were set aside here.
  if (rows.size !== compared.length && results.setAside === undefined) return null;
  const known = new Map<Case, Readings>();
  for (const one of compared) {
    const cells = rows.get(one.id)?.cells;
    const own = metricsOf(kindOf(one));
    if (cells === undefined || !isWhole(cells, own)) return null;
    known.set(
      one,
      forEachMetric((id) => readingOf(cells[id] ?? OF_OTHERS)),
    );
  }
  return runOf(results, known);
}

/** Part of an analysis that is read here; a page of another version may lack figures or have others. */
type Rows = { readonly groups: readonly { readonly rows: readonly { caseId: string; cells: Partial<Cells> }[] }[] };
type Cells = Readonly<Record<MetricId, Cell>>;

function holdsRows(analysis: unknown): analysis is Rows {
  const listIn = (value: unknown, name: string): unknown[] => {
    const list = isRecord(value) ? value[name] : undefined;
    return Array.isArray(list) ? list : [];
  };
  const rows = listIn(analysis, 'groups').map((group) => listIn(group, 'rows'));
  return (
    isRecord(analysis) &&
    Array.isArray(analysis.groups) &&
    rows.every((those) => those.length > 0) &&
    rows.flat().every((row) => isRecord(row) && typeof row.caseId === 'string' && isRecord(row.cells))
  );
}

/** Cell that a page leaves out, because its metric is not of the case's kind. */
const OF_OTHERS: Cell = { state: 'not shown', reason: OF_ANOTHER_KIND };

/** True if the cells are readable and none of the case's own metrics is missing. */
function isWhole(cells: Partial<Cells>, own: readonly MetricId[]): boolean {
  const known: Readonly<Record<string, unknown>> = cells;
  const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
  const whole = forEachMetric((id) => {
    const cell = known[id];
    if (cell === undefined) return !own.includes(id);
    if (!isRecord(cell)) return false;
    if (cell.state === 'not shown') return typeof cell.reason === 'string';
    if (cell.state !== 'shown' || !Array.isArray(cell.values) || cell.values.length === 0) return false;
    const { values, median, bounded, fit } = cell;
    return (
      [median, bounded, ...(fit === null ? [] : [fit])].every(isNumber) &&
      values.every((one) => isRecord(one) && isNumber(one.block) && isNumber(one.value))
    );
  });
  return Object.values(whole).every((one) => one);
}

function readingOf(cell: Cell): Reading {
  if (cell.state === 'not shown') return { ...NOTHING, reason: cell.reason };
  const { values, median, bounded, fit } = cell;
  return { sample: new Map(values.map(({ block, value }) => [block, value])), median, reason: '', bounded, fit };
}
