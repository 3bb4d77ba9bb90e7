import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { readResults, writeResults } from '../../bench/results/file.ts';
import type { Results } from '../../bench/results/schema.ts';
import { summariseLatency } from '../../bench/results/summary.ts';
import { decodeTrial } from '../../reports/analysis/decode.ts';
import { percentile } from '../../reports/stats/distribution.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'wirebench-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OLD = here('../../docs/example-run/results.json');
const example = readResults(OLD);

/** Example's run with percentiles beside each histogram, as this version writes them. */
const withSummaries: Results = {
  ...example,
  cases: example.cases.map((one) => ({
    ...one,
    trials: one.trials.map((trial) =>
      trial.state === 'failed'
        ? trial
        : { ...trial, latency: { ...trial.latency, summary: summariseLatency(trial.latency) } },
    ),
  })),
};
const file = join(folder, 'results.json');
writeResults(file, withSummaries);

/** Lines with the percentiles that the report's reader takes from the histograms. */
const expected = example.cases.map(({ id, trials }) => {
  const valid = trials.filter((trial) => trial.state === 'valid').map(decodeTrial);
  const figure = (at: number): string => {
    const found = valid
      .map(({ response }) => percentile(response, at))
      .flatMap((one) => (one.shown ? [one.value] : []));
    const value = found.toSorted((a, b) => a - b)[(found.length - 1) >> 1];
    return value === undefined ? '-' : (value * 1e3).toFixed(3);
  };
  return `${id} ${figure(0.5)} ${figure(0.99)}`;
});

const PYTHON = spawnSync('python3', ['--version']).status === 0;
const READERS: readonly (readonly [string, string])[] = [
  ['read.js', process.execPath],
  ...(PYTHON ? [['read.py', 'python3'] as const] : []),
];

test.each(READERS)('%s prints the percentiles of every case', (name, program) => {
  const printed = execFileSync(program, [here(name), file], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  expect(expected.length).toBeGreaterThan(5);
  expect(printed).toEqual(expected);
});

test.each(READERS)('%s prints a dash where results of an older version have no percentiles', (name, program) => {
  const printed = execFileSync(program, [here(name), OLD], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  expect(printed).toEqual(example.cases.map(({ id }) => `${id} - -`));
});

test('percentiles are a small part of a file', () => {
  const [without, more] = [example, withSummaries].map((results) => JSON.stringify(results).length);
  expect((more ?? 0) / (without ?? 1)).toBeLessThan(1.15);
});
