import { textOf } from '../analysis/sentences.ts';
import type { ComparedRow, Comparison, RunFacts, Side } from './compare-model.ts';
import type { Outcome } from './compare-outcome.ts';

/** Readers refuse a major version they do not know; within one, fields are only added. */
export const COMPARISON_SCHEMA = 'wirebench-comparison/1';

/** Makes the JSON document of a comparison: base units (seconds, bytes, messages per second), full precision. */
export function comparisonDocument(comparison: Comparison, { regressions, open, unsound }: Outcome) {
  const { headline, counts, differences, crossEnvironment, rows, raw, onlyInBase, onlyInNext, warnings } = comparison;
  return {
    schema: COMPARISON_SCHEMA,
    headline: textOf(headline),
    base: runDocument(comparison.base),
    new: runDocument(comparison.next),
    options: comparison.options,
    barrier: comparison.barrier,
    counts,
    crossEnvironment,
    differences: differences.map(({ what, base, next, of }) => ({ what, of, base, new: next })),
    regressions: regressions.map(rowKey),
    inconclusive: open,
    invalid: unsound,
    comparisons: rows.map(rowDocument),
    raw: raw.map(({ name, scenario, base, next, because, figures }) => ({
      name,
      scenario,
      base,
      new: next,
      because: because.map((one) => ({ what: one.what, base: one.base, new: one.next })),
      figures: figures.map((one) => ({
        metric: one.metric.id,
        base: sideDocument(one.base),
        new: sideDocument(one.next),
      })),
    })),
    onlyInBase,
    onlyInNew: onlyInNext,
    warnings,
  };
}

const runDocument = ({ id, startedAt, state, command, status, counts }: RunFacts) => ({
  id,
  startedAt,
  state,
  command,
  status: status.label,
  trials: counts,
});

const rowKey = ({ caseId, metric: { id } }: ComparedRow) => ({ case: caseId, metric: id });

function rowDocument(row: ComparedRow) {
  const { name, scenario, kind, floor, band, absolute, base, next, ratio, verdict, statistical, ...rest } = row;
  const { magnitude, worseBy, expert } = rest;
  return {
    ...rowKey(row),
    name,
    scenario,
    kind,
    floor,
    band,
    absoluteBand: absolute,
    base: sideDocument(base),
    new: sideDocument(next),
    ratio,
    verdict: statistical,
    practical: verdict,
    magnitude,
    worseBy,
    expert,
  };
}

const sideDocument = (side: Side) =>
  side.state === 'shown'
    ? { median: side.median, trials: side.trials, lowerBounds: side.bounded }
    : { median: null, reason: side.reason };
