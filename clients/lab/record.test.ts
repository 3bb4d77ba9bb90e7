import { describe, expect, test } from 'vitest';
import { LaneRecord, messageOf } from './record.ts';
import { Tally } from './tally.ts';

function opened(rate = 10): LaneRecord {
  const record = new LaneRecord({ transport: 'ws', size: 64, rate, nowMs: 0 });
  record.changed('connecting', undefined, 0);
  record.changed('open', undefined, 40);
  return record;
}

describe('a lane', () => {
  test('times each message from when it was due, and knows how long connecting took', () => {
    const record = opened();
    const first = record.next(100, 101)!;
    const second = record.next(200, 208)!;
    expect(first).toHaveLength(64);
    record.received(first, 120);
    record.received(second, 230);
    expect(record.points).toEqual([
      { atMs: 100, roundTripMs: 20 },
      { atMs: 200, roundTripMs: 30 },
    ]);
    expect(record.result()).toMatchObject({
      seconds: 0.2,
      due: 2,
      sent: 2,
      unsent: 0,
      onTime: 1,
      delivered: 2,
      response: [
        [20_000_000, 1],
        [30_000_000, 1],
      ],
      service: [
        [19_000_000, 1],
        [22_000_000, 1],
      ],
      connect: [[40_000_000, 1]],
    });
  });

  test('counts what comes twice, late, damaged, or was never sent', () => {
    const record = opened();
    const [first, second] = [record.next(100, 100)!, record.next(200, 200)!];
    record.received(second, 210);
    record.received(first, 220);
    record.received(first, 230);
    record.received(`${first.slice(0, -1)}!`, 240);
    record.received(messageOf(7, 64), 250);
    record.received('hello', 260);
    record.received(new TextEncoder().encode(second), 270);
    expect(record.result()).toMatchObject({ delivered: 2, duplicated: 2, reordered: 1, corrupt: 3 });
  });

  test('sends nothing without a session, and loses what a session takes with it', () => {
    const record = opened();
    record.next(100, 100);
    expect(record.lost(200)).toBe(0);
    record.changed('reconnecting', new Error('nothing arrived for 3000 ms'), 3_100);
    expect(record.lost(3_100)).toBe(1);
    expect(record.next(3_200, 3_200)).toBeUndefined();
    record.changed('open', undefined, 4_000);
    const next = record.next(4_100, 4_100)!;
    expect(record.lost(4_200)).toBe(1);
    record.received(next, 4_200);
    expect(record.lost(9_900)).toBe(1);
    expect(record.result()).toMatchObject({
      due: 3,
      sent: 2,
      unsent: 1,
      delivered: 1,
      errors: { 'nothing arrived for 3000 ms': 1 },
    });
    expect(record.changes.map(({ status }) => status)).toEqual(['connecting', 'open', 'reconnecting', 'open']);
  });

  test('counts a message that could not be sent as unsent', () => {
    const record = opened();
    record.next(100, 100);
    record.notSent(new Error('too large'));
    expect(record.result()).toMatchObject({ due: 1, sent: 0, unsent: 1, errors: { 'too large': 1 } });
  });

  test('has a message lost for now that has had no answer for five seconds', () => {
    const record = opened();
    const message = record.next(100, 100)!;
    expect([record.lost(5_100), record.lost(5_101)]).toEqual([0, 1]);
    record.received(message, 6_000);
    expect(record.lost(6_000)).toBe(0);
  });
});

test('a tally keeps three digits and finds percentiles', () => {
  const tally = new Tally();
  expect(tally.percentile(50)).toBeUndefined();
  for (let at = 1; at <= 1_000; at++) tally.add(at + 0.000_4);
  expect([50, 99, 100].map((at) => tally.percentile(at))).toEqual([500, 990, 1_000]);
  tally.add(1_234.567);
  expect(tally.percentile(100)).toBe(1_230);
  tally.add(-0.1);
  expect(tally.entries()).toContainEqual([0, 1]);
});
