import { expect, test } from 'vitest';
import { decode } from '../load/histogram.ts';
import { clientModule, serverModule } from '../registry.ts';
import { judge } from '../run/validity.ts';
import { at, type Rig, withRig } from './rig.ts';

/**
 * A process that stands still for a while is what closed loops and per-request timing hide. The load is 100 messages a second
 * for 8 s; a freeze of F delays the messages due during it by between 0 and F, evenly, so the response at percentile p is
 * F − (100 − p) % of 8 s.
 */
const RATE = 100;
const SECONDS = 8;
const FREEZE_MS = 800;
const modules = { server: serverModule({ id: 'ws' }), client: clientModule({ id: 'ws' }) };

/** Stops a process for a while and returns for how long it really was, in milliseconds. */
async function freeze(child: Rig['server'] | Rig['worker']): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  process.kill(child.pid!, 'SIGSTOP');
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, FREEZE_MS));
  process.kill(child.pid!, 'SIGCONT');
  return performance.now() - began;
}

const expected = (frozenMs: number, percentile: number): number =>
  frozenMs - ((100 - percentile) / 100) * SECONDS * 1e3;

test('a frozen server is seen by every message that was due meanwhile', async () => {
  await withRig({ clients: 10, ...modules }, async (rig) => {
    const running = rig.run(RATE, SECONDS);
    const frozenMs = await freeze(rig.server);
    const recording = await running;
    expect(recording).toMatchObject({ due: 800, sent: 800, onTime: expect.any(Number), delivered: 800, duplicated: 0 });
    expect(decode(recording.response).totalCount).toBe(800);
    for (const percentile of [95, 99]) {
      const analytic = expected(frozenMs, percentile);
      // Ten milliseconds are one message; a slow machine adds a few to each.
      expect(Math.abs(at(percentile, recording.response) - analytic)).toBeLessThan(analytic * 0.05 + 10);
    }
    expect(at(50, recording.response)).toBeLessThan(FREEZE_MS / 20);
    // The generator kept its schedule all the while.
    expect(recording.onTime).toBeGreaterThan(800 * 0.98);
  });
});

test('a frozen generator is seen in response and lag, not in service, and the trial is not valid', async () => {
  await withRig({ clients: 10, ...modules }, async (rig) => {
    const running = rig.run(RATE, SECONDS);
    const frozenMs = await freeze(rig.worker);
    const recording = await running;
    expect(recording).toMatchObject({ due: 800, sent: 800, delivered: 800 });
    const analytic = expected(frozenMs, 99);
    expect(Math.abs(at(99, recording.response) - analytic)).toBeLessThan(analytic * 0.05 + 10);
    expect(Math.abs(at(99, recording.lag) - analytic)).toBeLessThan(analytic * 0.05 + 10);
    expect(at(99, recording.service)).toBeLessThan(analytic / 5);
    const { state, reasons } = judge({
      messages: { ...recording, expected: 800, lost: 0 },
      recording,
      usage: {
        server: { cpuSeconds: 0, rssBytes: 0, rssIdleBytes: 0 },
        generator: { ...recording, loopDelayP99: recording.loopDelayP99Seconds, workers: 1 },
      },
      clients: 10,
      reaches: 'sender',
      samples: decode(recording.response).totalCount,
    });
    expect(state).toBe('invalid');
    expect(reasons.join()).toMatch(/schedule kept/);
  });
});
