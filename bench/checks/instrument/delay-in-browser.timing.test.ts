import { expect, test } from 'vitest';
import { withBrowserRig } from '../../testing/browser/rig.ts';
import { at } from '../../testing/rig.ts';
import { needs } from '../../testing/unavailable.ts';

await needs('privateLink', 'chromium');

const RATE = 100;
const SECONDS = 5;
const DELAYS_MS = [60, 160] as const;
/** Time by which the relay may send a packet on late, on the way there and on the way back. */
const RELAY_MS = 1;

/** Latency in a browser over a round trip, in milliseconds, and the step of the page's clock. */
async function readOver(rttMs: number): Promise<{ p50: number; tickMs: number }> {
  const found = { p50: Number.NaN, tickMs: Number.NaN };
  await withBrowserRig({ transport: 'ws', clients: 10, network: `rtt=${rttMs}ms` }, async ({ run }) => {
    const recording = await run(RATE, SECONDS);
    const due = RATE * SECONDS;
    expect(recording).toMatchObject({ due, sent: due, delivered: due, duplicated: 0, corrupt: 0, early: 0 });
    found.p50 = at(50, recording.response);
    found.tickMs = (recording.tickSeconds ?? Number.NaN) * 1e3;
  });
  return found;
}

test('a browser reads a longer round trip as longer by just that', { timeout: 240_000 }, async () => {
  const [short, long] = [await readOver(DELAYS_MS[0]), await readOver(DELAYS_MS[1])];
  // A round trip is never read as shorter than it was, within the histogram's three digits.
  expect(short.p50).toBeGreaterThan(DELAYS_MS[0] * 0.999);
  expect(long.p50).toBeGreaterThan(DELAYS_MS[1] * 0.999);
  const added = DELAYS_MS[1] - DELAYS_MS[0];
  const tolerance = 2 * RELAY_MS + 0.001 * long.p50 + 2 * (short.tickMs + long.tickMs);
  expect(Math.abs(long.p50 - short.p50 - added), `${short.p50} and ${long.p50} ms`).toBeLessThan(tolerance);
});
