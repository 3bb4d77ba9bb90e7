/** Length of a VXLAN header before the Ethernet frame (RFC 7348 §5). */
export const VXLAN_BYTES = 8;
/** Length of an Ethernet header. */
const ETHERNET_BYTES = 14;
const MIN_IPV4_BYTES = 20;

const ICMP = 1;
const TCP = 6;
const UDP = 17;
/** ICMP messages that carry the beginning of the packet they are about (RFC 792, RFC 1122 §3.2.2). */
const ICMP_ERRORS = [3, 4, 5, 11, 12];
const ICMP_HEADER_BYTES = 8;
/** Offset of the length of TCP's header, in words, in its upper half (RFC 9293 §3.1). */
const TCP_OFFSET_AT = 12;
const UDP_HEADER_BYTES = 8;
const ICMP_CHECKSUM_AT = 2;
/** Offsets of the checksum in a header: RFC 9293 §3.1, RFC 768. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { [TCP]: 16, [UDP]: 6 };
/** Offsets in an IPv4 header (RFC 791 §3.1). */
const FRAGMENT_AT = 6;
const PROTOCOL_AT = 9;
const HEADER_CHECKSUM_AT = 10;
const SOURCE_AT = 12;
const DESTINATION_AT = 16;

/** Offset of the IPv4 header of a frame in a VXLAN packet; −1 if it is no IPv4. */
function ipv4At(packet: Uint8Array): number {
  const at = VXLAN_BYTES + ETHERNET_BYTES;
  const isIpv4 = packet.length >= at + MIN_IPV4_BYTES && packet[at - 2] === 8 && packet[at - 1] === 0;
  return isIpv4 ? at : -1;
}

/** IPv4 address of the client, as a number: the source of a packet to the server, the destination of one from it. −1 without one. */
export function clientOf(packet: Uint8Array, toServer: boolean): number {
  const ip = ipv4At(packet);
  if (ip < 0) return -1;
  const at = ip + (toServer ? SOURCE_AT : DESTINATION_AT);
  return ((packet[at]! << 24) | (packet[at + 1]! << 16) | (packet[at + 2]! << 8) | packet[at + 3]!) >>> 0;
}

/** Port of the client: the source of a packet to the server, the destination of one from it. −1 if it has none. */
export function clientPortOf(packet: Uint8Array, toServer: boolean): number {
  const ip = ipv4At(packet);
  if (ip < 0 || CHECKSUM_AT[packet[ip + PROTOCOL_AT]!] === undefined) return -1;
  const at = ip + headerBytes(packet, ip) + (toServer ? 0 : 2);
  return at + 1 < packet.length ? wordAt(packet, at) : -1;
}

/**
 * Bytes that a frame carries for its connection: none, if it is a mere acknowledgement of TCP. Of a protocol other than TCP and UDP,
 * all bytes after the IPv4 header.
 */
export function payloadBytesOf(packet: Uint8Array): number {
  const ip = ipv4At(packet);
  if (ip < 0) return 0;
  const from = ip + headerBytes(packet, ip);
  const end = Math.min(packet.length, ip + wordAt(packet, ip + 2));
  const protocol = packet[ip + PROTOCOL_AT];
  const header = protocol === TCP ? (packet[from + TCP_OFFSET_AT]! >> 4) * 4 : protocol === UDP ? UDP_HEADER_BYTES : 0;
  return Math.max(0, end - from - header);
}

/** Range of the client's address: its first two bytes as a number. −1 without IPv4. */
export function rangeOf(packet: Uint8Array, toServer: boolean): number {
  const client = clientOf(packet, toServer);
  return client < 0 ? -1 : client >>> 16;
}

/** Place of a client behind a NAT: the range of its address, and what `turnedPort` does to its ports. */
export interface ClientPlace {
  readonly range: number;
  /** Bits of a port that are turned; 0 leaves ports alone. */
  readonly turn: number;
}

/**
 * Port that a NAT shows for a client's, and the client's for the one that it shows: some bits are turned, so that no two ports share
 * one and none needs to be remembered. Only the port whose bits are `turn` stays, because 0 is no port.
 */
export const turnedPort = (port: number, turn: number): number => (port === turn ? port : port ^ turn);

/**
 * Moves a client to another place: the first two bytes of its address, and its port over TCP and UDP. Adjusts the checksums of IPv4, TCP
 * and UDP (RFC 1624 §3). In an ICMP message about a packet of this client, the packet's header is changed too.
 */
export function moveClient(packet: Uint8Array, toServer: boolean, { range, turn }: ClientPlace): void {
  const ip = ipv4At(packet);
  if (ip < 0) return;
  const at = ip + (toServer ? SOURCE_AT : DESTINATION_AT);
  const before = wordAt(packet, at);
  setWord(packet, at, range);
  adjust(packet, ip + HEADER_CHECKSUM_AT, before, range);
  // Later fragments carry no header of their protocol.
  const isFirst = (wordAt(packet, ip + FRAGMENT_AT) & 0x1fff) === 0;
  if (!isFirst) return;
  const payloadAt = ip + headerBytes(packet, ip);
  const protocol = packet[ip + PROTOCOL_AT]!;
  const offset = CHECKSUM_AT[protocol];
  if (offset !== undefined) {
    const change = { checksumAt: payloadAt + offset, isUdp: protocol === UDP };
    adjustPayload(packet, { ...change, before, after: range });
    movePort(packet, payloadAt + (toServer ? 0 : 2), { ...change, turn });
  } else if (protocol === ICMP && ICMP_ERRORS.includes(packet[payloadAt]!)) {
    const about = payloadAt + ICMP_HEADER_BYTES;
    // The packet that it is about went the other way.
    const aboutAt = about + (toServer ? DESTINATION_AT : SOURCE_AT);
    if (about + MIN_IPV4_BYTES > packet.length || wordAt(packet, aboutAt) !== before) return;
    setWord(packet, aboutAt, range);
    // The changes of the address and of its header's checksum cancel out in the message's checksum.
    adjust(packet, about + HEADER_CHECKSUM_AT, before, range);
    if (CHECKSUM_AT[packet[about + PROTOCOL_AT]!] === undefined) return;
    const portAt = about + headerBytes(packet, about) + (toServer ? 2 : 0);
    movePort(packet, portAt, { checksumAt: payloadAt + ICMP_CHECKSUM_AT, isUdp: false, turn });
  }
}

interface Checksum {
  readonly checksumAt: number;
  readonly isUdp: boolean;
}

/** Turns a port, and adjusts the checksum that covers it. */
function movePort(packet: Uint8Array, at: number, { turn, ...checksum }: Checksum & { readonly turn: number }): void {
  if (at + 2 > packet.length) return;
  const before = wordAt(packet, at);
  const after = turnedPort(before, turn);
  setWord(packet, at, after);
  adjustPayload(packet, { ...checksum, before, after });
}

/** Adjusts a checksum behind the IPv4 header to the change of a word that it covers. */
function adjustPayload(
  packet: Uint8Array,
  { checksumAt: at, isUdp, before, after }: Checksum & { readonly before: number; readonly after: number },
): void {
  if (at + 2 > packet.length) return;
  // RFC 768: zero means that there is none.
  if (isUdp && wordAt(packet, at) === 0) return;
  adjust(packet, at, before, after);
  if (isUdp && wordAt(packet, at) === 0) setWord(packet, at, 0xffff);
}

/** Adjusts a checksum to the change of a word (RFC 1624 §3, equation 3). */
function adjust(packet: Uint8Array, at: number, before: number, after: number): void {
  const complement = (word: number): number => ~word & 0xffff;
  const sum = folded(complement(wordAt(packet, at)) + complement(before) + after);
  setWord(packet, at, complement(sum));
}

const wordAt = (packet: Uint8Array, at: number): number => (packet[at]! << 8) | packet[at + 1]!;

function setWord(packet: Uint8Array, at: number, word: number): void {
  packet[at] = word >> 8;
  packet[at + 1] = word & 0xff;
}

const headerBytes = (packet: Uint8Array, ip: number): number => (packet[ip]! & 0xf) * 4;

/**
 * Fills in the TCP or UDP checksum of the frame in a VXLAN packet. A sender whose interface computes checksums leaves them open, and
 * the receiver would drop such a packet. Does nothing to other protocols, fragments and truncated packets.
 */
export function fillChecksum(packet: Uint8Array): void {
  const ip = ipv4At(packet);
  if (ip < 0) return;
  const protocol = packet[ip + PROTOCOL_AT]!;
  const offset = CHECKSUM_AT[protocol];
  const isFragment = (packet[ip + FRAGMENT_AT]! & 0x3f) !== 0 || packet[ip + FRAGMENT_AT + 1] !== 0;
  if (offset === undefined || isFragment) return;
  const from = ip + headerBytes(packet, ip);
  const end = ip + wordAt(packet, ip + 2);
  if (end > packet.length || from + offset + 2 > end) return;
  const at = from + offset;
  setWord(packet, at, 0);
  // RFC 9293 §3.1: a pseudo-header of the addresses, the protocol and the length counts too.
  const pseudo = protocol + (end - from) + sumOf(packet, ip + SOURCE_AT, ip + MIN_IPV4_BYTES);
  const checksum = ~folded(pseudo + sumOf(packet, from, end)) & 0xffff;
  // RFC 768: zero would mean that there is none.
  setWord(packet, at, checksum === 0 && protocol === UDP ? 0xffff : checksum);
}

/** Sum of 16-bit words; an odd last byte counts as the upper half of a word. */
function sumOf(packet: Uint8Array, from: number, end: number): number {
  let sum = 0;
  const even = from + ((end - from) & ~1);
  for (let at = from; at < even; at += 2) sum += (packet[at]! << 8) | packet[at + 1]!;
  return even < end ? sum + (packet[even]! << 8) : sum;
}

/** Ones' complement of 16 bits: carries are added back. */
function folded(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x1_0000);
  return rest;
}
