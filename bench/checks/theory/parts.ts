import { KEEP_ALIVE_SECONDS } from '../../limits.ts';
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
    ['Keep-Alive', `timeout=${KEEP_ALIVE_SECONDS}`],
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

/** A DTLS 1.2 record with AES-GCM: header 13 (RFC 6347 §4.1), explicit nonce 8 and tag 16 (RFC 5288 §3). */
const DTLS_RECORD = 13 + 8 + 16;
/** RFC 9260 §3.1, §3.3.1, and §3.3.4 with neither gaps nor duplicates to tell of. */
const [SCTP_HEADER, DATA_CHUNK, SACK_CHUNK] = [12, 16, 16];
/**
 * Bytes of a packet that libdatachannel lets chunks fill: the smallest MTU that IPv6 promises (RFC 8200 §5) less IPv6, UDP, 48 kept
 * for DTLS and SCTP's header. There is no discovery of the path's MTU, so it is a safe value (RFC 8261 §5).
 */
const CHUNKS_BYTES = 1_280 - 40 - 8 - 48 - SCTP_HEADER;

/** A datagram that only acknowledges. */
export const SACK_DATAGRAM = DTLS_RECORD + SCTP_HEADER + SACK_CHUNK;

/**
 * The datagrams of a data channel's message, in bytes: fragments that fill a packet, and the rest, padded to four bytes (RFC
 * 9260 §3.2). The acknowledgement of what came before goes with the first of them where there is room.
 */
export function dataChannelMessage(payload: number): number[] {
  const most = CHUNKS_BYTES - DATA_CHUNK;
  const fragments = Array.from({ length: Math.ceil(payload / most) }, (_, at) => Math.min(most, payload - at * most));
  return fragments.map((bytes, at) => {
    const chunk = DATA_CHUNK + Math.ceil(bytes / 4) * 4;
    const sack = at === 0 && chunk + SACK_CHUNK <= CHUNKS_BYTES ? SACK_CHUNK : 0;
    return DTLS_RECORD + SCTP_HEADER + sack + chunk;
  });
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

/** A window as both of its sides know it: what the sender may still send, and what the receiver has taken and not yet told. */
function http2Window(windowBytes: number) {
  let taken = 0;
  const window = {
    leftBytes: windowBytes,
    /**
     * Bytes that the receiver says of a payload: a WINDOW_UPDATE (RFC 9113 §6.9) whenever half the window has been taken since
     * the one before (nghttp2_should_send_window_update).
     */
    take(payload: number): number {
      taken += payload;
      if (taken < Math.floor(windowBytes / 2)) return 0;
      window.leftBytes += taken;
      taken = 0;
      return HTTP2_HEAD_BYTES + 4;
    },
  };
  return window;
}

/** Bytes that a receiver says of payloads that no window kept from being sent. A stream and its connection have a window each. */
export function http2Receiver(windowBytes: number): (payloads: readonly number[]) => number {
  const window = http2Window(windowBytes);
  return (payloads) => payloads.reduce((bytes, payload) => bytes + window.take(payload), 0);
}

/**
 * Bodies of requests, one after another on one connection, each on a stream of its own: what windows and frames leave is sent at
 * once, what is left over when the receiver has taken that (RFC 9113 §5.2.1). In bytes, `told` is what the receiver says of it.
 */
export function http2Bodies(windowBytes: number): (bytes: number) => { bytes: number; told: number } {
  const connection = http2Window(windowBytes);
  return (bytes) => {
    const stream = http2Window(windowBytes);
    const both = [connection, stream];
    const cost = { bytes, told: 0 };
    for (let left = bytes; left > 0; ) {
      const payloads: number[] = [];
      for (;;) {
        const payload = Math.min(left, HTTP2_FRAME_BYTES, connection.leftBytes, stream.leftBytes);
        if (payload === 0) break;
        payloads.push(payload);
        left -= payload;
        for (const window of both) window.leftBytes -= payload;
      }
      cost.bytes += payloads.length * HTTP2_HEAD_BYTES;
      for (const payload of payloads) for (const window of both) cost.told += window.take(payload);
    }
    return cost;
  };
}

/** A whole number in QUIC: 1, 2, 4 or 8 bytes. RFC 9000 §16 */
export function quicNumber(value: number): number {
  return value < 2 ** 6 ? 1 : value < 2 ** 14 ? 2 : value < 2 ** 30 ? 4 : 8;
}

/** Largest UDP payload that quinn comes to on a path of Ethernet's 1500 bytes: where its search for it ends by default. */
const QUIC_MAX_BYTES = 1_452;
/**
 * Around the frames of a packet with a short header: its first byte, quinn's connection ID of 8, a packet number of 1 as long as
 * acknowledgements keep up, and the tag of 16. RFC 9000 §17.3.1, RFC 9001 §5.3
 */
const QUIC_PACKET = 1 + 8 + 1 + 16;

/** UDP payloads of so many bytes of a stream of one byte's number, of which so many went before. RFC 9000 §19.8 */
export function quicStream(bytes: number, before: number): number[] {
  const packets: number[] = [];
  for (let at = before; at < before + bytes; ) {
    const left = before + bytes - at;
    const header = 1 + 1 + (at === 0 ? 0 : quicNumber(at));
    const carried = Math.min(left, QUIC_MAX_BYTES - QUIC_PACKET - header - 2);
    packets.push(QUIC_PACKET + header + quicNumber(carried) + carried);
    at += carried;
  }
  return packets;
}

/** UDP payload of a datagram of so many bytes, with its length. RFC 9221 §4 */
export function quicDatagram(bytes: number): number {
  return QUIC_PACKET + 1 + quicNumber(bytes) + bytes;
}

/**
 * An acknowledgement alone: type, largest packet (2 bytes from the 64th on), delay, no gaps, first range, and the three counts of
 * ECN, of which the first has 2 bytes. RFC 9000 §19.3
 */
export const QUIC_ACKNOWLEDGEMENT = QUIC_PACKET + 1 + 2 + 1 + 1 + 1 + 4;
