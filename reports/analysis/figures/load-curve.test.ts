import { expect, test } from 'vitest';
import type { Capacity } from '../../../bench/results/schema.ts';
import { loadCurve } from './load-curve.ts';

type Step = Capacity['steps'][number];

const step = (rate: number, outcome: Step['outcome'], p99: number | null, p50: number | null = 0.001): Step => ({
  rate,
  outcome,
  p99,
  p50,
  seconds: 1,
  confirming: false,
  achieved: rate,
  lost: 0,
  busy: 0.1,
});

const search = (...steps: Step[]): Capacity => ({
  objective: { percentile: 99, seconds: 0.05 },
  rate: 1000,
  bound: 'measured',
  ceilingRate: 9000,
  steps,
});

test('steps of about the same rate are put together, by rising rate', () => {
  const { line } = loadCurve([
    search({ ...step(4000, 'missed', 0.2), achieved: 2000 }, step(1000, 'met', 0.01)),
    search(step(1010, 'met', 0.03), step(4100, 'met', 0.04)),
    search(step(990, 'met', 0.02)),
  ]);
  expect(line).toEqual([
    { rate: 1000, achieved: 1, steps: 3, met: 3, p50: 0.001, p99: 0.02 },
    { rate: 4050, achieved: 0.75, steps: 2, met: 1, p50: 0.001, p99: expect.closeTo(0.12, 10) },
  ]);
});

test('what the generator could not offer is a point and no part of the line', () => {
  const { points, line } = loadCurve([search(step(1000, 'met', 0.01), step(8000, 'generator', 0.02))]);
  expect(points.map(({ outcome }) => outcome)).toEqual(['met', 'generator']);
  expect(line.map(({ rate }) => rate)).toEqual([1000]);
});

test('a step with too few samples for its percentile is left out', () => {
  expect(loadCurve([search(step(20, 'missed', null, null))])).toEqual({ points: [], line: [] });
});
