import { describe, expect, test } from 'vitest';
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

  test('of forty such pairs at most two are told apart, run after run', () => {
    const noise = { cv: 0.15, drift: 0.1, outliers: OUTLIERS };
    const wrongOfForty = Array.from({ length: 25 }, (_, run) => {
      const { words } = simulatePairs({ ...settings, runs: 40, trials, noise, seed: 1_000 * run });
      return words.better + words.worse;
    });
    expect(Math.max(...wrongOfForty)).toBeLessThanOrEqual(2);
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
    // Of one figure of seven transports, 95 % of the comparisons of two equal runs are to show nothing at all.
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
