import { describe, expect, test } from 'vitest';
import { decode, encode, histogram } from '../load/histogram.ts';
import type { HostClock } from '../load/recording.ts';
import { allPairsOf } from './measurement.ts';

function times(count: number, ns: number): string {
  const all = histogram();
  for (let number = 0; number < count; number++) all.recordValue(ns);
  return encode(all);
}

const clockOf = (host: string, boundSeconds: number): HostClock => ({
  host,
  offsetSeconds: 12,
  boundSeconds,
  driftSeconds: 0,
});

describe('all pairs of a broadcast to several hosts', () => {
  const response = times(100, 1e6);
  const between = { response: times(200, 2e6), early: 3 };

  test('are shown with the error of the two worst clocks', () => {
    const clocks = [clockOf('one', 20e-6), clockOf('two', 5e-6), clockOf('three', 30e-6)];
    const found = allPairsOf({ response, between, clocks });
    expect(found?.notMeasured).toEqual([]);
    expect(found?.figures).toMatchObject({ between: 200, early: 3, summary: { count: 300 } });
    expect(found?.figures.boundSeconds).toBeCloseTo(50e-6, 9);
    expect(decode(found?.figures.response ?? '').totalCount).toBe(300);
  });

  test('are not measured where that error is not small beside the median', () => {
    const found = allPairsOf({ response, between, clocks: [clockOf('one', 150e-6), clockOf('two', 100e-6)] });
    expect(found?.figures).toEqual({ boundSeconds: 250e-6, between: 200, early: 3 });
    expect(found?.notMeasured).toMatchObject([
      { path: 'allPairs.response', reason: expect.stringMatching(/± 250 µs, and the median between them is 200\d µs/) },
    ]);
  });

  test('are not measured where the clocks were not compared', () => {
    const found = allPairsOf({ response, between });
    expect(found?.figures.response).toBeUndefined();
    expect(found?.notMeasured).toMatchObject([{ reason: expect.stringContaining('were not compared') }]);
  });

  test('are the response itself on one host', () => {
    expect(allPairsOf({ response })).toBeUndefined();
  });
});
