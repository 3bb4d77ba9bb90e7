import { expect, test } from 'vitest';
import { type ClockReading, compareClock, driftBetween, translated } from './clock.ts';

/** Redis' clock in these tests: a wall clock with a start of its own, which is read in the middle of a round trip. */
const REDIS_AHEAD_NS = 1_700_000_000_000_000_000n;

/** Compares a clock with round trips of these lengths, of which the first half is this share. */
function compared(roundTripsNs: readonly number[], firstHalf = 0.5): Promise<ClockReading> {
  let nowNs = 5_000_000_000n;
  const trips = [...roundTripsNs];
  const ask = async (): Promise<[string, string]> => {
    const trip = trips.shift() ?? 0;
    const atNs = nowNs + BigInt(Math.round(trip * firstHalf)) + REDIS_AHEAD_NS;
    nowNs += BigInt(trip);
    return [String(atNs / 1_000_000_000n), String((atNs % 1_000_000_000n) / 1_000n)];
  };
  return compareClock(ask, { now: () => nowNs, questions: roundTripsNs.length });
}

test('the shortest round trip counts, and half of it is the bound', async () => {
  const { offsetNs, boundNs } = await compared([400_000, 40_000, 900_000]);
  expect(boundNs).toBe(20_500);
  expect(Math.abs(Number(BigInt(offsetNs) - REDIS_AHEAD_NS))).toBeLessThanOrEqual(500);
});

test.each([0, 1])('the error of a one-sided way is within the bound (%s)', async (firstHalf) => {
  const { offsetNs, boundNs } = await compared([40_000], firstHalf);
  const error = Math.abs(Number(BigInt(offsetNs) - REDIS_AHEAD_NS));
  expect(error).toBeGreaterThan(19_000);
  expect(error).toBeLessThanOrEqual(boundNs);
});

test('a moment is the same on both clocks by way of the third', () => {
  const from = { offsetNs: '1000', boundNs: 1 };
  const to = { offsetNs: '-500', boundNs: 1 };
  expect(translated(7n, from, to)).toBe(1_507n);
  expect(translated(translated(7n, from, to), to, from)).toBe(7n);
});

test('a drift during the trial is a part of the bound', () => {
  const before = { own: { offsetNs: '0', boundNs: 100 }, other: { offsetNs: '-2000', boundNs: 200 } };
  const after = { own: { offsetNs: '0', boundNs: 150 }, other: { offsetNs: '-2700', boundNs: 100 } };
  const { offsetSeconds, boundSeconds, driftSeconds } = driftBetween(before, after);
  expect(offsetSeconds).toBeCloseTo(2.7e-6, 12);
  expect(driftSeconds).toBeCloseTo(0.7e-6, 12);
  expect(boundSeconds).toBeCloseTo(1e-6, 12);
});
