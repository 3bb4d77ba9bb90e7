import { describe, expect, test } from 'vitest';
import type { MetricId } from '../model/metrics.ts';
import { BROADCAST, ECHO, makeResults, type TransportSpec } from '../testing/fixtures.ts';
import { type Detectable, type DetectableSettings, detectable } from './power.ts';
import { rateOf, simulatePairs } from './simulation.ts';

const SCENARIOS = [ECHO, BROADCAST];
const FOUR: TransportSpec[] = [{}, {}, {}, {}];

const resultsOf = (noise: number, trials = 10) =>
  makeResults({
    transports: Object.fromEntries(FOUR.map((spec, index) => [`t${index}`, { ...spec, noise }])),
    scenarios: SCENARIOS,
    trials,
    seed: 4,
  });

const noisy = resultsOf(0.05);
const of = (found: readonly Detectable[], id: MetricId): Detectable => {
  const one = found.find(({ metric }) => metric === id);
  if (one === undefined) throw new Error(`nothing about ${id}`);
  return one;
};
const ratioOf = (settings: DetectableSettings, results = noisy): number => {
  const { ratio } = of(detectable(results, settings), 'p50');
  if (ratio === null) throw new Error('not testable');
  return ratio;
};

describe('the ratio it names', () => {
  test.each([
    [6, 0.05],
    [7, 0.05],
    [7, 0.25],
    [10, 0.02],
    [10, 0.1],
  ])('%i trials at a spread of %f: the real rule calls it worse in about 80 % of runs', (trials, noise) => {
    const { spread, ratio } = of(detectable(resultsOf(noise), { trials, comparisons: 1 }), 'p50');
    if (ratio === null) throw new Error('not testable');
    const simulation = { runs: 1_000, trials, noise: { cv: spread }, band: 0.05, resamples: 300, seed: 77 };
    const power = rateOf(simulatePairs({ ...simulation, ratio }), 'worse');
    expect(power).toBeGreaterThan(0.73);
    expect(power).toBeLessThan(0.87);
  });

  test('falls with more trials, and rises with more comparisons, more noise and a wider band', () => {
    const usual = ratioOf({ trials: 7, comparisons: 1 });
    expect(ratioOf({ trials: 10, comparisons: 1 })).toBeLessThan(usual);
    expect(ratioOf({ trials: 7, comparisons: 6 })).toBeGreaterThan(usual);
    expect(ratioOf({ trials: 7, comparisons: 1 }, resultsOf(0.1))).toBeGreaterThan(usual);
    const wider = ratioOf({ trials: 7, comparisons: 1, options: { timeBand: 0.1 } });
    expect(wider / usual).toBeCloseTo(1.1 / 1.05, 9);
  });

  test('is none with too few trials for any verdict', () => {
    const found = detectable(noisy, { trials: 5, comparisons: 1 });
    expect(found.map(({ ratio }) => ratio)).toEqual(found.map(() => null));
    expect(of(found, 'p50').spread).toBeGreaterThan(0);
  });

  test('of a metric that never varies is the band itself', () => {
    const bytes = of(detectable(noisy, { trials: 7, comparisons: 1 }), 'bytes');
    expect(bytes.spread).toBe(0);
    expect(bytes.ratio).toBeCloseTo(1.02, 12);
  });
});

describe('the spread', () => {
  test.each([0.02, 0.1])('of trials that scatter by %f is found', (noise) => {
    const { spread } = of(detectable(resultsOf(noise, 20), { trials: 7, comparisons: 1 }), 'cpu');
    expect(spread / noise).toBeGreaterThan(0.85);
    expect(spread / noise).toBeLessThan(1.15);
  });

  test('is not that of one wild transport, nor of trials that are not valid', () => {
    const calm: TransportSpec = { noise: 0.02 };
    const rejected = { state: 'invalid', reasons: ['the generator was saturated'] } as const;
    const transports = {
      a: calm,
      b: calm,
      c: { ...calm, faults: { 3: rejected } },
      d: calm,
      wild: { noise: 0.8 },
    };
    const results = makeResults({ transports, scenarios: SCENARIOS, trials: 10 });
    expect(of(detectable(results, { trials: 7, comparisons: 1 }), 'cpu').spread).toBeLessThan(0.03);
  });

  test('leaves out what a block did to all its cases', () => {
    const drifting = {
      ...noisy,
      cases: noisy.cases.map((one) => ({
        ...one,
        trials: one.trials.map((trial) => {
          if (trial.state === 'failed') return trial;
          const server = { ...trial.usage.server, cpuSeconds: trial.usage.server.cpuSeconds * 1.5 ** trial.block };
          return { ...trial, usage: { ...trial.usage, server } };
        }),
      })),
    };
    const settings = { trials: 7, comparisons: 1 };
    const [still, moved] = [noisy, drifting].map((results) => of(detectable(results, settings), 'cpu').spread);
    expect(moved).toBeCloseTo(still ?? Number.NaN, 9);
  });

  test('of a transport measured alone is its own', () => {
    const alone = makeResults({ transports: { a: { noise: 0.1 } }, trials: 20, seed: 2 });
    const { spread } = of(detectable(alone, { trials: 7, comparisons: 1 }), 'cpu');
    expect(spread).toBeGreaterThan(0.07);
    expect(spread).toBeLessThan(0.14);
  });
});

test('results that hold too little say nothing', () => {
  expect(detectable(resultsOf(0.05, 2), { trials: 7, comparisons: 1 })).toEqual([]);
  expect(detectable({ ...noisy, cases: [] }, { trials: 7, comparisons: 1 })).toEqual([]);
});

test('the same results give the same answer', () => {
  const settings = { trials: 7, comparisons: 6 };
  expect(detectable(noisy, settings)).toEqual(detectable(structuredClone(noisy), settings));
});
