/** Sizes, in bytes, of what the protocols put around a message. Pure; each names the clause it follows. */

/** A WebSocket frame: 2, 4 or 10 bytes of header by its payload's length, and a client's mask of 4. RFC 6455 §5.2 */
export function webSocketFrame(payload: number, from: 'client' | 'server'): number {
  const length = payload <= 125 ? 0 : payload <= 65_535 ? 2 : 8;
  return 2 + length + (from === 'client' ? 4 : 0) + payload;
}

/**
 * An MQTT PUBLISH: type, remaining length in groups of seven bits, topic with its length, and above QoS 0 a packet identifier of
 * two bytes. MQTT 3.1.1 §2.2.3, §3.3
 */
export function mqttPublish(payload: number, topic: number, identifier: 0 | 2 = 0): number {
  const remaining = 2 + topic + identifier + payload;
  const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
  return 1 + lengthBytes + remaining;
}

/** PUBACK, PUBREC, PUBREL and PUBCOMP: type, length, packet identifier. MQTT 3.1.1 §3.4 to §3.7 */
export const MQTT_ACKNOWLEDGEMENT = 4;

/** One chunk of a body without a length known beforehand: its size in hexadecimal, and two line ends. RFC 9112 §7.1 */
export function chunk(bytes: number): number {
  return bytes.toString(16).length + 4 + bytes;
}

/** The start line and the fields, each ended by CR LF, and an empty line. RFC 9112 §2.1 */
export function head(startLine: string, fields: Fields): number {
  const lines = [startLine, ...fields.map(([name, value]) => `${name}: ${value}`), ''];
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 2, 0);
}

/** Any session's or operation's identifier: it is the length that counts. RFC 9562 §4 */
export const UUID = '00000000-0000-0000-0000-000000000000';

/** Any moment as HTTP writes it. RFC 9110 §5.6.7 */
const DATE = 'Mon, 01 Jan 2024 00:00:00 GMT';

type Fields = readonly (readonly [name: string, value: string | number])[];

/** A request as undici writes it, without its body. */
export function request(
  method: 'GET' | 'POST',
  path: string,
  authority: string,
  body?: number,
  fields: Fields = [],
): number {
  const length = body === undefined ? [] : ([['content-length', body]] as const);
  return head(`${method} ${path} HTTP/1.1`, [['host', authority], ['connection', 'keep-alive'], ...fields, ...length]);
}

/** A response as Node's server writes it, without its body: its own fields come after the application's. */
export function response(status: string, fields: Fields): number {
  const own = [
    ['Date', DATE],
    ['Connection', 'keep-alive'],
    ['Keep-Alive', 'timeout=65'],
  ] as const;
  return head(`HTTP/1.1 ${status}`, [...fields, ...own]);
}

/** Bytes as text, four characters for each three begun. RFC 4648 §4 */
export function base64(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** A string or bytes in MessagePack: short strings in a byte of their own, others by the bytes their length takes. */
export function messagePack(bytes: number, encoding: 'text' | 'binary'): number {
  const head = encoding === 'text' && bytes < 32 ? 1 : bytes < 0x100 ? 2 : bytes < 0x1_0000 ? 3 : 5;
  return head + bytes;
}
