import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import type { Word } from '../model/verdict.ts';
import { createBootstrap, type Sample } from '../stats/bootstrap.ts';
import { decide } from './decide.ts';
import {
  inventTrials,
  type Noise,
  rateOf,
  simulateGroups,
  simulatePairs,
  simulateRuns,
  type Tally,
} from './simulation.ts';

const OUTLIERS = { share: 0.05, factor: 3 };

/** From a quiet machine to one on which no figure repeats. */
const NOISES: Readonly<Record<string, Noise>> = {
  'CV 1 %': { cv: 0.01 },
  'CV 5 %, drift, outliers': { cv: 0.05, drift: 0.2, outliers: OUTLIERS },
  'CV 10 %': { cv: 0.1 },
  'CV 30 %': { cv: 0.3 },
  'CV 30 %, drift': { cv: 0.3, drift: 0.5 },
  'CV 30 %, outliers': { cv: 0.3, outliers: OUTLIERS },
  'CV 30 %, drift, outliers': { cv: 0.3, drift: 0.5, outliers: OUTLIERS },
};

type Odd = (uniform: () => number, block: number) => number;

/** Noise that is not normally distributed. */
const ODD: Readonly<Record<string, Odd>> = {
  'one mode in two, twice as high': (uniform) => (uniform() < 0.5 ? 1 : 2) * (1 + uniform() / 50),
  'one trial in five 20 % higher, the others alike to the digit': (uniform) => (uniform() < 0.2 ? 1.2 : 1),
  'rounded to a tenth': (uniform) => Math.max(1, Math.round(8 + 4 * uniform())) / 10,
  'a long tail': (uniform) => -Math.log1p(-uniform()),
  'a first trial ten times as high': (uniform, block) => (block === 0 ? 10 : 1) * (1 + uniform() / 20),
  'half as high again at the end': (uniform, block) => (1 + block / 14) * (1 + uniform() / 10),
};

/** Tally of 600 pairs whose first case is `ratio` times as high. */
function pairsOf(odd: Odd, trials: number, ratio: number): Word[] {
  const generator = xoroshiro128plus(17);
  const uniform = (): number => uniformFloat64(generator);
  const sample = (height: number): Sample =>
    new Map(Array.from({ length: trials }, (_, block) => [block, height * odd(uniform, block)]));
  return Array.from({ length: 600 }, (_, run) => {
    const rule = { band: settings.band, comparisons: 1, bootstrap: createBootstrap(run, settings.resamples) };
    return decide(sample(ratio), sample(1), rule).word;
  });
}

const settings = { ratio: 1, band: 0.05, resamples: 200, seed: 2026 };
const wrong = (tally: Tally): number => rateOf(tally, 'better', 'worse');

describe.each([6, 7, 10])('two equal cases of %i trials', (trials) => {
  test.each(Object.entries(NOISES))('%s: rarely told apart', (_, noise) => {
    const pairs = simulatePairs({ ...settings, runs: 600, trials, noise });
    expect(pairs.comparisons).toBe(600);
    expect(wrong(pairs)).toBeLessThanOrEqual(0.015);
    expect(rateOf(pairs, 'equivalent', 'not separated')).toBeGreaterThanOrEqual(0.985);

    const groups = simulateGroups({ ...settings, runs: 100, trials, noise, members: 7 });
    expect(groups.comparisons).toBe(600);
    expect(wrong(groups)).toBeLessThanOrEqual(0.015);
  });

  test.each(Object.entries(ODD))('%s: rarely told apart', (_, odd) => {
    const words = pairsOf(odd, trials, 1);
    expect(words.filter((word) => word === 'better' || word === 'worse').length).toBeLessThanOrEqual(9);
  });

  test('of forty such pairs at most two are told apart, run after run', () => {
    const noise = { cv: 0.15, drift: 0.1, outliers: OUTLIERS };
    const wrongOfForty = Array.from({ length: 25 }, (_, run) => {
      const { words } = simulatePairs({ ...settings, runs: 40, trials, noise, seed: 1_000 * run });
      return words.better + words.worse;
    });
    expect(Math.max(...wrongOfForty)).toBeLessThanOrEqual(2);
  });
});

test.each([6, 7, 10])('of thirty equal cases, %i trials, hardly one in a hundred is told from the best', (trials) => {
  for (const cv of [0.03, 0.1, 0.3]) {
    const groups = simulateGroups({ ...settings, runs: 60, trials, noise: { cv }, members: 30 });
    expect(groups.comparisons).toBe(1_740);
    expect(wrong(groups)).toBeLessThanOrEqual(0.01);
  }
});

/** A change of 8 % lies beyond the band: to call it the same is as wrong as to turn it around. */
describe.each([6, 7, 10])('a case truly 8 % slower, %i trials', (trials) => {
  test.each([0.03, 0.1, 0.3])('CV %d: hardly ever equivalent or better', (cv) => {
    const pairs = simulatePairs({ ...settings, runs: 600, trials, noise: { cv }, ratio: 1.08 });
    expect(rateOf(pairs, 'equivalent', 'better')).toBeLessThanOrEqual(0.01);
  });

  test.each(Object.entries(ODD))('%s: hardly ever equivalent or better', (_, odd) => {
    const words = pairsOf(odd, trials, 1.08);
    expect(words.filter((word) => word === 'equivalent' || word === 'better').length).toBeLessThanOrEqual(6);
  });
});

describe('a case truly 20 % slower', () => {
  const power = (trials: number, noise: Noise): number =>
    rateOf(simulatePairs({ ...settings, runs: 1_000, trials, noise, ratio: 1.2 }), 'worse');

  test('is called worse by seven trials in nine runs of ten, up to a CV of 5 %', () => {
    expect(power(7, { cv: 0.01 })).toBe(1);
    expect(power(7, { cv: 0.03 })).toBeGreaterThan(0.99);
    expect(power(7, { cv: 0.05 })).toBeGreaterThanOrEqual(0.9);
  });

  test('so it is among six equal ones', () => {
    const simulation = { ...settings, runs: 2_000, trials: 7, members: 7, ratio: 1.2, noise: { cv: 0.05 } };
    const groups = simulateGroups(simulation);
    expect(groups.comparisons).toBe(2_000);
    expect(rateOf(groups, 'worse')).toBeGreaterThanOrEqual(0.9);
  });

  test('ten trials forgive a spoilt one, which seven do not', () => {
    const noise = { cv: 0.03, outliers: OUTLIERS };
    expect(power(10, noise)).toBeGreaterThan(0.8);
    expect(power(7, noise)).toBeLessThan(0.6);
  });

  test('drift common to both costs little', () => {
    expect(power(7, { cv: 0.03, drift: 0.3 })).toBeGreaterThan(0.95);
  });

  test('one 20 % faster is called better as often', () => {
    const faster = simulatePairs({ ...settings, runs: 600, trials: 7, noise: { cv: 0.05 }, ratio: 1 / 1.2 });
    expect(rateOf(faster, 'better')).toBeGreaterThanOrEqual(0.9);
    expect(faster.words.worse).toBe(0);
  });
});

/** Trials of two runs share no blocks: each run has drift of its own, which nothing cancels. */
describe.each([6, 7, 10])('two runs of the same, %i trials each', (trials) => {
  test.each(Object.entries(NOISES))('%s: rarely told apart', (_, noise) => {
    const pairs = simulateRuns({ ...settings, runs: 600, trials, noise, members: 1 });
    expect(pairs.comparisons).toBe(600);
    expect(wrong(pairs)).toBeLessThanOrEqual(0.015);

    const columns = simulateRuns({ ...settings, runs: 200, trials, noise, members: 7 });
    expect(columns.comparisons).toBe(1_400);
    expect(wrong(columns)).toBeLessThanOrEqual(0.01);
    // At least 95 % of the comparisons of two equal runs, by one metric of seven transports, show no difference.
    expect(columns.spoiltRuns / 200).toBeLessThanOrEqual(0.05);
  });
});

describe('a newer run truly 20 % slower', () => {
  const power = (trials: number, noise: Noise, members = 1): number =>
    rateOf(simulateRuns({ ...settings, runs: 600, trials, noise, members, ratio: 1.2 }), 'worse');

  test('is found by seven trials in nine comparisons of ten, up to a CV of 5 %', () => {
    expect(power(7, { cv: 0.01 })).toBe(1);
    expect(power(7, { cv: 0.03 })).toBeGreaterThan(0.99);
    expect(power(7, { cv: 0.05 })).toBeGreaterThanOrEqual(0.9);
  });

  test('so it is where one of seven transports is slower', () => {
    expect(power(7, { cv: 0.03 }, 7)).toBeGreaterThan(0.99);
    expect(power(7, { cv: 0.05 }, 7)).toBeGreaterThan(0.8);
    expect(power(10, { cv: 0.05 }, 7)).toBeGreaterThan(0.95);
  });

  test('one 20 % faster is called better as often, and never worse', () => {
    const faster = simulateRuns({ ...settings, runs: 600, trials: 7, noise: { cv: 0.05 }, members: 1, ratio: 1 / 1.2 });
    expect(rateOf(faster, 'better')).toBeGreaterThanOrEqual(0.9);
    expect(faster.words.worse).toBe(0);
  });

  test('five trials are never judged', () => {
    const { words } = simulateRuns({ ...settings, runs: 5, trials: 5, noise: { cv: 0.01 }, members: 1, ratio: 9 });
    expect(words).toMatchObject({ 'not testable': 5, worse: 0 });
  });
});

test('five trials are never judged', () => {
  const { words } = simulatePairs({ ...settings, runs: 5, trials: 5, noise: { cv: 0.01 }, ratio: 9 });
  expect(words).toMatchObject({ 'not testable': 5, worse: 0 });
});

test('the same seed invents the same runs', () => {
  const simulation = { ...settings, runs: 50, trials: 7, noise: { cv: 0.1, outliers: OUTLIERS }, ratio: 1.1 };
  expect(simulatePairs(simulation)).toEqual(simulatePairs(simulation));
  expect(simulatePairs({ ...simulation, seed: 1 })).not.toEqual(simulatePairs(simulation));
});

describe('invented trials', () => {
  const logs = (noise: Noise, ratio = 1): [number[], number[]] => {
    const [left = new Map(), right = new Map()] = inventTrials({ trials: 20_000, ratio, noise, seed: 5 })(2);
    return [[...left.values()].map(Math.log), [...right.values()].map(Math.log)];
  };
  const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
  const variance = (values: readonly number[]) => mean(values.map((value) => value ** 2)) - mean(values) ** 2;
  const differences = ([left, right]: [number[], number[]]) => left.map((value, at) => value - (right[at] ?? 0));

  test('scatter by the coefficient of variation asked for, about the ratio asked for', () => {
    const [left, right] = logs({ cv: 0.3 }, 1.2);
    expect(Math.expm1(variance(right))).toBeCloseTo(0.3 ** 2, 2);
    expect(Math.exp(mean(left) - mean(right))).toBeCloseTo(1.2, 1);
  });

  test('drift is shared by the cases of a block', () => {
    const drifting = logs({ cv: 0.05, drift: 0.5 });
    expect(variance(drifting[0])).toBeGreaterThan(0.2);
    expect(variance(differences(drifting))).toBeLessThan(0.006);
  });

  test('outliers are as many and as far out as asked for', () => {
    const [left] = logs({ cv: 0.01, outliers: { share: 0.1, factor: 3 } });
    const far = left.filter((value) => value > 0.5);
    expect(far.length / left.length).toBeGreaterThan(0.09);
    expect(far.length / left.length).toBeLessThan(0.11);
    expect(mean(far)).toBeCloseTo(Math.log(3), 2);
  });
});
