import { median } from '../../bench/results/numbers.ts';
import { MIN_TRIALS } from '../../bench/results/rules.ts';
import { countOf } from '../model/format.ts';
import type { Expert, Verdict } from '../model/verdict.ts';
import { type Bootstrap, commonBlocks, type Interval, type Sample } from '../stats/bootstrap.ts';
import { cliffsDelta, mannWhitney } from '../stats/ranks.ts';

export type Rule = {
  /** Differences within ±band do not count; as a ratio, 1/(1 + band) to 1 + band. */
  readonly band: number;
  /** Number of comparisons that are read together, with this one. */
  readonly comparisons: number;
  readonly bootstrap: Bootstrap;
};

/**
 * Decides between two cases whose trials are paired by block. If rejected trials leave too few common blocks, although each side has
 * enough trials, they are compared unpaired, with a wider interval.
 */
export function decide(left: Sample, right: Sample, rule: Rule): Verdict {
  const { band, comparisons, bootstrap } = rule;
  const fewest = Math.min(left.size, right.size);
  if (fewest < MIN_TRIALS) {
    return {
      word: 'not testable',
      reason: `only ${countOf(fewest, 'valid trial')}; a verdict needs ${MIN_TRIALS} of each case`,
    };
  }
  const blocks = commonBlocks([left, right]);
  if (blocks.length < MIN_TRIALS) return decideSeparate(left, right, rule);
  const interval = bootstrap.ratioInterval(left, right, comparisons);
  if (interval === null) return { word: 'not testable', reason: 'a value is zero, so there is no ratio' };
  const medianOf = (sample: Sample) => median(blocks.map((block) => sample.get(block) ?? Number.NaN));
  return { word: wordFor(interval, band), ratio: medianOf(left) / medianOf(right), interval };
}

/** Decides between two cases of two runs, whose trials are not paired. */
export function decideSeparate(left: Sample, right: Sample, { band, comparisons, bootstrap }: Rule): Verdict {
  const fewest = Math.min(left.size, right.size);
  if (fewest < MIN_TRIALS) {
    return {
      word: 'not testable',
      reason: `only ${countOf(fewest, 'valid trial')} in one of the runs; a verdict needs ${MIN_TRIALS} in each`,
    };
  }
  const interval = bootstrap.separateRatioInterval(left, right, comparisons);
  if (interval === null) return { word: 'not testable', reason: 'a value is zero, so there is no ratio' };
  const ratio = median([...left.values()]) / median([...right.values()]);
  return { word: wordFor(interval, band), ratio, interval };
}

function wordFor({ low, high }: Interval, band: number): 'better' | 'worse' | 'equivalent' | 'not separated' {
  const max = 1 + band;
  if (low > max) return 'worse';
  if (high < 1 / max) return 'better';
  return low >= 1 / max && high <= max ? 'equivalent' : 'not separated';
}

/** Rank statistics without Holm's correction, which needs the whole family; null with too few trials. */
export function rankEvidence(left: Sample, right: Sample): Omit<Expert, 'pHolm'> | null {
  if (Math.min(left.size, right.size) < MIN_TRIALS) return null;
  const blocks = commonBlocks([left, right]);
  const isPaired = blocks.length >= MIN_TRIALS;
  const values = (sample: Sample) =>
    isPaired ? blocks.map((block) => sample.get(block) ?? Number.NaN) : [...sample.values()];
  const [a, b] = [values(left), values(right)];
  return { pairs: isPaired ? blocks.length : 0, p: mannWhitney(a, b), cliffsDelta: cliffsDelta(a, b) };
}
