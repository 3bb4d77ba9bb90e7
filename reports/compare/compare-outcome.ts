import type { ComparedRow, Comparison } from './compare-model.ts';

/** Summary of a comparison for an exit code. The floor is no choice and never decides. */
export type Outcome = {
  /** Rows that are worse by more than is allowed. */
  readonly regressions: readonly ComparedRow[];
  /** Reasons why the answer is open; empty if every case of the base got a verdict. */
  readonly open: readonly string[];
  /** Reasons why there is no answer: a run is invalid, nothing could be judged, a case of the new run has no valid trial. */
  readonly unsound: readonly string[];
};

/** @param maxRegression share of the base by which a median may be worse */
export function outcomeOf(comparison: Comparison, maxRegression: number): Outcome {
  const { rows, raw, onlyInBase, counts, barrier } = comparison;
  const choices = rows.filter(({ floor }) => !floor);
  const judged = choices.filter(({ verdict }) => verdict.word !== 'not testable');
  const unsettled = choices.filter((row) => isOpen(row));
  const notSeparated = counts['not separated'];
  const unmeasured = barrier === null ? unmeasuredIn(choices) : [];
  return {
    regressions: choices.filter(({ verdict, worseBy }) => verdict.word === 'worse' && (worseBy ?? 0) > maxRegression),
    open: [
      ...(notSeparated === 0 ? [] : [`${notSeparated} not separated`]),
      ...(unsettled.length === notSeparated ? [] : [`${unsettled.length - notSeparated} not testable`]),
      ...(raw.length === 0 ? [] : [`${raw.length} measured under different conditions`]),
      ...(onlyInBase.length === 0 ? [] : [`${onlyInBase.length} only in the base run`]),
    ],
    unsound: [
      ...(barrier === null ? [] : [barrier]),
      ...(barrier === null && judged.length === 0 ? ['no comparison could be judged'] : []),
      ...unmeasured.map((name) => `${name} has no valid trial in the new run`),
    ],
  };
}

/** True if a row is inconclusive; two zeros have no ratio, but are not inconclusive. */
function isOpen({ verdict, base, next }: ComparedRow): boolean {
  const zeros = [base, next].every((side) => side.state === 'shown' && side.median === 0);
  return verdict.word === 'not separated' || (verdict.word === 'not testable' && !zeros);
}

function unmeasuredIn(rows: readonly ComparedRow[]): string[] {
  const cases = [...Map.groupBy(rows, ({ caseId }) => caseId)];
  return cases.flatMap(([caseId, those]) => (those.every(({ next }) => next.state === 'not shown') ? [caseId] : []));
}
