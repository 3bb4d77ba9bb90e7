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

/** Share of runs that must find a difference for it to be detectable. */
const POWER = 0.8;

/** Simulated pairs, and resamples of each: the result is accurate to a few hundredths of the difference. */
const PAIRS = 400;
const RESAMPLES = 200;

/** Number of cases read: decoding histograms takes time, and a median over a few pairs of every group is enough. */
const CASES_READ = 24;

export type Detectable = {
  readonly metric: MetricId;
  /** Coefficient of variation between trials of a case, as a share; median over the results. */
  readonly spread: number;
  /** Smallest factor, above 1, by which one case must be worse for 80 % of runs to find it; null with too few trials. */
  readonly ratio: number | null;
};

export type DetectableSettings = {
  /** Valid trials of each case in the planned run. */
  readonly trials: number;
  /** Number of cases that each group compares with its best. */
  readonly comparisons: number;
  readonly options?: Partial<Pick<AnalysisOptions, 'timeBand' | 'byteBand' | 'seed'>>;
};

/**
 * Differences that a run with this number of trials can detect, by the variation between trials in earlier results. Metrics with too
 * few values there are left out. Outliers count only if most pairs of cases have some.
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
 * Distance of a true ratio beyond the band at which it is detectable: a logarithm, in standard deviations of a case's trials. In these
 * units one simulation serves every metric.
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
 * Standard deviations of a case's trials as logarithms, one per pair of cases. They come from paired ratios, as verdicts do, so that
 * effects of a block on both do not count. A single case is used by itself.
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

/** Standard deviation of one of `parts` equal, independent contributions to the values; empty with too few or infinite values. */
function deviationOf(values: readonly number[], parts: number): number[] {
  const degrees = values.length - 1;
  if (degrees < 2 || !values.every(Number.isFinite)) return [];
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / degrees;
  // Corrects for the median of such variances, which is lower than their mean (Wilson and Hilferty 1931).
  return [Math.sqrt(variance / parts) / (1 - 2 / (9 * degrees)) ** 1.5];
}
