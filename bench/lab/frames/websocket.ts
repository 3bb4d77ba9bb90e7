/** WebSocket frame as it stands in the stream (RFC 6455 §5.2). */
export interface WebSocketFrame {
  readonly opcode: number;
  /** True if an extension has changed the payload: compression (RFC 7692 §6). */
  readonly compressed: boolean;
  /** Payload without its mask. */
  readonly payload: Uint8Array;
  /** Length in the stream, with the header. */
  readonly bytes: number;
}

/** Longest frame that is read; what is longer is no frame of the lab's. */
const MAX_FRAME_BYTES = 1 << 25;
const MASK_BYTES = 4;

/** Names of opcodes. */
export const OPCODES: Readonly<Record<number, string>> = {
  0: 'continuation',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
};

/** Cuts a stream into WebSocket frames. Pure. */
export class WebSocketReader {
  #waiting: Buffer = Buffer.alloc(0);
  /** True once the stream has turned out to be none of frames. */
  broken = false;

  /** Beginning of a frame that is not complete yet. */
  get waitingBytes(): Buffer {
    return this.#waiting;
  }

  read(bytes: Uint8Array): WebSocketFrame[] {
    if (this.broken) return [];
    this.#waiting = this.#waiting.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#waiting, bytes]);
    const frames: WebSocketFrame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): WebSocketFrame | undefined {
    const bytes = this.#waiting;
    if (bytes.length < 2) return undefined;
    const [first = 0, second = 0] = bytes;
    const short = second & 0x7f;
    const masked = (second & 0x80) !== 0;
    const lengthAt = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    const head = lengthAt + (masked ? MASK_BYTES : 0);
    if (bytes.length < head) return undefined;
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    if (length > MAX_FRAME_BYTES || !((first & 0x0f) in OPCODES)) {
      this.broken = true;
      this.#waiting = Buffer.alloc(0);
      return undefined;
    }
    const end = head + length;
    if (bytes.length < end) return undefined;
    const payload = Buffer.from(bytes.subarray(head, end));
    if (masked) for (let at = 0; at < length; at++) payload[at]! ^= bytes[lengthAt + (at % MASK_BYTES)]!;
    this.#waiting = bytes.subarray(end);
    return { opcode: first & 0x0f, compressed: (first & 0x40) !== 0, payload, bytes: end };
  }
}

/** Writes a server's text frame. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length < 126) return Buffer.concat([Buffer.of(0x81, payload.length), payload]);
  if (payload.length < 1 << 16) {
    return Buffer.concat([Buffer.of(0x81, 126, payload.length >> 8, payload.length & 0xff), payload]);
  }
  const head = Buffer.alloc(10);
  head.writeUInt16BE(0x817f);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}
