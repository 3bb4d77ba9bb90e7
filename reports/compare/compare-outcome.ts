import type { ComparedRow, Comparison } from './compare-model.ts';

/** What a comparison means to whoever waits for a yes or a no. The floor is no choice, and never decides. */
export type Outcome = {
  /** Worse, and by more than was allowed. */
  readonly regressions: readonly ComparedRow[];
  /** Why the answer is open; empty where everything of the base was judged and told. */
  readonly open: readonly string[];
  /** Why this is no answer at all: a run is invalid, nothing could be judged, a case of the new run has no valid trial. */
  readonly unsound: readonly string[];
};

/** @param maxRegression share of the base by which a median may be worse */
export function outcomeOf(comparison: Comparison, maxRegression: number): Outcome {
  const { rows, raw, onlyInBase, counts, barrier } = comparison;
  const choices = rows.filter(({ floor }) => !floor);
  const judged = choices.filter(({ verdict }) => verdict.word !== 'not testable');
  const untold = choices.filter((row) => isOpen(row));
  const separable = counts['not separated'];
  const unmeasured = barrier === null ? unmeasuredIn(choices) : [];
  return {
    regressions: choices.filter(({ verdict, worseBy }) => verdict.word === 'worse' && (worseBy ?? 0) > maxRegression),
    open: [
      ...(separable === 0 ? [] : [`${separable} not separated`]),
      ...(untold.length === separable ? [] : [`${untold.length - separable} not testable`]),
      ...(raw.length === 0 ? [] : [`${raw.length} asked another question`]),
      ...(onlyInBase.length === 0 ? [] : [`${onlyInBase.length} only in the base run`]),
    ],
    unsound: [
      ...(barrier === null ? [] : [barrier]),
      ...(barrier === null && judged.length === 0 ? ['not one comparison could be judged'] : []),
      ...unmeasured.map((name) => `${name} has no valid trial in the new run`),
    ],
  };
}

/** Of two zeros there is no ratio, but nothing is open about them either. */
function isOpen({ verdict, base, next }: ComparedRow): boolean {
  const zeros = [base, next].every((side) => side.state === 'shown' && side.median === 0);
  return verdict.word === 'not separated' || (verdict.word === 'not testable' && !zeros);
}

function unmeasuredIn(rows: readonly ComparedRow[]): string[] {
  const cases = [...Map.groupBy(rows, ({ caseId }) => caseId)];
  return cases.flatMap(([caseId, those]) => (those.every(({ next }) => next.state === 'not shown') ? [caseId] : []));
}
