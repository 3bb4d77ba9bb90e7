import { expect, test } from 'vitest';
import { type Agenda, type Loop, pace } from './pacer.ts';

/** A loop on virtual time: a turn costs 1 µs, a timer fires up to a millisecond late, an action costs what the test says. */
class VirtualLoop implements Loop {
  nowNs = 0;
  timers = 0;
  turns = 0;
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

function agendaOf(loop: VirtualLoop, dues: readonly number[], costNs: (index: number) => number = () => 2_000) {
  const sentAt: number[] = [];
  const agenda: Agenda = {
    dueNs: () => dues[sentAt.length] ?? Number.POSITIVE_INFINITY,
    act: () => {
      sentAt.push(loop.nowNs);
      loop.nowNs += costNs(sentAt.length - 1);
    },
    arrivals: () => 0,
    stopped: () => false,
  };
  return { agenda, sentAt };
}

const every = (intervalNs: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => 5e6 + i * intervalNs);

test.each([100, 1_000, 10_000, 100_000])(
  'at %i a second everything happens within a turn of its due time, never before',
  async (rate) => {
    const loop = new VirtualLoop();
    const dues = every(1e9 / rate, 500);
    const { agenda, sentAt } = agendaOf(loop, dues);
    await pace(agenda, loop);
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
    agendaOf(
      near,
      every(2e6, 50).map((due) => due - 5e6),
    ).agenda,
    near,
  );
  expect(near.timers).toBe(0);
  const far = new VirtualLoop();
  await pace(agendaOf(far, every(20e6, 50)).agenda, far);
  expect(far.timers).toBeGreaterThanOrEqual(50);
  expect(far.turns).toBeLessThan(50 * 3_000);
});

test('after a stall everything that was due is done at once, and the timetable is not moved', async () => {
  const loop = new VirtualLoop();
  const dues = every(1e6, 300);
  const { agenda, sentAt } = agendaOf(loop, dues, (index) => (index === 100 ? 50e6 : 2_000));
  await pace(agenda, loop);
  expect(sentAt).toHaveLength(300);
  const lag = sentAt.map((at, index) => at - dues[index]!);
  expect(lag[100]).toBeLessThanOrEqual(3_000);
  expect(lag[101]).toBeGreaterThan(48e6);
  // Half a hundred messages at 2 µs each are caught up within a millisecond.
  expect(lag[152]).toBeLessThanOrEqual(3_000);
  expect(lag.at(-1)).toBeLessThanOrEqual(3_000);
});

test('waiting without arrivals counts as spun, acting does not', async () => {
  const loop = new VirtualLoop();
  const { agenda } = agendaOf(loop, every(1e6, 100), () => 500_000);
  const { spunNs, elapsedNs } = await pace(agenda, loop);
  expect(spunNs / elapsedNs).toBeGreaterThan(0.4);
  expect(spunNs / elapsedNs).toBeLessThan(0.6);
});

test('being stopped ends the pacing with the rest undone', async () => {
  const loop = new VirtualLoop();
  const { agenda, sentAt } = agendaOf(loop, every(1e6, 100));
  await pace({ ...agenda, stopped: () => loop.nowNs > 50e6 }, loop);
  expect(sentAt.length).toBeGreaterThan(40);
  expect(sentAt.length).toBeLessThan(50);
});

test('an action that throws rejects instead of hanging', async () => {
  const loop = new VirtualLoop();
  const { agenda } = agendaOf(loop, every(1e6, 3), () => {
    throw new Error('broken');
  });
  await expect(pace(agenda, loop)).rejects.toThrow('broken');
});
