import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BulkTransfer, type Carried } from '../../testing/network/bulk.ts';
import { PATIENT } from '../../testing/patience.ts';
import { type RelayedLink, relayedLink } from './relayed-link.ts';

const CLIENTS = 50;
/** A lower rate than in the soak, which a machine with other work can keep for all clients. */
const LINE = 'rtt=20ms+down=800kbit+up=800kbit';
/** Queue that TCP does not fill within the test: what a connection carries while it repairs a loss comes in steps. */
const LONG_QUEUE = `${LINE}+queue=5s`;
const WINDOW = { warmUpSeconds: 1.5, seconds: 3 };

let link: RelayedLink;
let bulk: BulkTransfer;
let alone: Carried;
beforeAll(async () => {
  const { signal } = new AbortController();
  link = await relayedLink({ network: null, seed: 1, lines: CLIENTS, core: undefined, signal });
  bulk = new BulkTransfer(link);
  alone = await bulk.carry(LONG_QUEUE, { lines: 1, ...WINDOW });
});
afterAll(async () => {
  await bulk[Symbol.asyncDispose]();
  await link.close();
});

/** Established TCP connections of the server's end, as `ss` describes them. */
function connections(): string[] {
  const [program, ...args] = [...link.serverEnd, 'ss', '-tinH', 'state', 'established'];
  return execFileSync(program!, args, { encoding: 'utf8' })
    .trim()
    .split(/\n(?!\s)/);
}

describe('a network is one client’s line', () => {
  test('fifty clients carry each what one alone carries, and by cubic', async () => {
    const all = await bulk.carry(LONG_QUEUE, { lines: CLIENTS, ...WINDOW }, async () => {
      const found = connections();
      expect(found).toHaveLength(CLIENTS);
      expect(found.filter((one) => !/\bcubic\b/.test(one))).toEqual([]);
    });
    const ratios = all.each.map((rate) => rate / alone.each[0]!);
    expect(Math.min(...ratios)).toBeGreaterThan(0.95);
    expect(Math.max(...ratios)).toBeLessThan(1.05);
  });

  test('fifty clients share the line of one where that is asked', async () => {
    const all = await bulk.carry(`${LINE}+shared=1`, { lines: CLIENTS, ...WINDOW });
    expect(all.line / alone.line).toBeGreaterThan(0.95);
    expect(all.line / alone.line).toBeLessThan(1.05);
  });

  test('the relay counts the bytes of TCP over a line with losses that the interface counts', async () => {
    // Packets of the test before may still be under way.
    await link.change(null, 1);
    await vi.waitUntil(async () => (await link.counts()).waiting === 0, PATIENT);
    const [before, counted] = [await link.counts(), link.counters()!];
    await bulk.carry('rtt=10ms+loss=2%', { lines: 1, warmUpSeconds: 0, seconds: 0.5 });
    // Counts both sides again until nothing is under way.
    await vi.waitFor(async () => {
      const [after, countedAfter] = [await link.counts(), link.counters()!];
      expect(after.down.lost).toBeGreaterThan(before.down.lost);
      expect({
        sent: after.down.offeredBytes - before.down.offeredBytes,
        arrived: after.up.passedBytes - before.up.passedBytes,
      }).toEqual({ sent: countedAfter.bytesDown - counted.bytesDown, arrived: countedAfter.bytesUp - counted.bytesUp });
    }, PATIENT);
  });
});
