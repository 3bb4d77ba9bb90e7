import { expect, test } from 'vitest';
import { monotonicClock } from './clock.ts';
import { Messages } from './messages.ts';
import { dueNs, following, messageCount, scheduleOf } from './schedule.ts';

test('the count is the rate times the time, also where floating point is not', () => {
  expect(messageCount(2_000, 10)).toBe(20_000);
  expect(messageCount(30, 0.1)).toBe(3);
  expect(messageCount(0.3, 10)).toBe(3);
  expect(messageCount(1_000, 0.0005)).toBe(1);
  expect(messageCount(7, 1 / 7)).toBe(1);
});

test('due times are absolute: the last of a million is where it should be', () => {
  const schedule = scheduleOf({ first: 100, clients: 100, rate: 30_000, seconds: 100, startNs: 5 });
  expect(dueNs(schedule, 100)).toBe(5);
  expect(dueNs(schedule, 100 + 3_000_000)).toBeCloseTo(5 + 100e9, -1);
});

test('a phase begins with the first session', () => {
  const schedule = scheduleOf({ first: 0, clients: 7, rate: 100, seconds: 1, startNs: 0 });
  expect(following(schedule)).toBe(105);
  expect(following({ ...schedule, first: 105, count: 7 })).toBe(112);
});

test('the clock reads what hrtime reads', () => {
  const origin = process.hrtime.bigint();
  const clock = monotonicClock(origin);
  for (let round = 0; round < 100; round++) {
    const before = Number(process.hrtime.bigint() - origin);
    const now = clock();
    const after = Number(process.hrtime.bigint() - origin);
    // The difference of the two origins is known to within the time that reading both takes.
    expect(now).toBeGreaterThan(before - 5_000);
    expect(now).toBeLessThan(after + 5_000);
  }
});

test('messages are what the design says: header, then filler that needs no escaping', () => {
  const settings = { seed: 1, opcode: 0x45, senders: 300 };
  const text = new Messages({ ...settings, size: 128, encoding: 'text' }).build(42, 31);
  expect(text).toMatch(/^EAAAq000001f[A-Za-z0-9_-]{116}$/);
  expect(JSON.stringify(text)).toBe(`"${text}"`);
  const bytes = new Messages({ ...settings, size: 128, encoding: 'binary' }).build(42, 31);
  expect(Buffer.from(bytes as Uint8Array).toString()).toBe(text);
  expect(new Messages({ ...settings, size: 16, encoding: 'text' }).build(0, 0)).toHaveLength(16);
});

test('the same seed gives the same filler, another seed another; neighbours differ', () => {
  const build = (seed: number, sequence: number) =>
    new Messages({ seed, size: 64, encoding: 'text', opcode: 0x45, senders: 1 }).build(0, sequence);
  expect(build(1, 5)).toBe(build(1, 5));
  expect(build(1, 5)).not.toBe(build(2, 5));
  expect(String(build(1, 5)).slice(12)).not.toBe(String(build(1, 6)).slice(12));
});
