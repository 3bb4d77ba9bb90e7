import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { monotonicClock, systemTimers } from './clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a timer of the event loop that fires early is set again, so that no task runs before its time', () => {
  // The clock is half a millisecond behind the event loop's timers.
  const began = Date.now();
  const now = (): number => (Date.now() - began) * 1e6 - 5e5;
  const ranAt: number[] = [];
  systemTimers(now).at(10e6, () => ranAt.push(now()));
  vi.advanceTimersByTime(10);
  expect(ranAt).toEqual([]);
  vi.advanceTimersByTime(10);
  expect(ranAt).toEqual([10.5e6]);
});

test('a task whose time has passed runs soon, and one that is cancelled never', () => {
  const now = monotonicClock(process.hrtime.bigint());
  const ran: string[] = [];
  const timers = systemTimers(now);
  timers.at(now() - 1e9, () => ran.push('passed'));
  const cancel = timers.at(now() + 1e6, () => ran.push('cancelled'));
  cancel();
  vi.advanceTimersByTime(100);
  expect(ran).toEqual(['passed']);
});
