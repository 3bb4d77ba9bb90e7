import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { decode } from '../../load/histogram.ts';
import { withBrowserRig } from '../../testing/browser/rig.ts';
import { at } from '../../testing/rig.ts';
import { needs } from '../../testing/unavailable.ts';

await needs('privateLink', 'chromium');

const RATE = 100;
const SECONDS = 10;
const DUE = RATE * SECONDS;
const FROZEN_MS = 1_000;
/** Readings of the clock that a latency is made of, and on which it may be a tick off. */
const READINGS = 2;

/**
 * A freeze of F delays the messages that reach the server meanwhile by 0 to F, evenly spread, beyond what they take otherwise. So the
 * response at percentile p is the usual one and F − (100 − p) % of the whole time. The network's round trip is in the usual one.
 */
test.each([
  ['the bare link', undefined],
  ['a round trip of 60 ms', 'rtt=60ms'],
])('a frozen server is seen by a browser over %s', { timeout: 240_000 }, async (_, network) => {
  const rig = { transport: 'ws', clients: 10, ...(network === undefined ? {} : { network }) };
  await withBrowserRig(rig, async ({ server, run }) => {
    const running = run(RATE, SECONDS);
    await sleep(4_000);
    process.kill(server.pid!, 'SIGSTOP');
    const began = performance.now();
    await sleep(FROZEN_MS);
    process.kill(server.pid!, 'SIGCONT');
    const frozenMs = performance.now() - began;
    const recording = await running;

    const none = { unsent: 0, duplicated: 0, corrupt: 0, unexpected: 0, early: 0, errors: {} };
    expect(recording).toMatchObject({ due: DUE, sent: DUE, delivered: DUE, ...none });
    expect(decode(recording.response).totalCount).toBe(DUE);

    const tickMs = (recording.tickSeconds ?? Number.NaN) * 1e3;
    const usual = at(50, recording.response);
    expect(usual).toBeGreaterThan(READINGS * tickMs);
    const analytic = usual + frozenMs - (1 / 100) * SECONDS * 1e3;
    // A percentile is known to two messages, which are due every 10 ms, to the histogram's three digits, and to the clock's ticks.
    const tolerance = (2 * 1e3) / RATE + 0.001 * analytic + READINGS * tickMs;
    expect(Math.abs(at(99, recording.response) - analytic), `${at(99, recording.response)} ms`).toBeLessThan(tolerance);
    if (network !== undefined) expect(usual).toBeGreaterThan(60);
  });
});
