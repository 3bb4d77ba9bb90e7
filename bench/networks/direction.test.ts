import { describe, expect, test } from 'vitest';
import { BURST_PAUSE_MS, Direction, type Effect } from './direction.ts';

const NOTHING: Effect = {
  delayMs: 0,
  jitterMs: 0,
  lossShare: 0,
  burstPackets: null,
  bitsPerSecond: null,
  queueBytes: 20_000,
  reorderShare: 0,
};
const PACKETS = 40_000;

/** Times at which packets leave that arrive one a millisecond; undefined for those that were dropped. */
function takeAll(effect: Partial<Effect>, seed = 1, packets = PACKETS, bytes = 100): (number | undefined)[] {
  const direction = new Direction({ ...NOTHING, ...effect }, seed);
  return Array.from({ length: packets }, (_, number) => direction.take(number, bytes));
}

/** Number of standard deviations of the 99 % interval. */
const Z99 = 2.576;

describe('loss', () => {
  test.each([0.005, 0.02, 0.3])('of %d is that share of independent packets', (lossShare) => {
    const lost = takeAll({ lossShare }).filter((at) => at === undefined).length;
    expect(Math.abs(lost - PACKETS * lossShare)).toBeLessThan(Z99 * Math.sqrt(PACKETS * lossShare * (1 - lossShare)));
  });

  test.each([
    [0.02, 4],
    [0.05, 3],
    [0.3, 10],
  ])('of %d in bursts of %d has that share and that mean length', (lossShare, burstPackets) => {
    const outcome = takeAll({ lossShare, burstPackets }, 7, 400_000);
    const lengths: number[] = [];
    for (let at = 0, length = 0; at <= outcome.length; at++) {
      if (at < outcome.length && outcome[at] === undefined) length++;
      else if (length > 0) {
        lengths.push(length);
        length = 0;
      }
    }
    const lost = lengths.reduce((sum, length) => sum + length, 0);
    expect(lost / lengths.length / burstPackets).toBeCloseTo(1, 1);
    expect(lost / outcome.length / lossShare).toBeCloseTo(1, 1);
  });

  test('in bursts keeps its share and loses its bursts where packets are far apart', () => {
    const direction = new Direction({ ...NOTHING, lossShare: 0.05, burstPackets: 10 }, 3);
    const far = 2 * BURST_PAUSE_MS;
    const lost = Array.from({ length: PACKETS }, (_, number) => direction.take(number * far, 100) === undefined);
    const share = lost.filter(Boolean).length / PACKETS;
    expect(share / 0.05).toBeCloseTo(1, 1);
    const again = lost.filter((one, at) => one && lost[at - 1] === true).length / PACKETS;
    expect(again / share).toBeLessThan(0.1);
  });

  test('hits the same packets with the same seed, whatever else the line does', () => {
    const dropped = (effect: Partial<Effect>, seed: number): number[] =>
      takeAll(effect, seed).flatMap((at, number) => (at === undefined ? [number] : []));
    const loss = { lossShare: 0.01 };
    expect(dropped(loss, 3)).toEqual(dropped(loss, 3));
    expect(dropped({ ...loss, delayMs: 20, jitterMs: 10, reorderShare: 0.1 }, 3)).toEqual(dropped(loss, 3));
    expect(dropped(loss, 4)).not.toEqual(dropped(loss, 3));
  });
});

describe('delay', () => {
  test('is added to the time of arrival', () => {
    expect(takeAll({ delayMs: 40 }, 1, 3)).toEqual([40, 41, 42]);
  });

  test('with jitter lies within its bounds and keeps the order', () => {
    const times = takeAll({ delayMs: 40, jitterMs: 15 }) as number[];
    const delays = times.map((at, number) => at - number);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(25);
    expect(Math.max(...delays)).toBeLessThanOrEqual(55);
    expect(times.every((at, number) => number === 0 || at >= times[number - 1]!)).toBe(true);
  });

  test('of packets far apart is uniform around the mean', () => {
    const direction = new Direction({ ...NOTHING, delayMs: 40, jitterMs: 15 }, 1);
    const delays = Array.from({ length: PACKETS }, (_, number) => direction.take(number * 100, 100)! - number * 100);
    expect(delays.reduce((sum, delay) => sum + delay) / PACKETS).toBeCloseTo(40, 0);
    expect(delays.filter((delay) => delay < 32.5).length / PACKETS).toBeCloseTo(0.25, 1);
  });

  test('is left out for packets that overtake, where that is asked', () => {
    const times = takeAll({ delayMs: 40, reorderShare: 0.25 }) as number[];
    const early = times.filter((at, number) => at === number).length;
    expect(early / PACKETS).toBeCloseTo(0.25, 1);
  });
});

describe('a rate', () => {
  test('sends packets one after another', () => {
    const direction = new Direction({ ...NOTHING, bitsPerSecond: 800_000 }, 1);
    // 1,000 bytes take 10 ms.
    expect([direction.take(0, 1_000), direction.take(0, 1_000), direction.take(25, 1_000)]).toEqual([10, 20, 35]);
  });

  test('drops what a full queue cannot take, and takes again when it has drained', () => {
    const direction = new Direction({ ...NOTHING, bitsPerSecond: 800_000, queueBytes: 3_000 }, 1);
    const times = Array.from({ length: 5 }, () => direction.take(0, 1_000));
    expect(times).toEqual([10, 20, 30, undefined, undefined]);
    expect(direction.take(10, 1_000)).toBe(40);
    expect(direction.counts).toMatchObject({ offered: 6, overflowed: 2, passed: 4, passedBytes: 4_000 });
  });

  test('carries its bits in a second and no more', () => {
    const direction = new Direction({ ...NOTHING, bitsPerSecond: 1.6e6, queueBytes: 40_000 }, 1);
    let passed = 0;
    for (let ms = 0; ms < 10_000; ms++) if (direction.take(ms, 1_000) !== undefined) passed += 1_000;
    // Packets in the queue at the end have been taken, and are still to be sent.
    expect(passed * 8).toBeLessThanOrEqual(16e6 + 40_000 * 8);
    expect(passed * 8).toBeGreaterThanOrEqual(16e6);
  });

  test('lets a packet through that is larger than its queue, if the line is free', () => {
    const direction = new Direction({ ...NOTHING, bitsPerSecond: 8_000, queueBytes: 10 }, 1);
    expect(direction.take(0, 1_000)).toBe(1_000);
  });
});

test('a cut drops everything and counts it apart', () => {
  const direction = new Direction(NOTHING, 1);
  direction.cut = true;
  expect(direction.take(0, 100)).toBeUndefined();
  direction.cut = false;
  expect(direction.take(1, 100)).toBe(1);
  expect(direction.counts).toMatchObject({ offered: 2, cut: 1, passed: 1 });
});
