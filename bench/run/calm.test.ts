import { expect, test } from 'vitest';
import { CALM_SHARE, calmWaiter, type LoadReader, READING_SECONDS } from './calm.ts';

/** Load that is read from lists; the last value holds on. Counts the seconds that the readings would take. */
function load(shares: readonly (number | null)[], runnable: readonly (number | null)[] = [5]) {
  let readings = 0;
  let looks = 0;
  const at = <Value>(list: readonly Value[], index: number): Value => list[Math.min(index, list.length - 1)]!;
  const reader: LoadReader = {
    runnable: async () => at(runnable, looks++),
    busyShare: async () => at(shares, readings++),
  };
  return { reader, seconds: () => readings * READING_SECONDS, looks: () => looks };
}

const { signal } = new AbortController();
async function waitOnce(wait: ReturnType<typeof calmWaiter>): Promise<number[]> {
  const shares: number[] = [];
  for await (const share of wait(signal)) shares.push(share);
  return shares;
}

test('a machine on which nothing else runs is not read at all', async () => {
  const quiet = load([0.9], [3, 2, 1]);
  expect(await waitOnce(calmWaiter(quiet.reader, 600))).toEqual([]);
  expect({ seconds: quiet.seconds(), looks: quiet.looks() }).toEqual({ seconds: 0, looks: 3 });
});

test('a trial waits until the others use less than the share that doctor calls ok', async () => {
  const busy = load([0.62, 0.4, CALM_SHARE, CALM_SHARE - 0.01, 0.9]);
  expect(await waitOnce(calmWaiter(busy.reader, 600))).toEqual([0.62, 0.4, CALM_SHARE]);
  expect(busy.seconds()).toBe(2);
});

test('the wait is bounded for each trial, and for the run by its length', async () => {
  const busy = load([1]);
  const wait = calmWaiter(busy.reader, 10_000);
  const waits: number[] = [];
  for (let trial = 0; trial < 9; trial++) waits.push((await waitOnce(wait)).length * READING_SECONDS);
  expect(waits).toEqual([10, 10, 10, 10, 10, 10, 0, 0, 0]);

  const short = load([1]);
  const ofShort = calmWaiter(short.reader, 24);
  expect(await waitOnce(ofShort)).toHaveLength(4);
  expect(await waitOnce(ofShort)).toEqual([]);
  const shorter = load([1]);
  expect(await waitOnce(calmWaiter(shorter.reader, 4))).toEqual([]);
  expect(shorter.looks()).toBe(0);
});

test('a system that tells nothing is not waited for, and an interruption ends the wait', async () => {
  expect(await waitOnce(calmWaiter(load([1], [null]).reader, 600))).toEqual([]);
  expect(await waitOnce(calmWaiter(load([null]).reader, 600))).toEqual([]);
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const share of calmWaiter(load([0.7]).reader, 600)(stop.signal)) {
    seen.push(share);
    stop.abort();
  }
  expect(seen).toEqual([0.7]);
});
