import { describe, expect, test } from 'vitest';
import { comparisonMarkdown } from '../markdown/comparison.ts';
import { comparisonText } from '../terminal/comparison.ts';
import { makeResults, type TransportSpec } from '../testing/fixtures.ts';
import { compare } from './compare.ts';
import { comparisonDocument } from './compare-document.ts';
import { outcomeOf } from './compare-outcome.ts';

const STEADY: TransportSpec = { noise: 0.005, p50Ms: 1, cpuMicros: 20 };
const run = (transports: Readonly<Record<string, TransportSpec>>, seed: number) =>
  makeResults({ transports, trials: 7, seed, band: 'usual', objective: 'p99<1s' });

const regressionsOf = (comparison: ReturnType<typeof compare>) =>
  outcomeOf(comparison, 0).regressions.map(({ name, metric }) => `${name} ${metric.id}`);

describe.each([
  ['ws', 'sse'],
  ['sse', 'ws'],
])('two runs in which %s became slower, and %s costs more CPU', (slower, dearer) => {
  const base = run({ [slower]: STEADY, [dearer]: STEADY }, 1);
  const next = run({ [slower]: { ...STEADY, p50Ms: 1.4 }, [dearer]: { ...STEADY, cpuMicros: 30 } }, 2);
  const compared = (bands = {}) => compare(base, next, { resamples: 500, metrics: ['p99', 'cpu'], bands });

  test('go by the statistical verdict, whatever band and objective they were made with', () => {
    const comparison = compared();
    expect(regressionsOf(comparison).toSorted()).toEqual([`${dearer} cpu`, `${slower} p99`].toSorted());
    expect(comparison.counts).toMatchObject({ worse: 2, 'no practical difference': 0 });
    expect(comparison.rows.every(({ verdict, statistical }) => verdict === statistical)).toBe(true);
  });

  test('go by a given band in the figures that it names, and keep the statistical verdict beside it', () => {
    const comparison = compared({ p99: 0.005 });
    expect(regressionsOf(comparison)).toEqual([`${dearer} cpu`]);
    expect(comparison.counts).toMatchObject({ worse: 1, 'no practical difference': 1 });
    const { comparisons } = comparisonDocument(comparison, outcomeOf(comparison, 0));
    expect(comparisons.find((row) => row.name === slower && row.metric === 'p99')).toMatchObject({
      absoluteBand: 0.005,
      verdict: { word: 'worse' },
      practical: { word: 'no practical difference' },
    });
    const text = comparisonText(comparison, { width: 120, colour: false, all: false }).replaceAll(/\s+/g, ' ');
    expect(text).toContain('1 worse, 2 equivalent and 1 no practical difference');
    expect(text).toContain('no practical difference below 5 ms at p99');
    expect(text).toContain('≃ no practical difference: 1 of 4; --all lists them');
    expect(comparisonMarkdown(comparison, { all: false })).toMatch(
      /3 equivalent, no practical difference or not testable/,
    );
  });

  test('are told apart again by a band that the change exceeds', () => {
    expect(regressionsOf(compared({ p99: 0.0001, cpu: 1e-3 }))).toEqual([`${slower} p99`]);
  });
});
