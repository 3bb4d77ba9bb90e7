import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { decode } from '../../load/histogram.ts';
import { summariseTimeline } from '../../load/timeline.ts';
import { at, judged, type Rig, withRig } from '../../testing/rig.ts';
import { clientModule, serverModule } from '../../transports/index.ts';

/**
 * Rate in messages/s. These tests pause a process, which closed loops and per-request timing hide. A pause of F delays the messages
 * due during it by 0 to F, evenly spread, so the response at percentile p is F − (100 − p) % of the whole time.
 */
const RATE = 100;
const modules = { server: serverModule({ id: 'ws' }), client: clientModule({ id: 'ws' }) };

/** Pauses a process and resolves with the real length of the pause. All times are in milliseconds. */
async function freeze(
  child: Rig['server'] | Rig['workers'][number] | undefined,
  after: number,
  milliseconds: number,
): Promise<number> {
  await sleep(after);
  process.kill(child!.pid!, 'SIGSTOP');
  const began = performance.now();
  await sleep(milliseconds);
  process.kill(child!.pid!, 'SIGCONT');
  return performance.now() - began;
}

const expected = (frozenMs: number, percentile: number, seconds: number): number =>
  frozenMs - ((100 - percentile) / 100) * seconds * 1e3;

const FROZEN_AFTER_MS = 14_000;
/** Time left out before and after the freeze, for the order's way to the worker and for queued messages. */
const MARGIN_MS = 500;

/** Samples, in nanoseconds, of messages that were not due around the freeze. Samples are in the order of their due times. */
function untouched(samples: readonly number[], frozenMs: number): number[] {
  const message = (milliseconds: number): number => (milliseconds / 1e3) * RATE;
  const [from, to] = [message(FROZEN_AFTER_MS - MARGIN_MS), message(FROZEN_AFTER_MS + frozenMs + MARGIN_MS)];
  return samples.filter((_, index) => index < from || index > to);
}

/** Median in milliseconds of samples in nanoseconds. */
function medianOf(samples: readonly number[]): number {
  expect(samples.length).toBeGreaterThan(2_700);
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)]! / 1e6;
}

test('a frozen server is seen by every message that was due meanwhile, and by no other', {
  timeout: 90_000,
}, async () => {
  const seconds = 30;
  const due = RATE * seconds;
  await withRig({ clients: 10, ...modules }, async (rig) => {
    const running = rig.run(RATE, seconds, { keepSamples: true });
    const frozenMs = await freeze(rig.server, FROZEN_AFTER_MS, 1_000);
    const recording = await running;

    const none = { unsent: 0, duplicated: 0, corrupt: 0, unexpected: 0, early: 0, errors: {} };
    expect(recording).toMatchObject({ due, sent: due, delivered: due, ...none });
    expect(decode(recording.response).totalCount).toBe(due);
    expect(decode(recording.service).totalCount).toBe(due);
    expect(decode(recording.lag).totalCount).toBe(due);

    const analytic = expected(frozenMs, 99, seconds);
    const p99 = at(99, recording.response);
    expect(p99).toBeGreaterThan(analytic * 0.95);
    expect(p99).toBeLessThan(analytic * 1.05);

    // The freeze began 25 ms before the schedule's fifteenth second, or later if its timer was late.
    const slices = summariseTimeline(recording.timeline!, seconds);
    expect(slices).toHaveLength(seconds);
    expect(slices.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(due);
    const slowest = slices.toSorted((a, b) => (b.max ?? 0) - (a.max ?? 0))[0]!;
    expect([13, 14]).toContain(slowest.seconds);
    expect(slowest.max! * 1e3).toBeGreaterThan(frozenMs * 0.95);
    expect(slowest.max! * 1e3).toBeLessThan(frozenMs * 1.05 + 20);

    // The median is compared with that of this phase's messages outside the freeze, because a machine's speed differs from
    // one half minute to the next.
    const unfrozen = medianOf(untouched(recording.samples?.response ?? [], frozenMs));
    const p50 = at(50, recording.response);
    expect(p50).toBeGreaterThan(unfrozen * 0.9);
    expect(p50).toBeLessThan(unfrozen * 1.1);

    // The generator kept its schedule during the freeze.
    expect(recording.onTime).toBeGreaterThan(due * 0.98);
  });
});

test('a frozen generator is seen in response and lag, not in service, and the trial is not valid', async () => {
  const seconds = 8;
  const due = RATE * seconds;
  await withRig({ clients: 10, ...modules }, async (rig) => {
    const running = rig.run(RATE, seconds);
    const frozenMs = await freeze(rig.workers[0], 3_000, 800);
    const recording = await running;
    expect(recording).toMatchObject({ due, sent: due, delivered: due });
    const analytic = expected(frozenMs, 99, seconds);
    // Messages are due every 10 ms, which is the resolution of the percentile.
    expect(Math.abs(at(99, recording.response) - analytic)).toBeLessThan(analytic * 0.05 + 10);
    expect(Math.abs(at(99, recording.lag) - analytic)).toBeLessThan(analytic * 0.05 + 10);
    expect(at(99, recording.service)).toBeLessThan(analytic / 5);
    const { state, reasons } = judged(recording, 10);
    expect(state).toBe('invalid');
    expect(reasons.join()).toMatch(/schedule kept/);
  });
});
