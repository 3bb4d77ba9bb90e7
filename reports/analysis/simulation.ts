import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { median } from '../../bench/results/numbers.ts';
import type { Word } from '../model/verdict.ts';
import { createBootstrap, type Sample } from '../stats/bootstrap.ts';
import { decide, decideSeparate } from './decide.ts';

/** Variation between the trials of simulated cases; shares are from 0 to 1. */
export type Noise = {
  /** Coefficient of variation between the trials of one case; log-normal. */
  readonly cv: number;
  /** Coefficient of variation between blocks, whose effect all cases of a block share. */
  readonly drift?: number;
  /** Outliers: this share of the trials is `factor` times as high. */
  readonly outliers?: { readonly share: number; readonly factor: number };
};

export type Simulation = {
  /** Number of simulated pairs or groups. */
  readonly runs: number;
  readonly trials: number;
  readonly noise: Noise;
  /** True ratio of the first case to every other. */
  readonly ratio: number;
  readonly band: number;
  readonly resamples: number;
  readonly seed: number;
};

export type Tally = {
  readonly comparisons: number;
  readonly words: Readonly<Record<Word, number>>;
};

/** Simulates pairs of cases and decides between the two of each by the rule of verdicts. */
export function simulatePairs(simulation: Simulation): Tally {
  const { runs, band, resamples, seed } = simulation;
  const invent = inventTrials(simulation);
  const words = Array.from({ length: runs }, (_, run): Word => {
    const [first, second] = invent(2);
    if (first === undefined || second === undefined) throw new Error('a pair has two cases');
    return decide(first, second, { band, comparisons: 1, bootstrap: createBootstrap(seed + run, resamples) }).word;
  });
  return tally(words);
}

/**
 * Simulates groups and decides in each as a column of a report does: against the lowest median, which may be the lowest only by
 * chance. With a ratio of 1 every verdict counts; otherwise only that of the first case, as not separated if it is the lowest.
 */
export function simulateGroups(simulation: Simulation & { readonly members: number }): Tally {
  const { runs, members, ratio, band, resamples, seed } = simulation;
  const invent = inventTrials(simulation);
  const words = Array.from({ length: runs }, (_, run): Word[] => {
    const cases = invent(members);
    const best = cases.reduce((lowest, one) => (medianOf(one) < medianOf(lowest) ? one : lowest));
    const rule = { band, comparisons: members - 1, bootstrap: createBootstrap(seed + run, resamples) };
    if (ratio === 1) return cases.filter((one) => one !== best).map((rival) => decide(rival, best, rule).word);
    return cases.slice(0, 1).map((first) => (first === best ? 'not separated' : decide(first, best, rule).word));
  });
  return tally(words.flat());
}

/**
 * Simulates two runs with separate blocks and compares each case with itself, as a column of their comparison does. With a ratio of 1
 * every verdict counts; otherwise only that of the first case, whose ratio between the runs it is.
 */
export function simulateRuns(simulation: Simulation & { readonly members: number }): Tally & { spoiltRuns: number } {
  const { runs, members, ratio, band, resamples, seed } = simulation;
  const older = inventTrials({ ...simulation, ratio: 1 });
  const newer = inventTrials({ ...simulation, seed: seed + 1 });
  const words = Array.from({ length: runs }, (_, run): Word[] => {
    const [before, after] = [older(members), newer(members)];
    const rule = { band, comparisons: members, bootstrap: createBootstrap(seed + run, resamples) };
    const decided = after.map((sample, at) => decideSeparate(sample, before[at] ?? new Map(), rule).word);
    return ratio === 1 ? decided : decided.slice(0, 1);
  });
  const spoilt = words.filter((column) => column.includes('better') || column.includes('worse'));
  return { ...tally(words.flat()), spoiltRuns: spoilt.length };
}

const medianOf = (sample: Sample): number => median([...sample.values()]);

/** Share of the comparisons with one of these verdicts. */
export const rateOf = ({ comparisons, words }: Tally, ...which: readonly Word[]): number =>
  which.reduce((total, word) => total + words[word], 0) / comparisons;

/** Simulates the trials of a group of cases; each call continues the random sequence. */
export function inventTrials({
  trials,
  ratio,
  noise,
  seed,
}: Pick<Simulation, 'trials' | 'ratio' | 'noise' | 'seed'>): (cases: number) => Sample[] {
  const generator = xoroshiro128plus(seed);
  const uniform = (): number => uniformFloat64(generator);
  const { cv, drift = 0, outliers = { share: 0, factor: 1 } } = noise;
  const scatter = logNormal(cv, uniform);
  const wander = logNormal(drift, uniform);
  return (cases) => {
    const blocks = Array.from({ length: trials }, wander);
    const spoilt = () => (uniform() < outliers.share ? outliers.factor : 1);
    return Array.from(
      { length: cases },
      (_, index) =>
        new Map(blocks.map((effect, block) => [block, (index === 0 ? ratio : 1) * effect * scatter() * spoilt()])),
    );
  };
}

/** Log-normal values with median 1 and the given coefficient of variation (Box and Muller 1958). */
export function logNormal(cv: number, uniform: () => number): () => number {
  const deviation = Math.sqrt(Math.log1p(cv ** 2));
  return () => Math.exp(deviation * Math.sqrt(-2 * Math.log1p(-uniform())) * Math.cos(2 * Math.PI * uniform()));
}

function tally(words: readonly Word[]): Tally {
  const count = (word: Word): number => words.filter((one) => one === word).length;
  return {
    comparisons: words.length,
    words: {
      better: count('better'),
      worse: count('worse'),
      equivalent: count('equivalent'),
      'no practical difference': count('no practical difference'),
      'not separated': count('not separated'),
      'not testable': count('not testable'),
      'not supported': count('not supported'),
      unavailable: count('unavailable'),
    },
  };
}
