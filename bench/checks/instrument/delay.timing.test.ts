import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decode } from '../../load/histogram.ts';
import { at, WARM_UP_MESSAGES, withRig } from '../../testing/rig.ts';
import { clientModule, serverModule } from '../../transports/index.ts';

/**
 * Rate in messages/s. These tests check that a known delay is measured exactly. At this rate the load worker never sleeps, so the
 * time in which the machine wakes a process, which belongs to the latency at a low rate, does not add to the delay.
 *
 * A busy machine may add time of its own. No tolerance allows for it: the delaying client records when it handed each message on,
 * and the measured percentiles are compared with those of the exact delays since each message was due.
 */
const RATE = 1_000;
const SECONDS = 6;
const DUE = RATE * SECONDS;
const DELAY_MS = 50;
const SLOW_MS = 200;
const late = new URL('../../testing/late.ts', import.meta.url).href;
const through = clientModule({ id: 'ws' });

type Percentile = (percentile: number) => number;

/** Measures with these delays, checks the counts, and calls `check` with measured and exact percentiles in milliseconds. */
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
      // No delay is measured as shorter than it was, within three significant digits.
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

/** Milliseconds between each measured message's due time and the moment it was handed on. */
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
