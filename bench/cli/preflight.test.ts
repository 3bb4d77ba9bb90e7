import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ECHO, makeResults, SEVEN } from '../../reports/testing/fixtures.ts';
import { readOptions } from '../plan/options.ts';
import { makePlan } from '../plan/plan.ts';
import type { Setting } from '../plan/settings.ts';
import { writeResults } from '../results/file.ts';
import type { Results } from '../results/schema.ts';
import { loopback } from '../run/link.ts';
import { describePlan, newestResults } from './preflight.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-before-'));
afterAll(() => rmSync(folder, { recursive: true }));

function said(
  settings: Partial<Record<Setting, string>>,
  earlier?: Results,
  { kept = [], dropped = [] }: { kept?: string[]; dropped?: string[] } = {},
): string {
  const given = Object.entries(settings).map(([name, value]) => [name, { value, where: `--${name}` }]);
  const read = readOptions(Object.fromEntries(given));
  if ('problems' in read) throw new Error(read.problems.join());
  const resources = {
    link: loopback('no private link: no tools'),
    workers: 1,
    pinning: undefined,
    ways: [],
    runId: 'AAAA',
    variables: { passed: {}, kept, dropped },
    roots: { proc: '', sys: '' },
    limits: { cores: null, memoryBytes: null },
  };
  const unfit = { name: 'clock', state: 'unfit', observed: 'steps of 1 ms', fix: 'measure elsewhere' } as const;
  return describePlan(makePlan(read.options), resources, { checks: [unfit], earlier });
}

const earlier = makeResults({ transports: SEVEN, scenarios: [ECHO], trials: 7 });

test('a plan states its cases, time and link, and what is wrong with the machine', () => {
  const text = said({ transports: 'ws,sse', scenarios: 'echo', trials: '7' });
  expect(text).toMatch(/^2 cases × 7 trials = 14 trials, about \d+ s\./);
  expect(text).toContain('\nws and sse: echo with 100 clients at 1,000 msg/s of 128 B.\n');
  expect(text).toContain('\nEach of 7 blocks runs every case once, in shuffled order (seed 1).\n');
  expect(text).toContain('the loopback, bytes counted at the sockets; 1 load process.');
  expect(text).toMatch(
    /^! On the loopback, because there is no private link: no tools\. So bytes .* without TCP\/IP headers/m,
  );
  expect(text).toContain('✕ This machine is not fit to measure on: clock: steps of 1 ms. → measure elsewhere');
});

test('a plan says which differences it can show, or that it can show none', () => {
  expect(said({ scenarios: 'echo', trials: '5' })).toMatch(/no verdicts, which need 6 valid trials/);
  expect(said({ scenarios: 'echo', trials: '7' })).toMatch(/which the first run will tell/);
  const told = said({ scenarios: 'echo', trials: '7' }, earlier);
  expect(told).toMatch(
    /Can show these differences, judging by the scatter of the last run: p50 latency from [\d.]+ %, /,
  );
  expect(told).toMatch(/not separated/);
  // The scatter of echo trials does not apply to idle trials.
  expect(said({ scenarios: 'idle', trials: '7' }, earlier)).not.toMatch(/p50/);
  // More trials can show smaller differences.
  const from = (text: string): number => Number(/p99 latency from ([\d.]+) %/.exec(text)?.[1]);
  expect(from(said({ scenarios: 'echo', trials: '20' }, earlier))).toBeLessThan(from(told));
});

test('a plan states the warm-up if any scenario has one', () => {
  expect(said({ scenarios: 'echo' })).toContain('Each trial: a fresh server, 0.8 s of warm-up; ');
  expect(said({ scenarios: 'capacity' })).toContain('Each trial: a fresh server, 0.8 s of warm-up; ');
  expect(said({ scenarios: 'idle' })).toContain('Each trial: a fresh server; ');
});

test('a plan says if its trials are too short for p99', () => {
  expect(said({ scenarios: 'echo', rate: '100', duration: '2' })).toMatch(
    /p99 cannot be shown for every case: a trial has as few as 200 deliveries/,
  );
  expect(said({ scenarios: 'echo' })).not.toMatch(/cannot be shown/);
  // A broadcast of 20 messages reaches 100 clients each.
  expect(said({ scenarios: 'broadcast', rate: '10', duration: '2' })).not.toMatch(/cannot be shown/);
});

test('the newest run with enough trials is found; other files and folders are skipped', () => {
  const put = (name: string, results: Results | string): void => {
    mkdirSync(join(folder, name));
    const file = join(folder, name, 'results.json');
    if (typeof results === 'string') writeFileSync(file, results);
    else writeResults(file, results);
  };
  expect(newestResults(folder)).toBeUndefined();
  expect(newestResults(join(folder, 'none'))).toBeUndefined();
  put('2026-01-01', { ...earlier, id: 'older' });
  put('2026-01-02', { ...earlier, id: 'newer' });
  put('2026-01-03', { ...earlier, id: 'interrupted', state: 'interrupted' });
  put('2026-01-04', 'no results');
  expect(newestResults(folder)?.id).toBe('newer');
  expect(newestResults(folder, ({ id }) => id !== 'newer')?.id).toBe('older');
});

test('a plan names variables that change a runtime, in one line, and no others', () => {
  const about = (of: { kept?: string[]; dropped?: string[] }): string[] =>
    said({ scenarios: 'echo' }, undefined, of)
      .split('\n')
      .filter((line) => /passed on/i.test(line));
  expect(about({ dropped: ['EDITOR', 'npm_config_cache'] })).toEqual([]);
  expect(about({ dropped: ['DEBUG', 'EDITOR', 'NODE_OPTIONS', 'UV_THREADPOOL_SIZE'] })).toEqual([
    'Not passed on to the measured processes: DEBUG, NODE_OPTIONS and UV_THREADPOOL_SIZE (--keep-env NAME passes one on).',
  ]);
  expect(about({ kept: ['MY_SETTING', 'NODE_OPTIONS'], dropped: ['http_proxy'] })).toEqual([
    'Not passed on to the measured processes: http_proxy (--keep-env NAME passes one on).',
    '! Passed on to the measured processes, whose figures they change: NODE_OPTIONS.',
  ]);
});
