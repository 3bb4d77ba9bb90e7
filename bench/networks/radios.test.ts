import { describe, expect, test } from 'vitest';
import { Radios } from './radios.ts';

const TAIL_MS = 10_000;
const BYTES = 66;

/** Sums at a time, with packets of clients at their times; the watch begins at 0. */
function countsAt(nowMs: number, packets: readonly (readonly [client: number, ms: number])[], tailMs = TAIL_MS) {
  const radios = new Radios(tailMs, 0);
  for (const [client, ms] of packets) radios.wake(client, BYTES, ms);
  return radios.counts(nowMs);
}

const at = (...ms: number[]): (readonly [number, number])[] => ms.map((one) => [1, one]);

describe('a radio is awake for the union of [t, t + tail] over its packets’ times', () => {
  test.each([
    ['no packet', [], 60_000, 0],
    ['one packet', at(5_000), 60_000, 10],
    ['a tail that has only begun', at(5_000), 9_000, 4],
    ['packets further apart than the tail', at(0, 25_000, 50_000), 75_000, 30],
    ['packets closer than the tail, which never sleeps between them', at(0, 5_000, 10_000, 15_000), 60_000, 25],
    ['several packets at once', at(1_000, 1_000, 1_001), 60_000, 10.001],
    ['a packet at the very end of a tail', at(0, 10_000), 60_000, 20],
  ])('%s', (_, packets, nowMs, seconds) => {
    expect(countsAt(nowMs, packets).awakeSeconds).toBeCloseTo(seconds, 9);
  });

  test('each client has its own, and a packet of none wakes none', () => {
    const counts = countsAt(60_000, [
      [1, 0],
      [2, 1_000],
      [-1, 2_000],
      [1, 3_000],
    ]);
    expect(counts).toEqual({ seconds: 60, packets: 3, bytes: 3 * BYTES, awakeSeconds: 13 + 10 });
  });

  test('the use of a time is the difference of two sums, tails from before it included', () => {
    const radios = new Radios(TAIL_MS, 0);
    radios.wake(1, BYTES, 95_000);
    const first = radios.counts(100_000);
    radios.wake(1, BYTES, 120_000);
    radios.wake(1, BYTES, 145_000);
    const last = radios.counts(150_000);
    // From 100 to 105, from 120 to 130, and from 145 to 150.
    expect(last.awakeSeconds - first.awakeSeconds).toBe(20);
    expect(last.packets - first.packets).toBe(2);
  });

  test.each([1_000, 5_000, 10_000, 25_000, 60_000])(
    'heartbeats every %i ms over an hour: min(1, tail ÷ interval)',
    (interval) => {
      const hourMs = 3_600_000;
      const packets = at(...Array.from({ length: hourMs / interval }, (_, beat) => beat * interval));
      const share = countsAt(hourMs, packets).awakeSeconds / 3_600;
      expect(share).toBeCloseTo(Math.min(1, TAIL_MS / interval), 9);
    },
  );
});
