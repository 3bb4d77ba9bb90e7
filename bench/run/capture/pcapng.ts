/** Packet of a capture. */
export interface CapturedPacket {
  /** Time since the Unix epoch. */
  readonly atNs: bigint;
  /** Ethernet frame without its frame check sequence. */
  readonly bytes: Uint8Array;
  /** Direction at the interface, which is the server's. */
  readonly direction: 'in' | 'out';
  /** Text that a reader shows with the packet. */
  readonly comment: string;
}

export interface Capture {
  /** Program that wrote it. */
  readonly program: string;
  /** Name of the interface. */
  readonly interface: string;
  /** TLS secrets in the format of SSLKEYLOGFILE; empty if there are none. */
  readonly keyLog: string;
  readonly packets: readonly CapturedPacket[];
}

// Block types and options: draft-ietf-opsawg-pcapng §4.1 to §4.3 and §4.7.
const SECTION_HEADER = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const DECRYPTION_SECRETS = 10;
const COMMENT = 1;
const USER_APPLICATION = 4;
const INTERFACE_NAME = 2;
const TIME_RESOLUTION = 9;
const PACKET_FLAGS = 2;

const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
const MAJOR_VERSION = 1;
/** Length of a section that the header does not give. */
const UNKNOWN_LENGTH = 0xffff_ffff_ffff_ffffn;
/** Link type of Ethernet frames. */
const ETHERNET = 1;
/** Power of ten of a second's parts: nanoseconds. */
const NANOSECONDS = 9;
/** Secrets in the format of SSLKEYLOGFILE: "TLSK" (§4.7). */
const TLS_KEY_LOG = 0x544c_534b;
const DIRECTIONS = { in: 1, out: 2 } as const;

/**
 * Formats a capture as pcapng (draft-ietf-opsawg-pcapng), in little-endian byte order: one section with one interface. Secrets come before the
 * packets that they decrypt, as §4.7 asks.
 */
export function formatPcapng({ program, interface: name, keyLog, packets }: Capture): Buffer {
  return Buffer.concat([
    block(SECTION_HEADER, [
      u32(BYTE_ORDER_MAGIC),
      u16(MAJOR_VERSION),
      u16(0),
      u64(UNKNOWN_LENGTH),
      ...options([[USER_APPLICATION, Buffer.from(program)]]),
    ]),
    block(INTERFACE_DESCRIPTION, [
      u16(ETHERNET),
      u16(0),
      // No packet is cut.
      u32(0),
      ...options([
        [INTERFACE_NAME, Buffer.from(name)],
        [TIME_RESOLUTION, Buffer.of(NANOSECONDS)],
      ]),
    ]),
    ...(keyLog === '' ? [] : [secrets(Buffer.from(keyLog))]),
    ...packets.map(packetBlock),
  ]);
}

const secrets = (keyLog: Buffer): Buffer =>
  block(DECRYPTION_SECRETS, [u32(TLS_KEY_LOG), u32(keyLog.length), padded(keyLog)]);

function packetBlock({ atNs, bytes, direction, comment }: CapturedPacket): Buffer {
  const length = u32(bytes.length);
  return block(ENHANCED_PACKET, [
    // Interface 0.
    u32(0),
    u32(Number(atNs >> 32n)),
    u32(Number(atNs & 0xffff_ffffn)),
    length,
    length,
    padded(bytes),
    ...options([
      [COMMENT, Buffer.from(comment)],
      [PACKET_FLAGS, u32(DIRECTIONS[direction])],
    ]),
  ]);
}

/** Block: its type, its length before and after what it has. §3.1 */
function block(type: number, parts: readonly Uint8Array[]): Buffer {
  const bytes = parts.reduce((sum, { length }) => sum + length, 12);
  return Buffer.concat([u32(type), u32(bytes), ...parts, u32(bytes)]);
}

/** Options, each with its code and length and padded to 32 bits, and their end. §3.5 */
function options(list: readonly (readonly [code: number, value: Uint8Array])[]): Buffer[] {
  return [...list.flatMap(([code, value]) => [u16(code), u16(value.length), padded(value)]), u16(0), u16(0)];
}

const padded = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
