import { describe, expect, test } from 'vitest';
import { MAX_REBINDS, REBOUND_ADDRESSES, Rebinding } from './rebinding.ts';

const IP = 8 + 14;
const PORT = 50_000;

/** Packet between the server and a client. */
function packetOf(client: string, toServer: boolean, port = PORT): Buffer {
  const packet = Buffer.alloc(IP + 28);
  packet.writeUInt16BE(0x0800, IP - 2);
  packet[IP] = 0x45;
  packet[IP + 9] = 17;
  packet.set(client.split('.').map(Number), IP + (toServer ? 12 : 16));
  packet.set([10, 77, 0, 1], IP + (toServer ? 16 : 12));
  packet.writeUInt16BE(port, IP + 20 + (toServer ? 0 : 2));
  return packet;
}

const addressAt = (packet: Buffer, at: number): string => [...packet.subarray(IP + at, IP + at + 4)].join('.');

/** Source at the server of a packet that a client sends. */
function leaving(rebinding: Rebinding, client: string): string {
  const packet = packetOf(client, true);
  rebinding.leave(packet);
  return addressAt(packet, 12);
}

/** Client that a packet of the server reaches; undefined if it finds nobody. */
function reached(rebinding: Rebinding, to: string): string | undefined {
  const packet = packetOf(to, false);
  return rebinding.enter(packet) ? addressAt(packet, 16) : undefined;
}

describe('the address of a client on its way', () => {
  test('is its own before the first rebind', () => {
    const rebinding = new Rebinding();
    expect(leaving(rebinding, '10.78.3.7')).toBe('10.78.3.7');
    expect(reached(rebinding, '10.78.3.7')).toBe('10.78.3.7');
    expect(reached(rebinding, '10.77.1.1')).toBe('10.77.1.1');
    expect(reached(rebinding, '10.81.3.7')).toBeUndefined();
  });

  test.each([
    ['10.78.3.7', '10.80'],
    ['10.77.1.1', '10.96'],
  ])('of %s is another after each rebind, and the server reaches it there only', (own) => {
    const rebinding = new Rebinding();
    const had = [own];
    for (let times = 1; times <= MAX_REBINDS; times++) {
      rebinding.times = times;
      const present = leaving(rebinding, own);
      expect(had).not.toContain(present);
      expect(present.split('.').slice(2)).toEqual(own.split('.').slice(2));
      expect(reached(rebinding, present)).toBe(own);
      for (const before of had) expect(reached(rebinding, before)).toBeUndefined();
      had.push(present);
    }
    expect(() => {
      rebinding.times = MAX_REBINDS + 1;
    }).toThrow('at most 15 rebinds');
    rebinding.times = 0;
    expect(leaving(rebinding, own)).toBe(own);
    // Each is in a range that the server's end has a route to.
    const ranges = REBOUND_ADDRESSES.map((range) => Number(range.split('.')[1]));
    for (const address of had.slice(1)) expect(ranges).toContain(Number(address.split('.')[1]) & 0xf0);
  });

  test('has another port after each rebind, which no other of its ports has, and whose packets reach the own one', () => {
    const rebinding = new Rebinding();
    const seen = new Set([PORT]);
    for (let times = 1; times <= MAX_REBINDS; times++) {
      rebinding.times = times;
      const shown = [PORT, PORT + 1, PORT + 2].map((port) => {
        const packet = packetOf('10.78.3.7', true, port);
        rebinding.leave(packet);
        const at = packet.readUInt16BE(IP + 20);
        const answer = packetOf(addressAt(packet, 12), false, at);
        expect(rebinding.enter(answer)).toBe(true);
        expect([addressAt(answer, 16), answer.readUInt16BE(IP + 22)]).toEqual(['10.78.3.7', port]);
        return at;
      });
      expect(new Set(shown).size).toBe(3);
      expect(seen).not.toContain(shown[0]);
      seen.add(shown[0]!);
      // A port of the upper half stays there: the ones below 1,024 belong to nobody's client.
      for (const port of shown) expect(port).toBeGreaterThanOrEqual(0x8000);
    }
  });

  test('is in nothing else than IPv4', () => {
    const rebinding = new Rebinding();
    rebinding.times = 1;
    const arp = packetOf('10.78.0.1', false);
    arp.writeUInt16BE(0x0806, IP - 2);
    const before = Buffer.from(arp);
    expect(rebinding.enter(arp)).toBe(true);
    rebinding.leave(arp);
    expect(arp).toEqual(before);
  });
});
