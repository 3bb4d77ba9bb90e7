import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networkFrom } from '../../testing/network/network-from.ts';
import { binomial99, burstsOf, type Direction, HEADER_BYTES, Trains } from '../../testing/network/trains.ts';
import { type LinkCounters, parseCounters } from '../link.ts';
import { type RelayedLink, relayedLink, withEthernet } from './relayed-link.ts';

const { signal } = new AbortController();
const PACKETS = 3_000;
const PAYLOAD_BYTES = 64;
const FRAME_BYTES = PAYLOAD_BYTES + HEADER_BYTES;
const WAYS = ['up', 'down'] as const;

let link: RelayedLink;
let trains: Trains;
beforeAll(async () => {
  link = await relayedLink({ network: null, seed: 1, lines: 3, core: undefined, signal });
  trains = new Trains(link);
});
afterAll(async () => {
  await trains[Symbol.asyncDispose]();
  await link.close();
});

/** Sends a train with a network in force. Returns what arrives, and the counts of the relay and the interface for it. */
async function send(network: string | null, way: Direction, train = {}, seed = 1) {
  await link.change(network === null ? null : networkFrom(network), seed);
  const [before, interfaceBefore] = [await link.counts(), countersOf(link)];
  const usual = { way, packets: PACKETS, bytes: PAYLOAD_BYTES, perSecond: 3_000 };
  const [received] = await trains.send([{ ...usual, ...train }]);
  const [after, interfaceAfter] = [await link.counts(), countersOf(link)];
  return {
    ...received!,
    missing: received!.missing ?? [],
    counts: growth(before[way], after[way]),
    receiveErrors: after.receiveErrors - before.receiveErrors,
    counters: growth(interfaceBefore, interfaceAfter),
  };
}

function countersOf({ counters }: RelayedLink): LinkCounters {
  const counted = counters();
  if (counted === null) throw new Error('the link has no counters');
  return counted;
}

/** Growth of every figure. */
function growth(before: object, after: object): Record<string, number> {
  const then = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(Object.entries(after).map(([name, now]) => [name, Number(now) - Number(then.get(name))]));
}

describe('the relay', () => {
  test.each(WAYS)('without a network hands on every packet (%s), and counts what the interface counts', async (way) => {
    const found = await send(null, way);
    expect(found).toMatchObject({ packets: PACKETS, outOfOrder: 0, missing: [], receiveErrors: 0 });
    expect(found.counts).toMatchObject({ passed: PACKETS, passedBytes: PACKETS * FRAME_BYTES });
    const [packets, bytes] = [PACKETS, PACKETS * FRAME_BYTES];
    expect(found.counters).toMatchObject(
      way === 'up' ? { packetsUp: packets, bytesUp: bytes } : { packetsDown: packets, bytesDown: bytes },
    );
  });

  test('loses the packets that the seed says, and as many as it counts', async () => {
    const lost: string[] = [];
    for (const seed of [3, 3, 4]) {
      const { packets, missing, outOfOrder, counts } = await send('rtt=4ms+loss=5%+burst=3', 'up', {}, seed);
      expect({ packets, outOfOrder }).toEqual({ packets: PACKETS - missing.length, outOfOrder: 0 });
      expect(counts.lost).toBe(missing.length);
      lost.push(missing.join());
    }
    expect(lost[1]).toBe(lost[0]);
    expect(lost[2]).not.toBe(lost[0]);
    expect(lost[0]).not.toBe('');
  });

  test.each(WAYS)('loses as large a share as asked (%s), and loses packets one by one', async (way) => {
    const packets = 6_000;
    const { missing, counts } = await send('rtt=4ms+loss=2%', way, { packets, perSecond: 5_000 });
    const [least, most] = binomial99(packets, 0.02);
    expect(missing.length).toBeGreaterThan(least);
    expect(missing.length).toBeLessThan(most);
    expect(counts.lost).toBe(missing.length);
    // The mean length of independent losses is 1 ÷ 0.98.
    expect(missing.length / burstsOf(missing).length).toBeLessThan(1.1);
  });

  test('keeps the order with jitter, and breaks it where that is asked', async () => {
    for (const way of WAYS) {
      const kept = await send('rtt=20ms+jitter=10ms', way);
      expect(kept).toMatchObject({ packets: PACKETS, outOfOrder: 0 });
    }
    const { packets, outOfOrder } = await send('rtt=20ms+reorder=10%', 'down');
    expect(packets).toBe(PACKETS);
    expect(outOfOrder).toBeGreaterThan(0);
  });

  test('passes on what fits into a full queue, and drops the newest packets beyond it', async () => {
    const bytes = 250 - HEADER_BYTES;
    const burst = { packets: 800, bytes, perSecond: 1e6 };
    const passed: number[] = [];
    for (const seconds of [2, 3]) {
      const { packets, missing, counts } = await send(`rtt=4ms+up=100kbit+queue=${seconds}s`, 'up', burst);
      // 50 packets of 250 bytes take a second at this rate; some leave while the burst still arrives.
      expect(packets).toBeGreaterThanOrEqual(50 * seconds);
      expect(packets).toBeLessThan(50 * seconds + 20);
      expect(counts.overflowed).toBe(missing.length);
      expect(missing[0]).toBeGreaterThanOrEqual(50 * seconds);
      passed.push(packets);
    }
    expect(passed[1]! - passed[0]!).toBeGreaterThan(30);
  });

  test('carries bytes in proportion to the rates of a line', async () => {
    await link.change(networkFrom('rtt=20ms+down=4mbit+up=1mbit'), 1);
    const large = { bytes: 1_200, packets: 0 };
    const [up, down] = await trains.send([
      { ...large, way: 'up', packets: 450, perSecond: 150 },
      { ...large, way: 'down', packets: 1_800, perSecond: 600 },
    ]);
    const rate = ({ packets, seconds }: typeof up & {}): number => (packets - 1) / seconds;
    expect(up!.missing?.length).toBeGreaterThan(0);
    expect(down!.missing?.length).toBeGreaterThan(0);
    expect(rate(down!) / rate(up!) / 4).toBeGreaterThan(0.97);
    expect(rate(down!) / rate(up!) / 4).toBeLessThan(1.03);
  });
});
/** Bytes that the interface at the clients' end has sent and received. */
function clientBytes(): { readonly sent: number; readonly received: number } {
  const [program, ...args] = [...link.generatorEnd, 'cat', '/proc/net/dev'];
  const table = execFileSync(program!, args, { encoding: 'utf8' });
  // The columns are named from the server's point of view: what it receives is up.
  const { bytesUp, bytesDown } = withEthernet(parseCounters(table));
  return { sent: bytesDown, received: bytesUp };
}

test.each(WAYS)('the relay counts what each end sent, and what arrived (%s)', async (way) => {
  const before = clientBytes();
  const { counts, counters } = await send('rtt=4ms+loss=10%', way, { packets: 500 }, 7);
  const after = clientBytes();
  expect(counts.lost).toBeGreaterThan(0);
  const [sent, arrived] =
    way === 'up'
      ? [after.sent - before.sent, counters.bytesUp]
      : [counters.bytesDown, after.received - before.received];
  expect({ sent: counts.offeredBytes, arrived: counts.passedBytes }).toEqual({ sent, arrived });
});

test.each([
  ['is closed', () => {}],
  ['is closed after its relay was killed', (link: RelayedLink) => process.kill(link.relayPid, 'SIGKILL')],
])('a link that %s leaves no process and no namespace', async (_, end) => {
  const settings = { network: networkFrom('4g-lossy'), seed: 1, lines: 200, core: undefined, signal };
  const opened = await relayedLink(settings);
  expect(opened.ways).toHaveLength(200);
  expect(opened.leftOut).toEqual([]);
  const holders = [opened.serverEnd, opened.generatorEnd].map((prefix) =>
    Number(/--net=\/proc\/(\d+)/.exec(prefix.join(' '))?.[1]),
  );
  expect(holders.every((pid) => existsSync(`/proc/${pid}`))).toBe(true);
  end(opened);
  await opened.close();
  await expect(opened.counts()).rejects.toThrow('the relay');
  expect([opened.relayPid, ...holders].filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
});
