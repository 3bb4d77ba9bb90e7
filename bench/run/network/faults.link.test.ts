import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { effectsOf } from '../../networks/network.ts';
import type { RelayCounts } from '../../networks/protocol.ts';
import { networkFrom } from '../../testing/network/network-from.ts';
import { ASKED } from '../../testing/network/peer-process.ts';
import { Peers } from '../../testing/network/peers.ts';
import { PATIENT } from '../../testing/patience.ts';
import { type RelayedLink, relayedLink } from './relayed-link.ts';

const { signal } = new AbortController();

let link: RelayedLink;
beforeAll(async () => {
  link = await relayedLink({ network: null, seed: 1, lines: 3, core: undefined, signal });
});
afterAll(() => link.close());

/** Processes at both ends, and a link without a fault. After the test nothing is left of it. */
async function begin(): Promise<Peers> {
  await link.settle();
  return Peers.open(link);
}

/** Counts of the relay, in which every packet is once. */
async function counted(): Promise<RelayCounts> {
  const counts = await link.counts();
  for (const { offered, lost, overflowed, cut, passed } of [counts.up, counts.down])
    expect(lost + overflowed + cut + passed).toBe(offered);
  return counts;
}

/** Waits until the relay's counts are as wanted. */
const untilCounts = (isWanted: (counts: RelayCounts) => boolean): Promise<RelayCounts> =>
  vi.waitUntil(async () => {
    const counts = await counted();
    return isWanted(counts) ? counts : undefined;
  }, PATIENT);

describe('a cut', () => {
  test.each([null, 'rtt=2ms'])('lets nothing pass over the network %s, and TCP goes on after it', async (network) => {
    await using peers = await begin();
    await link.change(network === null ? null : networkFrom(network), 1);
    await peers.dial(0);
    await peers.write(peers.client, 10, 0);
    await peers.until(peers.server, ({ connections }) => connections[0]?.received === 10);
    // Acknowledgements may still be under way.
    await vi.waitUntil(async () => (await counted()).waiting === 0, PATIENT);
    await link.cut(true);
    const before = await counted();
    await peers.datagrams(1, 'lost', 20);
    await peers.write(peers.client, 10, 0);
    await peers.write(peers.server, 7, 0);
    const during = await untilCounts(({ up, down }) => up.cut >= before.up.cut + 21 && down.cut > before.down.cut);
    // A further change of the network does not lift it.
    await link.change(networkFrom('rtt=4ms'), 2);
    await peers.datagrams(2, 'lost', 5);
    const after = await untilCounts(({ up }) => up.cut >= during.up.cut + 5);
    expect([after.up.passed, after.down.passed]).toEqual([before.up.passed, before.down.passed]);
    await link.cut(false);
    await peers.until(peers.server, ({ connections }) => connections[0]?.received === 20);
    await peers.until(peers.client, ({ connections }) => connections[0]?.received === 7);
    await peers.datagrams(1, 'passed');
    const { datagrams } = await peers.until(peers.server, (seen) => seen.datagrams.length > 0);
    expect(datagrams).toMatchObject([{ text: 'passed', from: '10.78.0.2' }]);
  });

  test('drops what is under way', async () => {
    await using peers = await begin();
    await link.change(networkFrom('rtt=60s'), 1);
    const before = await counted();
    await peers.datagrams(0, 'late', 20);
    const underWay = await untilCounts(({ waiting }) => waiting === 20);
    expect(underWay.up.passed - before.up.passed).toBe(20);
    await link.cut(true);
    const { up, waiting } = await counted();
    expect({ waiting, cut: up.cut - before.up.cut, passed: up.passed - before.up.passed }).toEqual({
      waiting: 0,
      cut: 20,
      passed: 0,
    });
    expect(up.passedBytes).toBe(before.up.passedBytes);
  });

  test('ends when the link settles', async () => {
    await link.cut(true);
    await using peers = await begin();
    await peers.datagrams(0, 'passed');
    await peers.until(peers.server, ({ datagrams }) => datagrams.length === 1);
  });
});

describe('a rebind', () => {
  test('ends the TCP connection of a client that sends, and one that only listens never learns of it', async () => {
    await using peers = await begin();
    for (const line of [0, 1]) await peers.dial(line);
    await link.rebind();
    const before = await counted();
    await peers.write(peers.server, 10);
    await untilCounts(({ down }) => down.cut >= before.down.cut + 2);
    await peers.write(peers.client, 10, 0);
    expect(await peers.ended(peers.client, 0)).toBe('ECONNRESET');
    const { connections } = await peers.look(peers.client);
    expect(connections[1]).toMatchObject({ received: 0, end: null });
    // A new connection comes from the new address and another port, and carries both ways.
    await peers.dial(0);
    await peers.write(peers.client, 30, 2);
    await peers.write(peers.server, 40, 2);
    const seen = await peers.until(peers.server, (seen) => seen.connections[2]?.received === 30);
    expect(seen.connections.map(({ remote }) => remote)).toEqual(['10.78.0.1', '10.78.0.2', '10.81.0.1']);
    const own = await peers.until(peers.client, (seen) => seen.connections[2]?.received === 40);
    const turned = own.connections.map(({ localPort }, index) => localPort !== seen.connections[index]?.remotePort);
    expect(turned).toEqual([false, false, true]);
    await counted();
  });

  test('gives datagrams another address and port each time, and answers reach the client', async () => {
    await using peers = await begin();
    const seen: string[] = [];
    const ask = async (line?: number): Promise<void> => {
      await peers.datagrams(line, ASKED);
      const { datagrams } = await peers.until(peers.client, ({ datagrams }) => datagrams.length > seen.length);
      seen.push(datagrams.at(-1)!.text);
    };
    await ask(0);
    await link.rebind();
    await ask(0);
    await link.change(networkFrom('rtt=4ms'), 1);
    await ask(2);
    await link.rebind();
    await ask(2);
    // The generator's own address, from which sessions without a way come.
    await ask();
    await link.settle();
    await ask(2);
    const addresses = ['10.78.0.1', '10.81.0.1', '10.81.0.3', '10.82.0.3', '10.98.1.1', '10.78.0.3'];
    expect(seen.map((text) => text.slice(0, text.indexOf(':')))).toEqual(addresses.map((one) => `seen from ${one}`));
    // All from one socket: its port is its own, another after each rebind, and its own again.
    const [own, first, again, second, also, last] = seen.map((text) => Number(text.slice(text.indexOf(':') + 1)));
    expect([first, second, last]).toEqual([again, also, own]);
    expect(new Set([own, first, second]).size).toBe(3);
  });

  test('keeps what the system says about packets readable for the one who sent them', async () => {
    await using peers = await begin();
    await link.rebind();
    expect(await peers.knock(peers.client, link.ways[0]!.host!)).toBe('ECONNREFUSED');
    expect(await peers.knock(peers.server, '10.81.0.1')).toBe('ECONNREFUSED');
  });

  test('leaves a client its line', async () => {
    await using peers = await begin();
    await link.slowLines([0], effectsOf(networkFrom('rtt=60s')));
    await link.rebind();
    await peers.datagrams(1, 'at once');
    await peers.datagrams(0, 'late');
    const { datagrams } = await peers.until(peers.server, (seen) => seen.datagrams.length > 0);
    expect(datagrams).toMatchObject([{ text: 'at once', from: '10.81.0.2' }]);
    await untilCounts(({ waiting }) => waiting === 1);
    // Packets that wait would keep the link from settling.
    await link.cut(true);
  });
});

describe('a reset', () => {
  test('ends all connections at both sides, and no listening socket', async () => {
    await using peers = await begin();
    await link.change(networkFrom('rtt=20ms'), 1);
    for (const line of [0, 1, 2]) await peers.dial(line);
    expect(await link.reset()).toBe(3);
    for (const connection of [0, 1, 2]) {
      expect(await peers.ended(peers.client, connection)).toBe('ECONNRESET');
      expect(await peers.ended(peers.server, connection)).toBe('ECONNABORTED');
    }
    await peers.dial(0);
    await peers.write(peers.client, 10, 3);
    await peers.until(peers.server, ({ connections }) => connections[3]?.received === 10);
    expect((await peers.look(peers.client)).connections[3]?.end).toBeNull();
  });

  test('that does not reach the other side is carried out there too', async () => {
    await using peers = await begin();
    for (const line of [0, 1]) await peers.dial(line);
    await link.cut(true);
    expect(await link.reset()).toBe(2);
    for (const connection of [0, 1])
      for (const side of [peers.client, peers.server]) expect(await peers.ended(side, connection)).toBe('ECONNABORTED');
  });

  test('finds nothing to reset over UDP', async () => {
    await using peers = await begin();
    await peers.datagrams(0, 'hello');
    await peers.until(peers.server, ({ datagrams }) => datagrams.length === 1);
    expect(await link.reset()).toBe(0);
  });
});

test('one of two clients has a slow line, until it has the others’ again', async () => {
  await using peers = await begin();
  for (const line of [0, 1]) await peers.dial(line);
  // 25 kB/s: 500 kB would take 20 s.
  await link.slowLines([1], effectsOf(networkFrom('down=200kbit+up=200kbit')));
  const bytes = 500_000;
  await peers.write(peers.server, bytes);
  const { connections } = await peers.until(peers.client, (seen) => seen.connections[0]?.received === bytes);
  expect(connections[1]!.received).toBeLessThan(bytes / 2);
  await link.slowLines([1], null);
  await peers.until(peers.client, (seen) => seen.connections[1]?.received === bytes);
  await counted();
});
