/** Sizes, in bytes, of what the protocols put around a message. Pure; each names the clause it follows. */

/** A WebSocket frame: 2, 4 or 10 bytes of header by its payload's length, and a client's mask of 4. RFC 6455 §5.2 */
export function webSocketFrame(payload: number, from: 'client' | 'server'): number {
  const length = payload <= 125 ? 0 : payload <= 65_535 ? 2 : 8;
  return 2 + length + (from === 'client' ? 4 : 0) + payload;
}

/** An MQTT PUBLISH of QoS 0: type, remaining length in groups of seven bits, topic with its length. MQTT 3.1.1 §2.2.3, §3.3 */
export function mqttPublish(payload: number, topic: number): number {
  const remaining = 2 + topic + payload;
  const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
  return 1 + lengthBytes + remaining;
}

/** One chunk of a body without a length known beforehand: its size in hexadecimal, and two line ends. RFC 9112 §7.1 */
export function chunk(bytes: number): number {
  return bytes.toString(16).length + 4 + bytes;
}

/** The start line and the fields, each ended by CR LF, and an empty line. RFC 9112 §2.1 */
export function head(startLine: string, fields: readonly (readonly [name: string, value: string | number])[]): number {
  const lines = [startLine, ...fields.map(([name, value]) => `${name}: ${value}`), ''];
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 2, 0);
}

/** Any session's or operation's identifier: it is the length that counts. RFC 9562 §4 */
export const UUID = '00000000-0000-0000-0000-000000000000';

/** Any moment as HTTP writes it. RFC 9110 §5.6.7 */
const DATE = 'Mon, 01 Jan 2024 00:00:00 GMT';

/** A request as undici writes it, without its body. */
export function request(method: 'GET' | 'POST', path: string, authority: string, body?: number): number {
  const length = body === undefined ? [] : ([['content-length', body]] as const);
  return head(`${method} ${path} HTTP/1.1`, [['host', authority], ['connection', 'keep-alive'], ...length]);
}

/** A response as Node's server writes it, without its body: its own fields come after the application's. */
export function response(status: string, fields: readonly (readonly [string, string | number])[]): number {
  const own = [
    ['Date', DATE],
    ['Connection', 'keep-alive'],
    ['Keep-Alive', 'timeout=65'],
  ] as const;
  return head(`HTTP/1.1 ${status}`, [...fields, ...own]);
}

/** A field of protobuf with its tag and length, in gRPC's length-prefixed message. protobuf “Encoding”; gRPC over HTTP2 */
export function grpcMessage(bytes: number): number {
  const lengthBytes = Math.max(1, Math.ceil(Math.log2(bytes + 1) / 7));
  return 5 + 1 + lengthBytes + bytes;
}

/** Largest payload of a frame, and window of a stream and of a connection, unless they are told otherwise. RFC 9113 §6.5.2 */
const HTTP2_FRAME_BYTES = 16_384;
export const HTTP2_WINDOW_BYTES = 65_535;
const HTTP2_HEAD_BYTES = 9;

/** DATA frames: so many payloads, and the bytes of all with their heads. RFC 9113 §4.1, §6.1 */
export function http2Data(bytes: number): { payloads: readonly number[]; bytes: number } {
  const payloads = [];
  for (let left = bytes; left > 0; left -= HTTP2_FRAME_BYTES) payloads.push(Math.min(left, HTTP2_FRAME_BYTES));
  return { payloads, bytes: bytes + payloads.length * HTTP2_HEAD_BYTES };
}

/** A HEADERS frame around so many bytes of fields. RFC 9113 §6.2 */
export function http2Head(fields: number): number {
  return HTTP2_HEAD_BYTES + fields;
}

/**
 * What a receiver says of what it has taken: a WINDOW_UPDATE (RFC 9113 §6.9) whenever half the window has been taken since the
 * one before (nghttp2_should_send_window_update). A stream and its connection have a window each.
 */
export function http2Receiver(windowBytes: number): (payloads: readonly number[]) => number {
  let taken = 0;
  return (payloads) => {
    let bytes = 0;
    for (const payload of payloads) {
      taken += payload;
      if (taken < Math.floor(windowBytes / 2)) continue;
      taken = 0;
      bytes += HTTP2_HEAD_BYTES + 4;
    }
    return bytes;
  };
}
