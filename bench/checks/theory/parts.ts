import { KEEP_ALIVE_SECONDS } from '../../limits.ts';

// Sizes, in bytes, of the framing that protocols add to a message. Each names the clause it follows.

/** Size of a WebSocket frame: a header of 2, 4 or 10 bytes by its payload's length, and a client's mask of 4. RFC 6455 §5.2 */
export function webSocketFrame(payload: number, from: 'client' | 'server'): number {
  const length = payload <= 125 ? 0 : payload <= 65_535 ? 2 : 8;
  return 2 + length + (from === 'client' ? 4 : 0) + payload;
}

/**
 * Size of an MQTT PUBLISH: type, remaining length in groups of seven bits, topic with its length, and above QoS 0 a packet identifier
 * of two bytes. MQTT 3.1.1 §2.2.3, §3.3
 */
export function mqttPublish(payload: number, topic: number, identifier: 0 | 2 = 0): number {
  const remaining = 2 + topic + identifier + payload;
  const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
  return 1 + lengthBytes + remaining;
}

/** Size of a PUBACK, PUBREC, PUBREL or PUBCOMP: type, length, packet identifier. MQTT 3.1.1 §3.4 to §3.7 */
export const MQTT_ACKNOWLEDGEMENT = 4;

/** Size of one chunk of a chunked body: its length in hexadecimal, two line ends, and its bytes. RFC 9112 §7.1 */
export function chunk(bytes: number): number {
  return bytes.toString(16).length + 4 + bytes;
}

/** Size of a head: the start line and the fields, each ended by CR LF, and an empty line. RFC 9112 §2.1 */
export function head(startLine: string, fields: Fields): number {
  const lines = [startLine, ...fields.map(([name, value]) => `${name}: ${value}`), ''];
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 2, 0);
}

/** Identifier with the length of any session's or operation's. RFC 9562 §4 */
export const UUID = '00000000-0000-0000-0000-000000000000';

/** Date with the length of any in HTTP. RFC 9110 §5.6.7 */
const DATE = 'Mon, 01 Jan 2024 00:00:00 GMT';

type Fields = readonly (readonly [name: string, value: string | number])[];

/** Size of a request's head as undici writes it. `body` is the length of the body; undefined without one. */
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

/** Size of a response's head as Node's server writes it: its own fields follow the application's. */
export function response(status: string, fields: Fields): number {
  const own = [
    ['Date', DATE],
    ['Connection', 'keep-alive'],
    ['Keep-Alive', `timeout=${KEEP_ALIVE_SECONDS}`],
  ] as const;
  return head(`HTTP/1.1 ${status}`, [...fields, ...own]);
}

/** Length of bytes in base64: four characters for each group of up to three. RFC 4648 §4 */
export function base64(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** Size of a string or bytes in MessagePack: one byte more for a short string, otherwise one byte and those of the length. */
export function messagePack(bytes: number, encoding: 'text' | 'binary'): number {
  const head = encoding === 'text' && bytes < 32 ? 1 : bytes < 0x100 ? 2 : bytes < 0x1_0000 ? 3 : 5;
  return head + bytes;
}

/** Framing of a DTLS 1.2 record with AES-GCM: header 13 (RFC 6347 §4.1), explicit nonce 8 and tag 16 (RFC 5288 §3). */
const DTLS_RECORD = 13 + 8 + 16;
/** Sizes of SCTP's header and chunk headers: RFC 9260 §3.1, §3.3.1, and §3.3.4 without gaps or duplicates. */
const [SCTP_HEADER, DATA_CHUNK, SACK_CHUNK] = [12, 16, 16];
/**
 * Max bytes of chunks in a packet of libdatachannel: the minimum MTU of IPv6 (RFC 8200 §5) less IPv6, UDP, 48 reserved for DTLS, and
 * SCTP's header. libdatachannel does not discover the path's MTU, so this is a safe value (RFC 8261 §5).
 */
const CHUNKS_BYTES = 1_280 - 40 - 8 - 48 - SCTP_HEADER;

/** Size of a datagram with nothing but an acknowledgement. */
export const SACK_DATAGRAM = DTLS_RECORD + SCTP_HEADER + SACK_CHUNK;

/**
 * Sizes of the datagrams of a data channel's message: fragments that fill a packet, then the rest, padded to four bytes (RFC 9260
 * §3.2). The first also carries the acknowledgement of earlier data, if there is room.
 */
export function dataChannelMessage(payload: number): number[] {
  const max = CHUNKS_BYTES - DATA_CHUNK;
  const fragments = Array.from({ length: Math.ceil(payload / max) }, (_, at) => Math.min(max, payload - at * max));
  return fragments.map((bytes, at) => {
    const chunk = DATA_CHUNK + Math.ceil(bytes / 4) * 4;
    const sack = at === 0 && chunk + SACK_CHUNK <= CHUNKS_BYTES ? SACK_CHUNK : 0;
    return DTLS_RECORD + SCTP_HEADER + sack + chunk;
  });
}

/** Size of a gRPC length-prefixed message with one protobuf field: its tag, length and bytes. protobuf “Encoding”; gRPC over HTTP2 */
export function grpcMessage(bytes: number): number {
  const lengthBytes = Math.max(1, Math.ceil(Math.log2(bytes + 1) / 7));
  return 5 + 1 + lengthBytes + bytes;
}

/** Default max payload of a frame. RFC 9113 §6.5.2 */
const HTTP2_FRAME_BYTES = 16_384;
/** Default window of a stream and of a connection. RFC 9113 §6.5.2, §6.9.2 */
export const HTTP2_WINDOW_BYTES = 65_535;
const HTTP2_HEAD_BYTES = 9;

/** Payloads of the DATA frames of a body, and the bytes of all frames with their heads. RFC 9113 §4.1, §6.1 */
export function http2Data(bytes: number): { payloads: readonly number[]; bytes: number } {
  const payloads = [];
  for (let left = bytes; left > 0; left -= HTTP2_FRAME_BYTES) payloads.push(Math.min(left, HTTP2_FRAME_BYTES));
  return { payloads, bytes: bytes + payloads.length * HTTP2_HEAD_BYTES };
}

/** Size of a HEADERS frame, by the bytes of its fields. RFC 9113 §6.2 */
export function http2Head(fields: number): number {
  return HTTP2_HEAD_BYTES + fields;
}

/** Flow-control window: the bytes that the sender may still send, and those that the receiver has used and not yet returned. */
function http2Window(windowBytes: number) {
  let taken = 0;
  const window = {
    leftBytes: windowBytes,
    /**
     * Counts a received payload and returns the bytes that the receiver sends for it: a WINDOW_UPDATE (RFC 9113 §6.9) whenever half
     * the window has been used since the last one (nghttp2_should_send_window_update).
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

/** Returns a counter of the bytes of WINDOW_UPDATEs for payloads received in one window. A stream and its connection have one each. */
export function http2Receiver(windowBytes: number): (payloads: readonly number[]) => number {
  const window = http2Window(windowBytes);
  return (payloads) => payloads.reduce((bytes, payload) => bytes + window.take(payload), 0);
}

/**
 * Returns the cost, in bytes, of one request's body after another on one connection, each on its own stream. As much as the windows
 * allow is sent at once, and the rest when the receiver has used that (RFC 9113 §5.2.1). `told` is the bytes of its WINDOW_UPDATEs.
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

/** Size of an integer in QUIC: 1, 2, 4 or 8 bytes. RFC 9000 §16 */
export function quicNumber(value: number): number {
  return value < 2 ** 6 ? 1 : value < 2 ** 14 ? 2 : value < 2 ** 30 ? 4 : 8;
}

/** Largest UDP payload of quinn on a path with Ethernet's MTU of 1500 bytes, which is the default end of its MTU discovery. */
const QUIC_MAX_BYTES = 1_452;
/**
 * Framing of a packet with a short header: its first byte, quinn's connection ID of 8, a packet number of 1 while acknowledgements
 * keep up, and the tag of 16. RFC 9000 §17.3.1, RFC 9001 §5.3
 */
const QUIC_PACKET = 1 + 8 + 1 + 16;

/** Sizes of the UDP payloads of `bytes` bytes of a stream after its first `before` bytes; the stream's ID takes one byte. RFC 9000 §19.8 */
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

/** Size of the UDP payload of a QUIC datagram of `bytes` bytes, with its length. RFC 9221 §4 */
export function quicDatagram(bytes: number): number {
  return QUIC_PACKET + 1 + quicNumber(bytes) + bytes;
}

/**
 * Size of a UDP payload with only an acknowledgement: type, largest packet (2 bytes from the 64th on), delay, no gaps, first range, and
 * the three ECN counts, of which the first has 2 bytes. RFC 9000 §19.3
 */
export const QUIC_ACKNOWLEDGEMENT = QUIC_PACKET + 1 + 2 + 1 + 1 + 1 + 4;
