import { labelledFlag, valueIn, valueText } from '../../bench/results/case.ts';
import { DIMENSIONS, type Dimension } from '../../bench/results/dimensions.ts';
import { median } from '../../bench/results/numbers.ts';
import type { Case, Results } from '../../bench/results/schema.ts';
import { isJudged, shapeOfCase } from '../kinds/lookup.ts';
import { figures } from '../model/format.ts';
import { kindOf, objectiveText } from '../model/group.ts';
import type { Mismatch, Pair } from './compare-model.ts';

export type Pairing = {
  /** The same question to the same transport. */
  readonly alike: readonly Pair[];
  /** Another question: never judged. */
  readonly unlike: readonly (Pair & { readonly because: readonly Mismatch[] })[];
  readonly onlyInBase: readonly Case[];
  readonly onlyInNext: readonly Case[];
};

/**
 * Finds each case its counterpart in the other run: the same question where there is one, else, of the same transport and
 * scenario, the question that differs in the least. Every case is in one pair at most.
 */
export function pairCases(base: Results, next: Results): Pairing {
  const [before, after] = [new Set(judged(base)), new Set(judged(next))];
  const candidates = [...before].flatMap((one) =>
    [...after]
      .filter((other) => keyOf(one) === keyOf(other))
      .map((other) => {
        const pair = { base: one, next: other };
        return { ...pair, because: mismatches(pair, base, next), variations: variationsOf(pair) };
      }),
  );
  const pairs: (Pair & { because: readonly Mismatch[] })[] = [];
  // A stable sort: of equally near ones the first in the order of the runs.
  const nearestFirst = candidates.toSorted(
    (a, b) => a.because.length - b.because.length || a.variations - b.variations,
  );
  for (const { base: one, next: other, because } of nearestFirst) {
    if (!before.has(one) || !after.has(other)) continue;
    before.delete(one);
    after.delete(other);
    pairs.push({ base: one, next: other, because });
  }
  const inOrder = pairs.toSorted((a, b) => next.cases.indexOf(a.next) - next.cases.indexOf(b.next));
  return {
    alike: inOrder.filter(({ because }) => because.length === 0),
    unlike: inOrder.filter(({ because }) => because.length > 0),
    onlyInBase: [...before],
    onlyInNext: [...after],
  };
}

const judged = ({ cases }: Results): Case[] => cases.filter(isJudged);

const keyOf = (one: Case): string => `${labelledFlag(one)}/${one.scenario}`;

/** Differences that make two cases answer different questions: what the figures mean differs with any of them. */
const questionMismatches = ({ base, next }: Pair): Mismatch[] => [
  { what: 'kind of scenario', base: kindOf(base), next: kindOf(next) },
  ...dimensionsBetween({ base, next }, ({ comparable }) => !comparable),
];

/** Values of dimensions in both cases of a pair, in words. */
export const dimensionsBetween = ({ base, next }: Pair, of: (dimension: Dimension) => boolean): Mismatch[] =>
  DIMENSIONS.filter(of).map((dimension) => {
    const textIn = (one: Case): string => valueText(dimension, valueIn(dimension, one));
    return { what: dimension.title, base: textIn(base), next: textIn(next) };
  });

/** Number of dimensions that differ and forbid no comparison. */
const variationsOf = (pair: Pair): number =>
  dimensionsBetween(pair, ({ comparable }) => comparable).filter(({ base, next }) => base !== next).length;

function mismatches(pair: Pair, base: Results, next: Results): Mismatch[] {
  const found = [
    ...questionMismatches(pair),
    ...objectives(pair),
    ...(shapeOfCase(pair.base).warmedUp ? [warmUp(base, next)] : []),
  ].filter((one) => one.base !== one.next);
  return [...found, ...measuredTime(pair)];
}

/** A search that never ran has no objective to differ in. */
function objectives({ base, next }: Pair): Mismatch[] {
  const [before, after] = [base, next].map(({ trials }) =>
    trials.flatMap((trial) => (trial.state === 'failed' ? [] : (trial.capacity ?? []))).at(0),
  );
  if (before === undefined || after === undefined) return [];
  return [{ what: 'objective', base: objectiveText(before.objective), next: objectiveText(after.objective) }];
}

/** A program that has run for a second is another one than one that has run for ten. */
const warmUp = ({ plan: base }: Results, { plan: next }: Results): Mismatch => ({
  what: 'warm-up',
  base: `${base.warmupSeconds} s`,
  next: `${next.warmupSeconds} s`,
});

/** Windows that a clock ends differ by milliseconds; a window that was asked to be another differs by more. */
const SAME_TIME = 1.1;

/** The length of a search's trial depends on what it finds, that of opening sessions is what it measures. */
function measuredTime({ base, next }: Pair): Mismatch[] {
  if (shapeOfCase(base).trialLength !== 'asked for') return [];
  const [before, after] = [base, next].map(({ trials }) =>
    median(trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial.seconds]))),
  );
  if (before === undefined || after === undefined) return [];
  // Also where one of them is not a number, because nothing was measured: that is no other question.
  if (!(Math.max(before, after) > SAME_TIME * Math.min(before, after))) return [];
  return [{ what: 'measured time', base: `${figures(before)} s`, next: `${figures(after)} s` }];
}
