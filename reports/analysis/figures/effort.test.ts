import { expect, test } from 'vitest';
import type { MeasuredTrial, Results } from '../../../bench/results/schema.ts';
import { upgrade } from '../../../bench/results/upgrade.ts';
import { CAPACITY, CEILING, ECHO, IDLE, makeResults, type RunSpec } from '../../testing/fixtures.ts';
import { analyse } from '../analyse.ts';
import { effortsOf, growthOf } from './effort.ts';

function read(spec: RunSpec, change: (results: Results) => Results = (results) => results) {
  const results = change(makeResults(spec));
  const [group] = analyse(results, { resamples: 200 }).groups;
  if (group === undefined) throw new Error('the run asks nothing');
  return { efforts: effortsOf(results.cases, group), growths: growthOf(results.cases, group) };
}

const each =
  (change: (trial: MeasuredTrial) => MeasuredTrial) =>
  (results: Results): Results => ({
    ...results,
    cases: results.cases.map((one) => ({
      ...one,
      trials: one.trials.map((trial) => (trial.state === 'valid' ? { ...trial, usage: change(trial).usage } : trial)),
    })),
  });

test('the generator’s work is what it was busy with, not what it spun', () => {
  const [effort] = read({ transports: { a: { cpuMicros: 20, noise: 0 } } }).efforts;
  expect(effort?.server).toBeCloseTo(20e-6, 12);
  // One worker, a fifth of a second busy, 1,200 messages; its CPU time is the whole second.
  expect(effort?.generator).toBeCloseTo(0.2 / 1200, 12);
  expect(effort).toMatchObject({ busy: 0.2, atMost: false });
});

test('of several workers only the busiest is known: the most it can be', () => {
  const twice = each((trial) => ({
    ...trial,
    usage: { ...trial.usage, generator: { ...trial.usage.generator, workers: 2 } },
  }));
  const [effort] = read({ transports: { a: {} } }, twice).efforts;
  expect(effort?.generator).toBeCloseTo(0.4 / 1200, 12);
  expect(effort?.atMost).toBe(true);
});

test('in a closed loop nobody waits, and CPU time is work', () => {
  const { efforts } = read({ transports: { a: { closedRate: 10_000, noise: 0 } }, scenarios: [CEILING] });
  expect(efforts[0]?.generator).toBeCloseTo(1 / 10_000, 9);
});

test('no effort is shown of a rate that was not found, of an idle session, or of somebody else’s server', () => {
  expect(read({ transports: { a: { capacity: 0 } }, scenarios: [CAPACITY] }).efforts).toEqual([]);
  expect(read({ transports: { a: {} }, scenarios: [IDLE] }).efforts).toEqual([]);
  const elsewhere = (results: Results): Results =>
    upgrade({ ...results, cases: results.cases.map((one) => ({ ...one, target: 'ws://elsewhere' })) });
  expect(read({ transports: { a: {} } }, elsewhere).efforts[0]?.server).toBeNull();
});

test('memory grows by the slope, from the first step on, whatever the process began with', () => {
  const { growths } = read({ transports: { a: { sessionKiB: 16, noise: 0 } }, scenarios: [IDLE] });
  expect(growths[0]?.steps).toEqual(
    [0, 500, 1000, 1500, 2000].map((sessions) => ({ sessions, bytes: sessions * 16 * 1024 })),
  );
  expect(read({ transports: { a: {} }, scenarios: [ECHO] }).growths).toEqual([]);
});
