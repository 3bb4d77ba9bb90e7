/** First bytes of a connection. RFC 9113 §3.4 */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** Frame types and flags. RFC 9113 §6 */
export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const END_STREAM = 1;
export const END_HEADERS = 4;

const HEAD_BYTES = 9;

/** @param stream 0 for frames of the whole connection */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array(0)): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes.writeUInt8(type, 3);
  bytes.writeUInt8(flags, 4);
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, HEAD_BYTES);
  return bytes;
}

/** Encodes a header block of literals without indexing (RFC 7541 §6.2.2). */
export function headerBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]));
}

/** Encodes one field with indexing (§6.2.1), then `times` references to it (§6.1) of one byte each. */
export function bombBlock(name: string, value: string, times: number): Buffer {
  const first = Buffer.concat([Buffer.of(0x40), literal(name), literal(value)]);
  return Buffer.concat([first, Buffer.alloc(times, 0x80 | 62)]);
}

/** Encodes a string literal: its length as a 7-bit-prefix integer (§5.1), then its bytes. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  if (bytes.length < 127) length.push(bytes.length);
  else {
    length.push(127);
    let rest = bytes.length - 127;
    for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

const CODES: Readonly<Record<number, string>> = {
  0: 'NO_ERROR',
  1: 'PROTOCOL_ERROR',
  2: 'INTERNAL_ERROR',
  3: 'FLOW_CONTROL_ERROR',
  4: 'SETTINGS_TIMEOUT',
  6: 'FRAME_SIZE_ERROR',
  7: 'REFUSED_STREAM',
  8: 'CANCEL',
  9: 'COMPRESSION_ERROR',
  11: 'ENHANCE_YOUR_CALM',
};

export const nameOf = (code: number): string => CODES[code] ?? String(code);

/** Names (RFC 9113 §7) of the error codes in the last GOAWAY and the last RST_STREAM of a server. */
export function endsIn(bytes: Buffer): string {
  const said = new Map<string, string>();
  for (let at = 0; at + HEAD_BYTES <= bytes.length; at += HEAD_BYTES + bytes.readUIntBE(at, 3)) {
    const length = bytes.readUIntBE(at, 3);
    const type = bytes.readUInt8(at + 3);
    const from = at + HEAD_BYTES + (type === GOAWAY ? 4 : 0);
    if ((type !== GOAWAY && type !== RST_STREAM) || from + 4 > bytes.length || length < 4) continue;
    said.set(type === GOAWAY ? 'GOAWAY' : 'RST_STREAM', nameOf(bytes.readUInt32BE(from)));
  }
  return Array.from(said, ([frameName, code]) => `${frameName} ${code}`).join(', ');
}
