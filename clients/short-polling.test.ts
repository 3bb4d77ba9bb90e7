import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { every } from './short-polling.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('polls are counted from one beginning: being late makes no later one late, and none is made up for', async () => {
  /** Lead of the timers' clock over the clock that polls use. */
  let behindMs = 0;
  const beganMs = performance.now();
  const now = () => performance.now() - beganMs - behindMs;
  const pace = every(10, now, () => 0.5);
  /** Time at which a poll is sent whose predecessor was answered at `answeredMs`. */
  const leaves = async (answeredMs: number): Promise<number> => {
    await vi.advanceTimersByTimeAsync(answeredMs - now());
    const next = pace.next();
    await vi.advanceTimersToNextTimerAsync();
    await next;
    return now();
  };
  expect(await leaves(0)).toBe(5);
  expect(await leaves(7)).toBe(15);
  expect(await leaves(15)).toBe(25);
  // The timer fired early: no time is due twice.
  behindMs = 1;
  expect(await leaves(24)).toBe(35);
  // A late answer: polls due meanwhile are skipped.
  expect(await leaves(62)).toBe(65);
  expect(await leaves(66)).toBe(75);
  pace.stop();
});

test('a session that is over polls no more', () => {
  const pace = every(10);
  void pace.next();
  pace.stop();
  expect(vi.getTimerCount()).toBe(0);
});
