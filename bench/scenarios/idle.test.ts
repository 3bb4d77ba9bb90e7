import { expect, test } from 'vitest';
import { radioOf, slopeOf, stepsUpTo, wholeHeartbeats } from './idle.ts';
import type { Snapshot } from './shape.ts';

test('a slope is that of the straight line, and R² says how straight', () => {
  const line = [1, 2, 3, 4].map((x) => ({ x, y: 100 + 8_300 * x }));
  expect(slopeOf(line)).toEqual({ slope: 8_300, r2: 1 });
  // By hand: x̄ = 2, ȳ = 3, Σxy = 2, Σxx = 2, Σyy = 8.
  const bent = slopeOf([
    { x: 1, y: 1 },
    { x: 2, y: 5 },
    { x: 3, y: 3 },
  ]);
  expect(bent.slope).toBeCloseTo(1, 12);
  expect(bent.r2).toBeCloseTo(0.25, 12);
});

test('memory is read at seven counts, fewer where there are not so many sessions', () => {
  expect(stepsUpTo(4_000)).toEqual([400, 1_000, 1_600, 2_200, 2_800, 3_400, 4_000]);
  expect(stepsUpTo(3)).toEqual([1, 2, 3]);
  expect(stepsUpTo(1)).toEqual([1]);
});

test('an idle window is a whole number of heartbeats', () => {
  expect(wholeHeartbeats(10, 0)).toBe(10);
  expect(wholeHeartbeats(10, 25)).toBe(25);
  expect(wholeHeartbeats(30, 25)).toBe(50);
  expect(wholeHeartbeats(60, 12)).toBe(60);
});

test('the use of a radio is the mean of all sessions, also of those that were silent, and per hour', () => {
  const usage = { cpuSeconds: 0, rssBytes: 0, bytesUp: 0, bytesDown: 0, link: null };
  const before: Snapshot = { ...usage, radio: { seconds: 12, packets: 40, bytes: 9_000, awakeSeconds: 30 } };
  const after: Snapshot = { ...usage, radio: { seconds: 212, packets: 72, bytes: 12_200, awakeSeconds: 190 } };
  // 200 s of four sessions: 160 awake seconds, 32 packets, 3,200 bytes.
  expect(radioOf({ before, after }, { clients: 4, tailSeconds: 10 })).toEqual({
    tailSeconds: 10,
    seconds: 200,
    awakeSecondsPerHour: 720,
    bytesPerHour: 14_400,
    packetsPerHour: 144,
  });
  expect(radioOf({ before: usage, after: usage }, { clients: 4, tailSeconds: 10 })).toBeUndefined();
});
