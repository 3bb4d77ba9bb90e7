import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { median } from '../../bench/results/numbers.ts';
import { ICONS, type Word } from '../model/verdict.ts';
import { createBootstrap, type Sample } from '../stats/bootstrap.ts';
import { decide, rankEvidence } from './decide.ts';
import { inventTrials } from './simulation.ts';

const bootstrap = createBootstrap(7, 2_000);
const rule = { band: 0.05, comparisons: 1, bootstrap };
const sample = (...values: number[]): Sample => new Map(values.map((value, block) => [block, value]));
const base = sample(100, 101, 99, 100, 100.5, 99.5);
const times = (factor: number): Sample => new Map([...base].map(([block, value]) => [block, value * factor]));
const word = (left: Sample, right: Sample): Word => decide(left, right, rule).word;

test('wholly beyond the band, wholly inside it, across its edge', () => {
  expect(word(times(1.2), base)).toBe('worse');
  expect(word(times(0.8), base)).toBe('better');
  expect(word(times(1.02), base)).toBe('equivalent');
  expect(word(sample(105, 103, 107, 102, 108, 104), base)).toBe('not separated');
});

test('a pair read the other way round gives the mirrored word', () => {
  const mirrored = {
    better: 'worse',
    worse: 'better',
    equivalent: 'equivalent',
    'no practical difference': 'no practical difference',
    'not separated': 'not separated',
  };
  for (const factor of [0.5, 0.9, 0.953, 0.96, 1, 1.04, 1.051, 1.3]) {
    const there = word(times(factor), base);
    if (there === 'not testable' || there === 'not supported' || there === 'unavailable') throw new Error(there);
    expect(word(base, times(factor))).toBe(mirrored[there]);
  }
});

test('trials are paired by block: drift that both share does not count against either', () => {
  const drifting = sample(100, 150, 225, 337, 506, 759);
  const heavier = new Map([...drifting].map(([block, value]) => [block, value * 1.2]));
  const verdict = decide(heavier, drifting, rule);
  expect(verdict).toMatchObject({
    word: 'worse',
    interval: { low: expect.closeTo(1.2, 9), high: expect.closeTo(1.2, 9) },
  });
});

const without = (from: Sample, ...spoilt: number[]): Sample =>
  new Map([...from].filter(([block]) => !spoilt.includes(block)));

test('blocks that only one side has do not count, while six are in common', () => {
  const longer = sample(100, 101, 99, 100, 100.5, 99.5, 100);
  const spoilt = new Map(longer).set(7, 900);
  expect(decide(spoilt, longer, rule)).toEqual(decide(longer, longer, rule));
});

test('six trials a side are judged, whichever blocks the spoilt ones were in', () => {
  const seven = sample(100, 101, 99, 100, 100.5, 99.5, 100);
  const slower = new Map([...seven].map(([block, value]) => [block, value * 1.2]));
  expect(word(without(slower, 0), without(seven, 6))).toBe('worse');
  expect(word(without(seven, 0), without(slower, 6))).toBe('better');
  expect(word(without(seven, 0), without(seven, 6))).toBe('equivalent');
  expect(rankEvidence(without(slower, 0), without(seven, 6))).toMatchObject({ pairs: 0, cliffsDelta: 1 });
  expect(decide(without(slower, 0, 1), seven, rule)).toEqual({
    word: 'not testable',
    reason: 'only 5 valid trials; a verdict needs 6 of each case',
  });
});

test('equals that lost a trial each, in blocks of their own, are rarely told apart', () => {
  for (const noise of [
    { cv: 0.3 },
    { cv: 0.3, drift: 0.5 },
    { cv: 0.1, drift: 0.5, outliers: { share: 0.05, factor: 3 } },
  ]) {
    const invent = inventTrials({ trials: 7, ratio: 1, noise, seed: 4 });
    const words = Array.from({ length: 600 }, () => {
      const [left = base, right = base] = invent(2);
      return decide(without(left, 0), without(right, 1), { ...rule, bootstrap: createBootstrap(7, 200) }).word;
    });
    expect(words).not.toContain('not testable');
    expect(words.filter((one) => one === 'better' || one === 'worse').length).toBeLessThanOrEqual(9);
  }
});

test('the more comparisons are read together, the wider each interval', () => {
  const noisy = sample(90, 130, 104, 99, 121, 108, 95);
  const other = sample(100, 97, 111, 120, 92, 101, 105);
  const width = (comparisons: number) => {
    const interval = bootstrap.ratioInterval(noisy, other, comparisons);
    return interval === null ? Number.NaN : interval.high - interval.low;
  };
  expect(width(6)).toBeGreaterThan(width(1));
});

test('six ratios that all lie beyond the band do not decide while they lie far apart', () => {
  const all = sample(100, 100, 100, 100, 100, 100);
  expect(word(sample(106, 150, 108, 160, 110, 130), all)).toBe('not separated');
  expect(word(sample(126, 130, 128, 134, 129, 131), all)).toBe('worse');
});

test('the ratio lies within its interval, whatever the machine did to the trials', () => {
  const noise = { cv: 0.2, drift: 0.8, outliers: { share: 0.1, factor: 5 } };
  for (const trials of [6, 7, 10]) {
    const invent = inventTrials({ trials, ratio: 1.3, noise, seed: trials });
    for (let run = 0; run < 100; run++) {
      const [left = base, right = base] = invent(2);
      const verdict = decide(left, right, rule);
      if (!('interval' in verdict)) throw new Error(verdict.word);
      expect(verdict.ratio).toBeGreaterThanOrEqual(verdict.interval.low);
      expect(verdict.ratio).toBeLessThanOrEqual(verdict.interval.high);
    }
  }
});

test('a single value of zero has no ratio, even where both medians have one', () => {
  const once = new Map(base).set(3, 0);
  const reason = 'a value is zero, so there is no ratio';
  expect(decide(once, base, rule)).toEqual({ word: 'not testable', reason });
  expect(decide(base, once, rule)).toEqual({ word: 'not testable', reason });
});

test('of seven equal choices with 20 % noise, rarely is any one told from the best', () => {
  const generator = xoroshiro128plus(11);
  const noise = () =>
    Math.exp(0.2 * (uniformFloat64(generator) + uniformFloat64(generator) + uniformFloat64(generator) - 1.5) * 2);
  const runs = 60;
  let mistaken = 0;
  for (let run = 0; run < runs; run++) {
    const draws = createBootstrap(run, 500);
    const choices = Array.from({ length: 7 }, () => sample(...Array.from({ length: 7 }, noise)));
    const [best, ...others] = choices.toSorted((a, b) => median([...a.values()]) - median([...b.values()]));
    if (best === undefined) throw new Error('no choice');
    const words = others.map((other) => decide(other, best, { band: 0.05, comparisons: 6, bootstrap: draws }).word);
    if (words.includes('worse') || words.includes('better')) mistaken++;
  }
  expect(mistaken / runs).toBeLessThan(0.05);
});

test('every word has an icon of its own', () => {
  expect(new Set(Object.values(ICONS)).size).toBe(Object.keys(ICONS).length);
});
