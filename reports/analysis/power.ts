import { median } from '../../bench/results/numbers.ts';
import { MIN_TRIALS } from '../../bench/results/rules.ts';
import type { Results } from '../../bench/results/schema.ts';
import { isJudged, METRICS } from '../kinds/lookup.ts';
import { groupCases } from '../model/group.ts';
import type { Member } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { AnalysisOptions } from '../model/model.ts';
import { commonBlocks, createBootstrap, type Sample } from '../stats/bootstrap.ts';
import { bandOf } from './column.ts';
import { readMember } from './member.ts';
import { inventTrials } from './simulation.ts';

/** How often a difference must be called for it to count as one that a run can see. */
const POWER = 0.8;

/** Invented pairs, and resamples of each: the answer is good to a few hundredths of the difference it names. */
const PAIRS = 400;
const RESAMPLES = 200;

/** Decoding histograms is what takes time, and a median over a few pairs of every group is as good as one over all. */
const CASES_READ = 24;

export type Detectable = {
  readonly metric: MetricId;
  /** Coefficient of variation between trials of a case, of 1: the median over what the results hold. */
  readonly spread: number;
  /**
   * Smallest factor, above 1, by which one case must be the worse for that to be called in 80 % of runs; null with too
   * few trials for any verdict.
   */
  readonly ratio: number | null;
};

export type DetectableSettings = {
  /** Valid trials of each case in the run to come. */
  readonly trials: number;
  /** Cases each group holds against its best. */
  readonly comparisons: number;
  readonly options?: Partial<Pick<AnalysisOptions, 'timeBand' | 'byteBand' | 'seed'>>;
};

/**
 * What a run of so many trials can tell apart, going by how far the trials of earlier results scattered. A metric of
 * which those hold too little is left out. Trials that the machine spoils count as far as most pairs of cases have some.
 */
export function detectable(results: Results, { trials, comparisons, options = {} }: DetectableSettings): Detectable[] {
  const { timeBand = 0.05, byteBand = 0.02, seed = results.plan.seed } = options;
  const caseGroups = groupCases(results.cases.filter(isJudged));
  const ofEach = Math.max(2, Math.floor(CASES_READ / caseGroups.length));
  const groups = caseGroups.map(({ cases }) => cases.slice(0, ofEach).map((one) => readMember(results, one)));
  const reach = trials < MIN_TRIALS ? null : reachOf(trials, comparisons, seed);
  return METRICS.flatMap((metric): Detectable[] => {
    const deviations = groups.flatMap((members) => deviationsIn(metric.id, members));
    if (deviations.length === 0) return [];
    const deviation = median(deviations);
    const band = bandOf(metric, { timeBand, byteBand });
    return [
      {
        metric: metric.id,
        spread: Math.sqrt(Math.expm1(deviation ** 2)),
        ratio: reach === null ? null : (1 + band) * Math.exp(reach * deviation),
      },
    ];
  });
}

/**
 * How far beyond the band a true ratio must lie, as a logarithm and in standard deviations of a case's trials. The rule
 * is of one piece in these units, so that a single simulation of it serves every metric.
 */
function reachOf(trials: number, comparisons: number, seed: number): number {
  const unit = 0.05;
  const invent = inventTrials({ trials, ratio: 1, noise: { cv: Math.sqrt(Math.expm1(unit ** 2)) }, seed });
  const bootstrap = createBootstrap(seed, RESAMPLES);
  const shortfalls = Array.from({ length: PAIRS }, () => {
    const [left = new Map(), right = new Map()] = invent(2);
    return -Math.log(bootstrap.ratioInterval(left, right, comparisons)?.low ?? 0) / unit;
  });
  return shortfalls.toSorted((a, b) => a - b)[Math.ceil(POWER * PAIRS) - 1] ?? Number.POSITIVE_INFINITY;
}

/**
 * Standard deviations of a case's trials on the scale of logarithms, one a pair of cases: taken from the paired ratios,
 * as verdicts are, so that what a block does to both is not counted as scatter. A case that is alone stands for itself.
 */
function deviationsIn(id: MetricId, members: readonly Member[]): number[] {
  const samples = members.map(({ readings }) => readings[id].sample).filter(({ size }) => size >= 3);
  const [first, ...others] = samples;
  if (first !== undefined && others.length === 0) return deviationOf(logarithms(first, [...first.keys()]), 1);
  return samples.flatMap((left, index) =>
    samples.slice(index + 1).flatMap((right) => {
      const blocks = commonBlocks([left, right]);
      const below = logarithms(right, blocks);
      const ratios = logarithms(left, blocks).map((value, at) => value - (below[at] ?? Number.NaN));
      return deviationOf(ratios, 2);
    }),
  );
}

const logarithms = (sample: Sample, blocks: readonly number[]): number[] =>
  blocks.map((block) => Math.log(sample.get(block) ?? Number.NaN));

/** Of a sum of so many equal parts, each part's. Nothing where there are too few values, or one has no logarithm. */
function deviationOf(values: readonly number[], parts: number): number[] {
  const degrees = values.length - 1;
  if (degrees < 2 || !values.every(Number.isFinite)) return [];
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / degrees;
  // The median of such variances is lower than their mean (Wilson and Hilferty 1931), and it is the median that is taken.
  return [Math.sqrt(variance / parts) / (1 - 2 / (9 * degrees)) ** 1.5];
}
