import { expect, test } from 'vitest';
import { pace } from '../pacer.ts';
import { pageRuntime, tickMs } from './runtime.ts';

test('the clock has the trial’s origin, whatever the page’s own is', () => {
  const zeroNs = 5_000_000_000n;
  const now = pageRuntime(zeroNs).clock('4000000000');
  const before = performance.now() * 1e6 + 1e9;
  const read = now();
  expect(read).toBeGreaterThanOrEqual(before);
  expect(read).toBeLessThanOrEqual(performance.now() * 1e6 + 1e9);
});

test('the resolution of the clock is a step between two of its readings', () => {
  expect(tickMs()).toBeGreaterThan(0);
});

test('the pacer sleeps, and sends no message before it is due', async () => {
  const runtime = pageRuntime(0n);
  const clock = runtime.clock('0');
  const { loop, sleeps, close } = runtime.pacing(clock, 'spin');
  const startNs = clock() + 5e6;
  const lags: number[] = [];
  const dueNs = (): number => (lags.length < 20 ? startNs + lags.length * 0.7e6 : Number.POSITIVE_INFINITY);
  const watch = runtime.watchLoop(1);
  await pace(
    { dueNs, sendNext: () => void lags.push(clock() - dueNs()), arrivals: () => 0, stopped: () => false },
    loop,
  );
  const { delayP99Seconds, idleNs } = watch.end();
  await close();
  expect(sleeps).toBe(true);
  expect(lags).toHaveLength(20);
  expect(Math.min(...lags)).toBeGreaterThanOrEqual(0);
  expect(delayP99Seconds).toBeGreaterThanOrEqual(0);
  expect(idleNs).toBeNull();
});

test('tasks that are to run soon run in their order', async () => {
  const runtime = pageRuntime(0n);
  const { loop, close } = runtime.pacing(runtime.clock('0'), 'sleep');
  const done: number[] = [];
  await new Promise<void>((resolve) => {
    loop.soon(() => void done.push(1));
    loop.soon(() => {
      done.push(2);
      resolve();
    });
  });
  await close();
  expect(done).toEqual([1, 2]);
});
