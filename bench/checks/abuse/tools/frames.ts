export const TEXT = 1;
export const BINARY = 2;
export const PING = 9;
const CLOSE = 8;
const CONTINUATION = 0;

export interface FrameSettings {
  readonly opcode: number;
  readonly final?: boolean;
  /** True if the payload is compressed (RFC 7692 §6). */
  readonly rsv1?: boolean;
  /** Length that the header declares; the payload's own if left out. */
  readonly declares?: number;
}

/** Builds a client's frame (RFC 6455 §5.2), masked with zeros, which leave the payload as it is. */
export function frame(payload: string | Uint8Array, settings: FrameSettings): Buffer {
  const { opcode, final = true, rsv1 = false } = settings;
  const bytes = Buffer.from(payload);
  const length = settings.declares ?? bytes.length;
  const first = (final ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
  const mask = Buffer.alloc(4);
  if (length < 126) return Buffer.concat([Buffer.of(first, 0x80 | length), mask, bytes]);
  const extended = Buffer.alloc(length < 65_536 ? 2 : 8);
  if (extended.length === 2) extended.writeUInt16BE(length);
  else extended.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([Buffer.of(first, 0x80 | (extended.length === 2 ? 126 : 127)), extended, mask, bytes]);
}

/** Builds `count` fragments of a message that never ends. */
export function pieces(payload: string, count: number): Buffer {
  const first = frame(payload, { opcode: TEXT, final: false });
  const rest = frame(payload, { opcode: CONTINUATION, final: false });
  return Buffer.concat([first, ...Array.from({ length: count - 1 }, () => rest)]);
}

/** Reads the frames after the server's response to the handshake: the texts, and the code and reason of the close frame. */
export function framesOf(bytes: Buffer): { texts: string[]; closed: string | undefined } {
  const texts: string[] = [];
  const head = bytes.indexOf('\r\n\r\n');
  let at = bytes.subarray(0, 12).toString('latin1') === 'HTTP/1.1 101' && head > 0 ? head + 4 : bytes.length;
  while (at + 2 <= bytes.length) {
    const opcode = bytes[at]! & 0x0f;
    let length = bytes[at + 1]! & 0x7f;
    at += 2;
    if (length === 126) {
      if (at + 2 > bytes.length) break;
      length = bytes.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      if (at + 8 > bytes.length) break;
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    const payload = bytes.subarray(at, at + length);
    if (payload.length < length) break;
    if (opcode === CLOSE) {
      const code = length >= 2 ? payload.readUInt16BE(0) : 1005;
      return { texts, closed: `${code} ${payload.subarray(2).toString()}`.trim() };
    }
    if (opcode === TEXT) texts.push(payload.toString());
    at += length;
  }
  return { texts, closed: undefined };
}
