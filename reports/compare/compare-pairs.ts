import { labelledFlag, valueIn, valueText } from '../../bench/results/case.ts';
import { DIMENSIONS, type Dimension } from '../../bench/results/dimensions.ts';
import { median } from '../../bench/results/numbers.ts';
import type { Case, Results } from '../../bench/results/schema.ts';
import { isJudged, shapeOfCase } from '../kinds/lookup.ts';
import { figures } from '../model/format.ts';
import { kindOf, objectiveText, outagesOf } from '../model/group.ts';
import type { Mismatch, Pair } from './compare-model.ts';

export type Pairing = {
  /** Pairs of one transport under the same conditions. */
  readonly alike: readonly Pair[];
  /** Pairs under different conditions, which are never judged. */
  readonly unlike: readonly (Pair & { readonly because: readonly Mismatch[] })[];
  readonly onlyInBase: readonly Case[];
  readonly onlyInNext: readonly Case[];
};

/**
 * Pairs each case with its counterpart in the other run: the one with the same question or else, within its transport and scenario,
 * the one with the fewest differences. Every case is in one pair at most.
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
  // The sort is stable: among equally near pairs the first in the order of the runs wins.
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

/** Differences that make two cases answer different questions. */
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
    ...outages(pair, base, next),
    ...(shapeOfCase(pair.base).warmedUp ? [warmUp(base, next)] : []),
  ].filter((one) => one.base !== one.next);
  return [...found, ...measuredTime(pair)];
}

/** Objectives of two searches; a search that never ran has none. */
function objectives({ base, next }: Pair): Mismatch[] {
  const [before, after] = [base, next].map(({ trials }) =>
    trials.flatMap((trial) => (trial.state === 'failed' ? [] : (trial.capacity ?? []))).at(0),
  );
  if (before === undefined || after === undefined) return [];
  return [{ what: 'objective', base: objectiveText(before.objective), next: objectiveText(after.objective) }];
}

/** Ranges from which the outages of both runs were drawn, where the cases have any. */
function outages(pair: Pair, base: Results, next: Results): Mismatch[] {
  if (![pair.base, pair.next].some((one) => outagesOf([one]).length > 0)) return [];
  const rangeOf = ({ plan: { outage } }: Results): string =>
    outage === undefined ? 'not known' : `${figures(outage.minSeconds)} s to ${figures(outage.maxSeconds)} s`;
  return [{ what: 'outage', base: rangeOf(base), next: rangeOf(next) }];
}

/** Warm-up of both runs: a program is faster after ten seconds than after one. */
const warmUp = ({ plan: base }: Results, { plan: next }: Results): Mismatch => ({
  what: 'warm-up',
  base: `${base.warmupSeconds} s`,
  next: `${next.warmupSeconds} s`,
});

/** Ratio of window lengths up to which they are equal: windows end by a clock and differ by milliseconds. */
const SAME_TIME = 1.1;

/** Trial lengths that differ, for kinds with a length that was asked for. */
function measuredTime({ base, next }: Pair): Mismatch[] {
  if (shapeOfCase(base).trialLength !== 'asked for') return [];
  const [before, after] = [base, next].map(({ trials }) =>
    median(trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial.seconds]))),
  );
  if (before === undefined || after === undefined) return [];
  // If nothing was measured, a length is NaN, which is no difference.
  if (!(Math.max(before, after) > SAME_TIME * Math.min(before, after))) return [];
  return [{ what: 'measured time', base: `${figures(before)} s`, next: `${figures(after)} s` }];
}
