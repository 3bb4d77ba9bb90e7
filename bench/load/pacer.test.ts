import { describe, expect, test } from 'vitest';
import { type Loop, pace, type TimedSends } from './pacer.ts';
import { sleepingLoop } from './runtime/loops.ts';

/** Loop on virtual time: a turn takes 1 µs, a timer fires up to a millisecond late, and the test sets the time of a send. */
class VirtualLoop implements Loop {
  nowNs = 0;
  timers = 0;
  turns = 0;
  readonly spinNs: number = 2e6;
  readonly now = (): number => this.nowNs;

  soon(task: () => void): void {
    this.turns++;
    this.nowNs += 1_000;
    queueMicrotask(task);
  }

  later(milliseconds: number, task: () => void): void {
    this.timers++;
    this.nowNs += milliseconds * 1e6 + (this.timers % 10) * 1e5;
    queueMicrotask(task);
  }
}

/** Loop that a helper thread wakes on virtual time: 40 µs late, and once in ten times 5 µs early. */
class VirtualSleep extends VirtualLoop {
  override readonly spinNs = 0;

  override later(milliseconds: number, task: () => void): void {
    this.timers++;
    this.nowNs += Math.max(1e3, milliseconds * 1e6 + (this.timers % 10 === 0 ? -5e3 : 40e3));
    queueMicrotask(task);
  }
}

function sendsOf(loop: VirtualLoop, dues: readonly number[], costNs: (index: number) => number = () => 2_000) {
  const sentAt: number[] = [];
  const sends: TimedSends = {
    dueNs: () => dues[sentAt.length] ?? Number.POSITIVE_INFINITY,
    sendNext: () => {
      sentAt.push(loop.nowNs);
      loop.nowNs += costNs(sentAt.length - 1);
    },
    arrivals: () => 0,
    stopped: () => false,
  };
  return { sends, sentAt };
}

const every = (intervalNs: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => 5e6 + i * intervalNs);

test.each([100, 1_000, 10_000, 100_000])(
  'at %i a second everything happens within a turn of its due time, never before',
  async (rate) => {
    const loop = new VirtualLoop();
    const dues = every(1e9 / rate, 500);
    const { sends, sentAt } = sendsOf(loop, dues);
    await pace(sends, loop);
    expect(sentAt).toHaveLength(dues.length);
    for (const [index, at] of sentAt.entries()) {
      expect(at).toBeGreaterThanOrEqual(dues[index]!);
      expect(at - dues[index]!).toBeLessThanOrEqual(3_000);
    }
  },
);

test('a timer is used only when the next due time is more than two milliseconds away', async () => {
  const near = new VirtualLoop();
  await pace(
    sendsOf(
      near,
      every(2e6, 50).map((due) => due - 5e6),
    ).sends,
    near,
  );
  expect(near.timers).toBe(0);
  const far = new VirtualLoop();
  await pace(sendsOf(far, every(20e6, 50)).sends, far);
  expect(far.timers).toBeGreaterThanOrEqual(50);
  expect(far.turns).toBeLessThan(50 * 3_000);
});

test('after a stall everything that was due is done at once, and the schedule is not moved', async () => {
  const loop = new VirtualLoop();
  const dues = every(1e6, 300);
  const { sends, sentAt } = sendsOf(loop, dues, (index) => (index === 100 ? 50e6 : 2_000));
  await pace(sends, loop);
  expect(sentAt).toHaveLength(300);
  const lag = sentAt.map((at, index) => at - dues[index]!);
  expect(lag[100]).toBeLessThanOrEqual(3_000);
  expect(lag[101]).toBeGreaterThan(48e6);
  // Fifty messages at 2 µs each are sent within a millisecond.
  expect(lag[152]).toBeLessThanOrEqual(3_000);
  expect(lag.at(-1)).toBeLessThanOrEqual(3_000);
});

test('waiting without arrivals counts as spun, acting does not', async () => {
  const loop = new VirtualLoop();
  const { sends } = sendsOf(loop, every(1e6, 100), () => 500_000);
  const { spunNs, elapsedNs } = await pace(sends, loop);
  expect(spunNs / elapsedNs).toBeGreaterThan(0.4);
  expect(spunNs / elapsedNs).toBeLessThan(0.6);
});

test('the turn after a send belongs to it, to the nanosecond', async () => {
  const loop = new VirtualLoop();
  const dues = Array.from({ length: 100 }, (_, index) => index * 1e6);
  const { spunNs, elapsedNs } = await pace(sendsOf(loop, dues, () => 500_000).sends, loop);
  expect(loop.timers).toBe(0);
  expect(elapsedNs - spunNs).toBe(100 * 500_000 + 99 * 1_000);
});

test('being stopped ends the pacing with the rest undone', async () => {
  const loop = new VirtualLoop();
  const { sends, sentAt } = sendsOf(loop, every(1e6, 100));
  await pace({ ...sends, stopped: () => loop.nowNs > 50e6 }, loop);
  expect(sentAt.length).toBeGreaterThan(40);
  expect(sentAt.length).toBeLessThan(50);
});

test('an action that throws rejects instead of hanging', async () => {
  const loop = new VirtualLoop();
  const { sends } = sendsOf(loop, every(1e6, 3), () => {
    throw new Error('broken');
  });
  await expect(pace(sends, loop)).rejects.toThrow('broken');
});

describe('a pacer that sleeps', () => {
  test.each([4, 100, 1_000])('at %i a second sends nothing early and never spins', async (rate) => {
    const loop = new VirtualSleep();
    const dues = every(1e9 / rate, 500);
    const { sends, sentAt } = sendsOf(loop, dues);
    const { spunNs } = await pace(sends, loop);
    expect(sentAt).toHaveLength(dues.length);
    for (const [index, at] of sentAt.entries()) {
      expect(at).toBeGreaterThanOrEqual(dues[index]!);
      expect(at - dues[index]!).toBeLessThanOrEqual(45e3);
    }
    expect([spunNs, loop.turns]).toEqual([0, 0]);
    // Waking early is followed by a second, short sleep.
    expect(loop.timers).toBeLessThanOrEqual(dues.length * 1.2);
  });

  test('catches up after a stall, message after message', async () => {
    const loop = new VirtualSleep();
    const dues = every(1e6, 300);
    const { sends, sentAt } = sendsOf(loop, dues, (index) => (index === 100 ? 50e6 : 2_000));
    await pace(sends, loop);
    expect(sentAt).toHaveLength(300);
    expect(sentAt[101]! - dues[101]!).toBeGreaterThan(48e6);
    expect(sentAt.at(-1)! - dues.at(-1)!).toBeLessThanOrEqual(45e3);
  });

  test('sets an alarm for each due time, and ends its thread', async () => {
    let nowMs = 0;
    let closed = 0;
    const set: number[] = [];
    const loop = sleepingLoop(
      () => nowMs * 1e6,
      (ring) => ({
        set(atMs) {
          set.push(atMs);
          nowMs += 10;
          queueMicrotask(ring);
        },
        close: async () => void closed++,
      }),
    );
    let sent = 0;
    await pace(
      {
        dueNs: () => (sent < 5 ? (sent + 1) * 10e6 : Number.POSITIVE_INFINITY),
        sendNext: () => void sent++,
        arrivals: () => 0,
        stopped: () => false,
      },
      loop,
    );
    await loop.close();
    expect([sent, set.length, closed]).toEqual([5, 5, 1]);
  });
});
