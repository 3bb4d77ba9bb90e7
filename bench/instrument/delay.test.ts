import { expect, test } from 'vitest';
import { decode } from '../load/histogram.ts';
import { clientModule, serverModule } from '../registry.ts';
import { at, withRig } from './rig.ts';

/**
 * A way of known length is read as being so long. At this rate the load never sleeps: what a machine takes to wake a process
 * up belongs to a low rate's latency, and is not what is programmed here.
 */
const RATE = 1_000;
const SECONDS = 6;
const DUE = RATE * SECONDS;
const DELAY_MS = 50;
const SLOW_MS = 200;
const late = new URL('./late.ts', import.meta.url).href;
const through = clientModule({ id: 'ws' });

/** Puts the load on ways of these lengths, and checks what holds for any of them. */
async function readings(
  delays: { delayMs: number; slowMs: number; slowEvery: number },
  check: (response: (percentile: number) => number, why: string) => void,
): Promise<void> {
  const server = serverModule({ id: 'ws' });
  await withRig({ clients: 10, server, client: late, options: { through, ...delays } }, async (rig) => {
    const recording = await rig.run(RATE, SECONDS);
    const exact = { due: DUE, sent: DUE, delivered: DUE, duplicated: 0, corrupt: 0, unexpected: 0, early: 0 };
    expect(recording).toMatchObject(exact);
    const { response, lag } = recording;
    expect(decode(response).totalCount).toBe(DUE);
    // Three significant digits: nothing is read as shorter than it was.
    expect(decode(response).minNonZeroValue / 1e6).toBeGreaterThan(delays.delayMs * 0.999);
    const of = (encoded: string) => [50, 99, 99.5].map((percentile) => at(percentile, encoded).toFixed(2)).join(', ');
    check(
      (percentile) => at(percentile, response),
      `read ${of(response)} ms, sent late by ${of(lag)} ms (p50, p99, p99.5)`,
    );
  });
}

test(`${DELAY_MS} ms are read to a millisecond, at p50 as at p99`, async () => {
  await readings({ delayMs: DELAY_MS, slowMs: DELAY_MS, slowEvery: 1 }, (response, why) => {
    for (const percentile of [50, 99]) {
      expect(response(percentile), why).toBeGreaterThan(DELAY_MS - 1);
      expect(response(percentile), why).toBeLessThan(DELAY_MS + 1);
    }
  });
});

test(`one message in a hundred that takes ${SLOW_MS} ms is what p99.5 shows, and p50 does not`, async () => {
  await readings({ delayMs: DELAY_MS, slowMs: SLOW_MS, slowEvery: 100 }, (response, why) => {
    expect(response(99.5), why).toBeGreaterThan(SLOW_MS * 0.98);
    expect(response(99.5), why).toBeLessThan(SLOW_MS * 1.02);
    expect(response(50), why).toBeGreaterThan(DELAY_MS - 1);
    expect(response(50), why).toBeLessThan(DELAY_MS + 1);
  });
});
