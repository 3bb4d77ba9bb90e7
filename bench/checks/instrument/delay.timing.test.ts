import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decode } from '../../load/histogram.ts';
import { at, WARM_UP_MESSAGES, withRig } from '../../testing/rig.ts';
import { clientModule, serverModule } from '../../transports/index.ts';

/**
 * A way of known length is read as being so long. At this rate the load never sleeps: what a machine takes to wake a process
 * up belongs to a low rate's latency, and is not what is programmed here.
 *
 * What a busy machine adds is no fault of the instrument either, and is not allowed for by a wider tolerance: the way itself
 * keeps when it handed each message on, the schedule says when that message was due, and the reading is held to the
 * percentiles of those exact lengths.
 */
const RATE = 1_000;
const SECONDS = 6;
const DUE = RATE * SECONDS;
const DELAY_MS = 50;
const SLOW_MS = 200;
const late = new URL('../../testing/late.ts', import.meta.url).href;
const through = clientModule({ id: 'ws' });

type Percentile = (percentile: number) => number;

/** Puts the load on ways of these lengths, and checks what holds for any of them. */
async function readings(
  delays: { delayMs: number; slowMs: number; slowEvery: number },
  check: (response: Percentile, truth: Percentile, why: string) => void,
): Promise<void> {
  const server = serverModule({ id: 'ws' });
  const folder = await mkdtemp(join(tmpdir(), 'wirebench-late-'));
  const stampsFile = join(folder, 'stamps.json');
  const options = { through, ...delays, stamps: WARM_UP_MESSAGES + DUE, stampsFile };
  try {
    await withRig({ clients: 10, server, client: late, options }, async (rig) => {
      const recording = await rig.run(RATE, SECONDS);
      const exact = { due: DUE, sent: DUE, delivered: DUE, duplicated: 0, corrupt: 0, unexpected: 0, early: 0 };
      expect(recording).toMatchObject(exact);
      const { response, startedNs } = recording;
      expect(decode(response).totalCount).toBe(DUE);
      // Three significant digits: nothing is read as shorter than it was.
      expect(decode(response).minNonZeroValue / 1e6).toBeGreaterThan(delays.delayMs * 0.999);
      const truth = exactly(await lengthsMs(stampsFile, startedNs));
      const read: Percentile = (percentile) => at(percentile, response);
      const of = (values: Percentile) => [50, 99, 99.5].map((one) => values(one).toFixed(2)).join(', ');
      check(read, truth, `read ${of(read)} ms, truly ${of(truth)} ms (p50, p99, p99.5)`);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** How long after it was due each message of the measured phase was handed on. */
async function lengthsMs(stampsFile: string, startedNs: bigint): Promise<number[]> {
  const stamps: string[] = JSON.parse(await readFile(stampsFile, 'utf8'));
  return stamps
    .slice(WARM_UP_MESSAGES)
    .map((released, index) => Number(BigInt(released) - startedNs) / 1e6 - (index * 1e3) / RATE);
}

function exactly(values: readonly number[]): Percentile {
  expect(values).toHaveLength(DUE);
  const sorted = values.toSorted((a, b) => a - b);
  return (percentile) => sorted[Math.ceil((percentile / 100) * sorted.length) - 1]!;
}

test(`${DELAY_MS} ms are read to a millisecond, at p50 as at p99`, async () => {
  await readings({ delayMs: DELAY_MS, slowMs: DELAY_MS, slowEvery: 1 }, (response, truth, why) => {
    for (const percentile of [50, 99]) {
      expect(Math.abs(response(percentile) - truth(percentile)), why).toBeLessThan(1);
    }
    expect(Math.abs(response(50) - DELAY_MS), why).toBeLessThan(1);
  });
});

test(`one message in a hundred that takes ${SLOW_MS} ms is what p99.5 shows, and p50 does not`, async () => {
  await readings({ delayMs: DELAY_MS, slowMs: SLOW_MS, slowEvery: 100 }, (response, truth, why) => {
    expect(truth(99.5), why).toBeGreaterThan(SLOW_MS);
    expect(Math.abs(response(99.5) / truth(99.5) - 1), why).toBeLessThan(0.02);
    expect(Math.abs(response(50) - DELAY_MS), why).toBeLessThan(1);
  });
});
