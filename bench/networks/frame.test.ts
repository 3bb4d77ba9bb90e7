import { describe, expect, test } from 'vitest';
import { clientOf, clientPortOf, fillChecksum, moveClient, payloadBytesOf, rangeOf, turnedPort } from './frame.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const VXLAN_AND_ETHERNET = '0800000000004d00 02000a4d0001 02000a4d0101 0800';

/** Beginning of a TCP connection. */
const TCP_SYN = hex(`${VXLAN_AND_ETHERNET}
  4500003c1c4640004006b1e6c0a80001c0a800c7
  0014005000000000000000005002200000000000`);

/** Ones' complement sum over pseudo-header and segment, which is 0xffff where the checksum is right (RFC 1071). */
function sumOf(packet: Buffer): number {
  const ip = 22;
  const header = (packet[ip]! & 15) * 4;
  const end = ip + packet.readUInt16BE(ip + 2);
  const segment = packet.subarray(ip + header, end);
  const pseudo = Buffer.concat([packet.subarray(ip + 12, ip + 20), Buffer.of(0, packet[ip + 9]!), Buffer.alloc(2)]);
  pseudo.writeUInt16BE(segment.length, 10);
  return onesSum(Buffer.concat([pseudo, segment]));
}

/** Ones' complement sum of 16-bit words. */
function onesSum(all: Buffer): number {
  const bytes = Buffer.concat([all, Buffer.alloc(all.length % 2)]);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** Writes the checksum of bytes that begin at `from` to a place, so that they add up. */
function seal(packet: Buffer, at: number, from: number, end: number): void {
  packet.writeUInt16BE(0, at);
  packet.writeUInt16BE(0xffff - onesSum(packet.subarray(from, end)), at);
}

/** Packet of a protocol with this payload and without a checksum. */
function packetOf(protocol: number, payload: Buffer): Buffer {
  const ip = hex('4500 0000 0000 4000 40 00 0000 0a4d0105 0a4d0001');
  const header = protocol === 17 ? hex('c350 2710 0000 0000') : hex('c350 2710 00000001 00000002 5018 0200 ffff 0000');
  const packet = Buffer.concat([hex(VXLAN_AND_ETHERNET), ip, header, payload]);
  packet[22 + 9] = protocol;
  packet.writeUInt16BE(20 + header.length + payload.length, 22 + 2);
  if (protocol === 17) packet.writeUInt16BE(8 + payload.length, 22 + 20 + 4);
  return packet;
}

describe('the checksum that a sender left open', () => {
  test.each([
    ['TCP', 6],
    ['UDP', 17],
  ])('of %s is right for any length', (_, protocol) => {
    for (const length of [0, 1, 2, 63, 64, 1_459]) {
      const packet = packetOf(protocol, Buffer.from(Array.from({ length }, (_, at) => (at * 31) & 255)));
      fillChecksum(packet);
      expect(sumOf(packet)).toBe(0xffff);
    }
  });

  test('of UDP is never zero, which would mean that there is none', () => {
    // The payload makes the sum 0xffff without a checksum.
    const packet = packetOf(17, Buffer.alloc(2));
    packet.writeUInt16BE(0xffff - sumOf(packet), packet.length - 2);
    expect(sumOf(packet)).toBe(0xffff);
    fillChecksum(packet);
    expect(packet.readUInt16BE(22 + 20 + 6)).toBe(0xffff);
  });

  test.each([
    ['a fragment', (packet: Buffer) => packet.writeUInt16BE(0x2000, 22 + 6)],
    ['ICMP', (packet: Buffer) => packet.writeUInt8(1, 22 + 9)],
    ['IPv6', (packet: Buffer) => packet.writeUInt16BE(0x86dd, 20)],
    ['a packet that says it is longer than it is', (packet: Buffer) => packet.writeUInt16BE(999, 22 + 2)],
  ])('is not written into %s', (_, change) => {
    const packet = packetOf(6, Buffer.from('abc'));
    change(packet);
    const before = Buffer.from(packet);
    fillChecksum(packet);
    expect(packet).toEqual(before);
  });

  test('does nothing to what is too short', () => {
    for (let length = 0; length < 62; length++) fillChecksum(Buffer.from(TCP_SYN.subarray(0, length)));
  });
});

describe('the client of a packet', () => {
  const packet = packetOf(6, Buffer.from('abc'));

  test('is its source on the way to the server, and its destination on the way back', () => {
    expect(clientOf(packet, true)).toBe(0x0a4d0105);
    expect(clientOf(packet, false)).toBe(0x0a4d0001);
    expect(clientPortOf(packet, true)).toBe(50_000);
    expect(clientPortOf(packet, false)).toBe(10_000);
  });

  test('is unknown where there is no IPv4', () => {
    expect(clientOf(Buffer.alloc(20), true)).toBe(-1);
    expect(clientPortOf(Buffer.alloc(60), true)).toBe(-1);
  });
});

const IP = 22;
const CLIENTS = 0x0a4d;
const PAYLOAD = IP + 20;

/** Packet with right checksums, of IPv4 too. */
function sealed(protocol: number, payload: Buffer): Buffer {
  const packet = packetOf(protocol, payload);
  seal(packet, IP + 10, IP, PAYLOAD);
  fillChecksum(packet);
  return packet;
}

/** Random payloads of growing length, the same in every run. */
const payloads = Array.from({ length: 600 }, (_, length) =>
  Buffer.from(Array.from({ length }, (_, at) => Math.imul(at + 1, length + 7) >>> 3)),
);

/** Bits of ports that a move turns. */
const TURN = 0x0421;
const to = (range: number, turn = TURN) => ({ range, turn });

describe('a turned port', () => {
  test('is another for every port, and turned again the first', () => {
    for (const turn of [1, TURN, 0x3def]) {
      const ports = Array.from({ length: 0xffff }, (_, index) => index + 1);
      const turned = ports.map((port) => turnedPort(port, turn));
      expect(new Set(turned).size).toBe(ports.length);
      expect(turned).not.toContain(0);
      expect(turned.filter((port, index) => port === ports[index])).toEqual([turn]);
      expect(turned.map((port) => turnedPort(port, turn))).toEqual(ports);
    }
    expect(turnedPort(50_000, 0)).toBe(50_000);
  });
});

describe('a client that is moved to another address and port', () => {
  test.each([
    ['TCP', 6, true],
    ['TCP', 6, false],
    ['UDP', 17, true],
    ['UDP', 17, false],
  ])('%s has right checksums for any content (protocol %d, to the server: %s)', (_, protocol, toServer) => {
    for (const [number, payload] of payloads.entries()) {
      const packet = sealed(protocol, payload);
      const range = 0x0a50 + (number % 32);
      const own = clientOf(packet, toServer) & 0xffff;
      const other = clientOf(packet, !toServer);
      const ports = [clientPortOf(packet, toServer), clientPortOf(packet, !toServer)];
      moveClient(packet, toServer, to(range));
      expect(clientOf(packet, toServer)).toBe(range * 0x1_0000 + own);
      expect(clientOf(packet, !toServer)).toBe(other);
      expect(clientPortOf(packet, toServer)).toBe(ports[0]! ^ TURN);
      expect(clientPortOf(packet, !toServer)).toBe(ports[1]);
      expect([onesSum(packet.subarray(IP, PAYLOAD)), sumOf(packet)]).toEqual([0xffff, 0xffff]);
      const back = Buffer.from(packet);
      moveClient(back, toServer, to(CLIENTS));
      expect(back).toEqual(sealed(protocol, payload));
    }
  });

  test('keeps a UDP packet without a checksum as one, and never makes one of it', () => {
    const without = sealed(17, Buffer.from('abc'));
    without.writeUInt16BE(0, PAYLOAD + 6);
    moveClient(without, true, to(0x0a51));
    expect(without.readUInt16BE(PAYLOAD + 6)).toBe(0);
    // Some content has the sum at which the checksum would be zero.
    const payload = Buffer.alloc(2);
    const expected = packetOf(17, payload);
    moveClient(expected, true, to(0x0a51));
    payload.writeUInt16BE(0xffff - sumOf(expected));
    const packet = sealed(17, payload);
    moveClient(packet, true, to(0x0a51));
    expect(packet.readUInt16BE(PAYLOAD + 6)).toBe(0xffff);
    expect(sumOf(packet)).toBe(0xffff);
  });

  test.each([
    ['first', 0x2000, true],
    ['later', 0x00b9, false],
  ])('has its address changed in the %s fragment of a packet too', (_, fragment, hasChecksum) => {
    const whole = sealed(17, Buffer.from('abcd'));
    const packet = Buffer.from(whole);
    packet.writeUInt16BE(fragment, IP + 6);
    seal(packet, IP + 10, IP, PAYLOAD);
    moveClient(packet, true, to(0x0a51));
    expect(rangeOf(packet, true)).toBe(0x0a51);
    expect(onesSum(packet.subarray(IP, PAYLOAD))).toBe(0xffff);
    expect(packet.readUInt16BE(PAYLOAD)).toBe(
      hasChecksum ? whole.readUInt16BE(PAYLOAD) ^ TURN : whole.readUInt16BE(PAYLOAD),
    );
    if (hasChecksum) expect(sumOf(packet)).toBe(0xffff);
    else expect(packet.subarray(PAYLOAD)).toEqual(whole.subarray(PAYLOAD));
  });

  test.each([true, false])('is found in an ICMP message about its packet (to the server: %s)', (toServer) => {
    // The packet that the message is about went the other way.
    const about = sealed(17, Buffer.from('abc'));
    const [source, destination] = [about.readUInt32BE(IP + 12), about.readUInt32BE(IP + 16)];
    const message = Buffer.concat([hex('0303 0000 00000000'), about.subarray(IP)]);
    message.writeUInt32BE(destination, 8 + 12);
    message.writeUInt32BE(source, 8 + 16);
    seal(message, 2, 0, message.length);
    const head = hex('4500 0000 0000 4000 40 01 0000 0a4d0105 0a4d0001');
    const packet = Buffer.concat([hex(VXLAN_AND_ETHERNET), head, message]);
    packet.writeUInt16BE(packet.length - IP, IP + 2);
    seal(packet, IP + 10, IP, PAYLOAD);
    moveClient(packet, toServer, to(0x0a51));
    const inner = PAYLOAD + 8;
    expect(rangeOf(packet, toServer)).toBe(0x0a51);
    expect(packet.readUInt16BE(inner + (toServer ? 16 : 12))).toBe(0x0a51);
    expect(packet.readUInt16BE(inner + (toServer ? 12 : 16))).toBe(CLIENTS);
    const [sourcePort, destinationPort] = [50_000, 10_000];
    expect([packet.readUInt16BE(inner + 20), packet.readUInt16BE(inner + 22)]).toEqual(
      toServer ? [sourcePort, destinationPort ^ TURN] : [sourcePort ^ TURN, destinationPort],
    );
    const sums = [
      [IP, PAYLOAD],
      [PAYLOAD, packet.length],
      [inner, inner + 20],
    ].map(([from, end]) => onesSum(packet.subarray(from, end)));
    expect(sums).toEqual([0xffff, 0xffff, 0xffff]);
  });

  test('does nothing to what is no IPv4, and no harm to what is cut off', () => {
    const other = packetOf(6, Buffer.from('abc'));
    other.writeUInt16BE(0x86dd, 20);
    const before = Buffer.from(other);
    moveClient(other, true, to(0x0a51));
    expect(other).toEqual(before);
    expect(rangeOf(other, true)).toBe(-1);
    for (let length = 0; length < TCP_SYN.length; length++)
      moveClient(Buffer.from(TCP_SYN.subarray(0, length)), true, to(1));
  });
});

describe('the bytes that a frame carries', () => {
  test.each([
    ['TCP', 6],
    ['UDP', 17],
  ])('over %s are those after its header', (_, protocol) => {
    for (const length of [0, 1, 1_448]) expect(payloadBytesOf(packetOf(protocol, Buffer.alloc(length)))).toBe(length);
  });

  test('do not count what fills a short frame up, and a frame that is no IPv4 carries none', () => {
    const padding = Buffer.alloc(6);
    expect(payloadBytesOf(Buffer.concat([packetOf(6, Buffer.alloc(0)), padding]))).toBe(0);
    expect(payloadBytesOf(Buffer.alloc(60))).toBe(0);
  });
});
