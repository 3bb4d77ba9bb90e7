import { describe, expect, test } from 'vitest';
import { Lines } from './lines.ts';
import { effectsOf, readNetwork } from './network.ts';
import type { PathEffects } from './protocol.ts';

const FRAME_BYTES = 1_000;
const VXLAN_BYTES = 8;

function effects(text: string): PathEffects {
  const read = readNetwork(text);
  if ('problems' in read) throw new Error(read.problems.join('; '));
  return effectsOf(read.network);
}

/** Packet between the server and client 10.78.0.`client`. */
function packetOf(client: number, toServer: boolean): Buffer {
  const packet = Buffer.alloc(VXLAN_BYTES + FRAME_BYTES);
  packet.writeUInt16BE(0x0800, VXLAN_BYTES + 12);
  packet[VXLAN_BYTES + 14] = 0x45;
  packet.set([10, 78, 0, client], VXLAN_BYTES + 14 + (toServer ? 12 : 16));
  packet.set([10, 77, 0, 1], VXLAN_BYTES + 14 + (toServer ? 16 : 12));
  return packet;
}

/** Number of packets of each client that pass in a second, at two a millisecond. */
function passedEach(lines: Lines, clients: number, toServer: boolean): number[] {
  const packets = Array.from({ length: clients }, (_, client) => packetOf(client + 1, toServer));
  const passed = packets.map(() => 0);
  for (let ms = 0; ms < 1_000; ms += 0.5)
    for (const [client, packet] of packets.entries())
      if (lines.take(packet, toServer, ms) !== undefined) passed[client]!++;
  return passed;
}

describe('a network with 1.6 Mbit/s', () => {
  test.each([true, false])('gives each of 50 clients what one alone has (to the server: %s)', (toServer) => {
    const network = effects('rtt=20ms+down=1.6mbit+up=1.6mbit+queue=100ms');
    const [alone] = passedEach(new Lines(network, 1), 1, toServer);
    const each = passedEach(new Lines(network, 1), 50, toServer);
    expect(each).toEqual(Array.from({ length: 50 }, () => alone));
  });

  test('is shared by all of them where that is asked', () => {
    const network = effects('rtt=20ms+up=1.6mbit+queue=100ms+shared=1');
    const [alone = 0] = passedEach(new Lines(network, 1), 1, true);
    const together = passedEach(new Lines(network, 1), 50, true).reduce((sum, passed) => sum + passed);
    expect(together).toBe(alone);
  });
});

test('clients lose different packets, whoever comes first', () => {
  const network = effects('rtt=20ms+loss=10%');
  const lostBy = (order: readonly number[]): Map<number, string> => {
    const lines = new Lines(network, 7);
    return new Map(
      order.map((client) => {
        const packet = packetOf(client, true);
        const fates = Array.from({ length: 200 }, (_, ms) => (lines.take(packet, true, ms) === undefined ? 'x' : '.'));
        return [client, fates.join('')];
      }),
    );
  };
  const fates = lostBy([1, 2, 3]);
  expect(new Set(fates.values()).size).toBe(3);
  expect(lostBy([3, 1, 2])).toEqual(fates);
});

test('counts go on over a change of the network, and close', () => {
  const lines = new Lines(effects('rtt=20ms+loss=30%'), 1);
  const packet = packetOf(1, true);
  for (let ms = 0; ms < 1_000; ms++) lines.take(packet, true, ms);
  lines.change(effects('rtt=20ms+up=80kbit'), 1);
  for (let ms = 0; ms < 1_000; ms++) lines.take(packet, true, ms);
  lines.change(null, 1);
  expect(lines.take(packet, true, 5)).toBe(5);
  const { up, down } = lines.counts();
  expect(up.offered).toBe(2_001);
  expect(up.offeredBytes).toBe(2_001 * FRAME_BYTES);
  expect(up.lost).toBeGreaterThan(200);
  expect(up.overflowed).toBeGreaterThan(900);
  expect(up.passed).toBe(up.offered - up.lost - up.overflowed);
  expect(down.offered).toBe(0);
});

/** Sums of the counts of both directions, of which every packet is in one. */
function accounts(lines: Lines) {
  const { up, down } = lines.counts();
  for (const { offered, lost, overflowed, cut, passed } of [up, down])
    expect(lost + overflowed + cut + passed).toBe(offered);
  return { up, down };
}

describe('a cut', () => {
  test.each([null, 'rtt=20ms'])('drops everything in both directions over %s, and counts it apart', (network) => {
    const lines = new Lines(network === null ? null : effects(network), 1);
    expect(lines.take(packetOf(1, true), true, 0)).toBeDefined();
    lines.cut = true;
    for (const toServer of [true, false])
      for (const client of [1, 2]) expect(lines.take(packetOf(client, toServer), toServer, 1)).toBeUndefined();
    lines.cut = false;
    for (const client of [1, 2]) expect(lines.take(packetOf(client, true), true, 2)).toBeDefined();
    const { up, down } = accounts(lines);
    expect(up).toMatchObject({ offered: 5, cut: 2, passed: 3 });
    expect(down).toMatchObject({ offered: 2, cut: 2, passed: 0 });
  });

  test('goes on over changes of the network and of single lines', () => {
    const lines = new Lines(effects('rtt=20ms'), 1);
    lines.cut = true;
    lines.change(effects('rtt=40ms'), 2);
    expect(lines.take(packetOf(1, true), true, 0)).toBeUndefined();
    lines.changeSingle([(10 << 24) + (78 << 16) + 2], effects('rtt=80ms'));
    expect(lines.take(packetOf(2, true), true, 0)).toBeUndefined();
    lines.change(null, 3);
    expect(lines.take(packetOf(1, true), true, 0)).toBeUndefined();
    lines.cut = false;
    expect(lines.take(packetOf(1, true), true, 0)).toBe(0);
    expect(accounts(lines).up).toMatchObject({ offered: 4, cut: 3, passed: 1 });
  });

  test('takes back what a line had taken', () => {
    const lines = new Lines(effects('rtt=20ms'), 1);
    const packet = packetOf(1, false);
    lines.take(packet, false, 0);
    lines.take(packet, false, 1);
    lines.dropTaken(packet, false);
    expect(accounts(lines).down).toMatchObject({ offered: 2, cut: 1, passed: 1, passedBytes: FRAME_BYTES });
  });
});

describe('the line of a single client', () => {
  const second = (10 << 24) + (78 << 16) + 2;

  test.each([
    ['without a network', null, 0],
    ['over a network', 'rtt=20ms', 10],
    ['over a line that all share', 'rtt=20ms+shared=1', 10],
  ])('%s is replaced alone, and becomes as the others again', (_, network, usualMs) => {
    const lines = new Lines(network === null ? null : effects(network), 1);
    const delays = () => [1, 2, 3].map((client) => lines.take(packetOf(client, false), false, 1_000)! - 1_000);
    expect(delays()).toEqual([usualMs, usualMs, usualMs]);
    lines.changeSingle([second], effects('rtt=400ms'));
    expect(delays()).toEqual([usualMs, 200, usualMs]);
    lines.changeSingle([second], null);
    expect(delays()).toEqual([usualMs, usualMs, usualMs]);
    expect(accounts(lines).down).toMatchObject({ offered: 9, passed: 9 });
  });

  test('is as the others’ after a change of the network', () => {
    const lines = new Lines(null, 1);
    lines.changeSingle([second], effects('rtt=400ms'));
    lines.change(effects('rtt=20ms'), 1);
    expect(lines.take(packetOf(2, false), false, 0)).toBe(10);
  });
});
