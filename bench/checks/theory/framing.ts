import { gzipSync } from 'node:zlib';
import { deflater, FLUSHED_END_BYTES } from './compression.ts';
import {
  base64,
  chunk,
  dataChannelMessage,
  grpcMessage,
  HTTP2_WINDOW_BYTES,
  http2Bodies,
  http2Data,
  http2Head,
  http2Receiver,
  MQTT_ACKNOWLEDGEMENT,
  messagePack,
  mqttPublish,
  QUIC_ACKNOWLEDGEMENT,
  quicDatagram,
  quicStream,
  request,
  response,
  SACK_DATAGRAM,
  UUID,
  webSocketFrame,
} from './parts.ts';

/** One message sent and echoed, with nothing else under way in its session. */
export interface Exchange {
  /** Bytes of the message: text that neither JSON nor a URL escapes, or bytes. */
  readonly size: number;
  readonly encoding: 'text' | 'binary';
  /** What is sent: compression depends on it. */
  readonly message: string | Uint8Array;
  /** Which of the session's messages it is, from 1: a cursor grows with it. */
  readonly index: number;
  /** What the client dialled: its authority stands in every HTTP request. */
  readonly url: string;
}

/**
 * Bytes at the sockets, each way, of one exchange; one number for each thing that is sent by itself: a write of a stream, or a
 * datagram.
 */
export interface Cost {
  readonly up: readonly number[];
  readonly down: readonly number[];
}

/** Of messages that travel in datagrams. */
export interface Datagrams {
  /** Bytes of an acknowledgement that travels alone. How many do is counted, as of TCP; those in `Cost` go with a message. */
  readonly acknowledgementBytes: number;
}

export interface Framing {
  /** The clauses the formula stands on. */
  readonly source: string;
  readonly datagrams?: Datagrams;
  readonly exchange: (exchange: Exchange) => Cost;
  readonly adjust?: Adjust;
}

/**
 * Adds what depends on time or on a session's name, taken from the bytes that were counted: only as much as it can be, so that
 * bytes which it does not explain remain a difference.
 */
export type Adjust = (sum: Sum, counted: Counted) => Sum;

/** So many exchanges of each session, from the first on. */
export interface Counted {
  readonly up: number;
  readonly down: number;
  readonly url: string;
  readonly first: number;
  readonly count: number;
  readonly sessions: number;
}

/** What a session of the transport costs, exchange by exchange: where what one costs depends on those before it. */
export interface SessionFraming {
  readonly source: string;
  readonly datagrams?: Datagrams;
  /** Begins a session; its exchanges follow in order, from the first. */
  readonly session: () => (exchange: Exchange) => Cost | Promise<Cost>;
  readonly adjust?: Adjust;
}

/** A POST up, which says so where it brings bytes, and its empty answer. */
function posted({ size, encoding, url }: Exchange): { up: number; down: number } {
  const fields = encoding === 'binary' ? [['content-type', 'application/octet-stream'] as const] : [];
  return {
    up: request('POST', `/messages/${UUID}`, authorityOf(url), size, fields) + size,
    down: response('204 No Content', []),
  };
}

function sseExchange(exchange: Exchange, event: number): Cost {
  const { up, down } = posted(exchange);
  return { up: [up], down: [chunk(event), down] };
}

/** The JSON around one message, without what it takes itself but with its quotes. */
const pollBody = (index: number): number => JSON.stringify({ cursor: index, messages: [''] }).length;

function pollExchange(
  exchange: Exchange,
  body: number,
  fields: Readonly<Record<'up' | 'down', readonly (readonly [string, string])[]>> = { up: [], down: [] },
): Cost {
  const { up, down } = posted(exchange);
  const path = `/messages/${UUID}?cursor=${exchange.index}`;
  const answer = response('200 OK', [...fields.down, ['content-type', 'application/json'], ['content-length', body]]);
  return {
    up: [up, request('GET', path, authorityOf(exchange.url), undefined, fields.up)],
    down: [answer + body, down],
  };
}

const GRAPHQL_SOURCE =
  'graphql-transport-ws: subscribe; next and complete of the mutation, next of the subscription; RFC 6455 §5.2';

function graphqlExchange(text: number, query: string, mutation: string, field: string): Cost {
  const payload = { query, variables: { m: '' } };
  const subscribe = JSON.stringify({ id: UUID, type: 'subscribe', payload }).length + text;
  const next = JSON.stringify({ id: UUID, type: 'next', payload: { data: { [field]: '' } } }).length + text;
  const answer = JSON.stringify({ id: UUID, type: 'next', payload: { data: { [mutation]: true } } }).length;
  const complete = JSON.stringify({ id: UUID, type: 'complete' }).length;
  return {
    up: [webSocketFrame(subscribe, 'client')],
    down: [next, answer, complete].map((bytes) => webSocketFrame(bytes, 'server')),
  };
}

/** Lengths of the topics. */
const MQTT_UP = 'up/'.length + 8;
const MQTT_DOWN = 'down/'.length + 8;

/** The packets of one event, text or with bytes beside it. */
function socketioPackets({ size, encoding }: Pick<Exchange, 'size' | 'encoding'>): number[] {
  if (encoding === 'text') return ['42["m",""]'.length + size];
  return ['451-["m",{"_placeholder":true,"num":0}]'.length, size];
}

const socketioOverWebSocket: Framing = {
  source: 'Engine.IO v4 (message `4`), Socket.IO v5 (event `2`, JSON array; `5` with bytes) in RFC 6455 §5.2',
  exchange: (exchange) => ({
    up: socketioPackets(exchange).map((bytes) => webSocketFrame(bytes, 'client')),
    down: socketioPackets(exchange).map((bytes) => webSocketFrame(bytes, 'server')),
  }),
};

/** Neither order nor what is done about loss changes a chunk's length (RFC 9260 §3.3.1, RFC 3758 §3.2). */
const dataChannel: Framing = {
  source:
    'RFC 9260 §3.1 (SCTP header), §3.3.1 (DATA), §3.3.4 (SACK, with a message where it fits); RFC 6347 §4.1 and RFC 5288 §3 (DTLS 1.2, AES-GCM); fragments as RFC 8261 §5',
  datagrams: { acknowledgementBytes: SACK_DATAGRAM },
  exchange: ({ size }) => ({ up: dataChannelMessage(size), down: dataChannelMessage(size) }),
};

/** By the name that `--transports` takes, variants too. A transport of the registry without a formula fails a test. */
export const framings: Readonly<Record<string, Framing | SessionFraming>> = {
  tcp: {
    source: 'four bytes of length (bench/codec/frame.ts)',
    exchange: ({ size }) => ({ up: [4 + size], down: [4 + size] }),
  },
  ws: {
    source: 'RFC 6455 §5.2',
    exchange: ({ size }) => ({ up: [webSocketFrame(size, 'client')], down: [webSocketFrame(size, 'server')] }),
  },
  'ws:deflate': {
    source: 'RFC 7692 §7.2.1, the window kept from message to message; RFC 6455 §5.2',
    session: () => deflatedFrames({ fresh: false, thresholdBytes: 0 }),
  },
  'ws:deflate-fresh': {
    source: 'RFC 7692 §7.1.1, §7.2.1, the server from 64 bytes on; RFC 6455 §5.2',
    session: () => deflatedFrames({ fresh: true, thresholdBytes: 64 }),
  },
  'ws:batch': {
    source: 'a length before the message (bench/codec/batch.ts); RFC 6455 §5.2',
    exchange({ size, encoding }) {
      const batch = (encoding === 'text' ? `${size}:`.length : 4) + size;
      return { up: [webSocketFrame(batch, 'client')], down: [webSocketFrame(batch, 'server')] };
    },
  },
  socketio: socketioOverWebSocket,
  'socketio:upgrade': socketioOverWebSocket,
  'socketio:msgpack': {
    source:
      'MessagePack (type, data, nsp; up also options) in one binary frame, without Engine.IO’s type; RFC 6455 §5.2',
    exchange({ size, encoding }) {
      // A byte before each name, each short string, map and array; true and the type are one byte.
      const down = ['_', '_type2', '_data__m', '_nsp_/'].join('').length + messagePack(size, encoding);
      // The client's own options go along.
      const up = down + '_options__compress1'.length;
      return { up: [webSocketFrame(up, 'client')], down: [webSocketFrame(down, 'server')] };
    },
  },
  'socketio:polling': {
    source: 'Engine.IO v4 (payloads), Socket.IO v5, in RFC 9112 §2.1, with the fields of undici, Node and Engine.IO',
    exchange({ size, encoding, url }) {
      const [event, ...attachment] = socketioPackets({ size, encoding });
      // Bytes travel as `b` and base64. Each packet is on its way before the next is there.
      const payloads = [event!, ...attachment.map((bytes) => 1 + base64(bytes))];
      const path = `/socket.io/?EIO=4&transport=polling&t=${'t'.repeat(8)}&sid=${'s'.repeat(20)}`;
      const answer = (type: string, bytes: number): number =>
        response('200 OK', [
          ['Content-Type', type],
          ['Content-Length', bytes],
          ['cache-control', 'no-store'],
        ]) + bytes;
      const textPlain = [['content-type', 'text/plain;charset=UTF-8']] as const;
      const up = payloads.flatMap((bytes) => [
        request('POST', path, authorityOf(url), bytes, textPlain) + bytes,
        request('GET', path, authorityOf(url)),
      ]);
      const down = payloads.flatMap((bytes) => [
        answer('text/plain; charset=UTF-8', bytes),
        answer('text/html', 'ok'.length),
      ]);
      return { up, down };
    },
  },
  sse: {
    source: 'WHATWG HTML §9.2.5 in RFC 9112 §7.1 down; RFC 9112 §2.1 up, with the fields of undici and Node',
    exchange: (exchange) => sseExchange(exchange, 'data: \n\n'.length + exchange.size),
  },
  'sse:h2': {
    source:
      'WHATWG HTML §9.2.5 in RFC 9113 §6.1, §6.2, §6.9, RFC 7541; length of the session’s path, and dates, by the count',
    session() {
      const body = http2Bodies(HTTP2_WINDOW_BYTES);
      const stream = http2Receiver(UNDICI_STREAM_WINDOW_BYTES);
      const connection = http2Receiver(UNDICI_CONNECTION_WINDOW_BYTES);
      const greeting = [`event: session\ndata: ${UUID}\n\n`.length];
      for (const atClient of [stream, connection]) atClient(greeting);
      return ({ size }) => {
        const [up, down] = [body(size), http2Data('data: \n\n'.length + size)];
        const opened = stream(down.payloads) + connection(down.payloads);
        return {
          up: [http2Head(postFields(size)) + up.bytes + opened],
          // Status and date are in the tables of RFC 7541 by now; what is due on a connection is written together.
          down: [http2Head(2) + up.told + down.bytes],
        };
      };
    },
    adjust(sum, { up, down, count, sessions }) {
      const [pathBytes, dateBytes] = [up - sum.up, down - sum.down];
      const [least, most] = NEW_DATE_BYTES;
      const explained =
        pathBytes % count === 0 && pathBytes >= 0 && pathBytes <= MOST_MORE_PATH_BYTES * count * sessions;
      const dates = timesIn(dateBytes, least, most);
      const dated = dates > 0 && dates <= MOST_DATES * sessions;
      return { ...sum, up: explained ? up : sum.up, down: dated ? down : sum.down };
    },
  },
  'sse:gzip': {
    source: 'as sse, RFC 1951 down: each event flushed (RFC 7692 §7.2.1 explains the four bytes), the window kept',
    session() {
      const down = deflater({ fresh: false });
      return async (exchange) =>
        sseExchange(exchange, (await down(`data: ${exchange.message}\n\n`)) + FLUSHED_END_BYTES);
    },
  },
  'sse:base64': {
    source: 'as sse, bytes as an event named `b` in RFC 4648 §4 down, as they are up',
    exchange(exchange) {
      const { size, encoding } = exchange;
      const binary = 'event: b\ndata: \n\n'.length + base64(size);
      return sseExchange(exchange, encoding === 'binary' ? binary : 'data: \n\n'.length + size);
    },
  },
  'long-polling': {
    source: 'RFC 6202 §2 in RFC 9112 §2.1, with the fields of undici and Node; JSON (RFC 8259) down',
    exchange: (exchange) => pollExchange(exchange, pollBody(exchange.index) + exchange.size),
  },
  'long-polling:gzip': {
    source: 'as long-polling, each answer with messages in RFC 1952',
    exchange(exchange) {
      const { index, message } = exchange;
      const body = gzipSync(JSON.stringify({ cursor: index, messages: [String(message)] })).length;
      const fields = {
        up: [['accept-encoding', 'gzip'] as const],
        down: [['vary', 'accept-encoding'] as const, ['content-encoding', 'gzip'] as const],
      };
      return pollExchange(exchange, body, fields);
    },
  },
  'long-polling:base64': {
    source: 'as long-polling, bytes as `{"b":"…"}` with RFC 4648 §4 down, as they are up',
    exchange(exchange) {
      const { size, encoding, index } = exchange;
      const binary = '{"b":}'.length + base64(size);
      return pollExchange(exchange, pollBody(index) + (encoding === 'binary' ? binary : size));
    },
  },
  'short-polling': {
    source:
      'RFC 9112 §2.1, with the fields of undici and Node; JSON (RFC 8259) down; polls in vain as many as the bytes up say',
    exchange({ size, index, url }) {
      const authority = authorityOf(url);
      const body = JSON.stringify({ cursor: index, messages: [''] }).length + size;
      const fields = [['content-type', 'application/json'] as const, ['content-length', body] as const];
      return {
        up: [
          request('POST', `/messages/${UUID}`, authority, size) + size,
          request('GET', `/messages/${UUID}?cursor=${index - 1}`, authority),
        ],
        down: [response('204 No Content', []), response('200 OK', fields) + body],
      };
    },
    // How many polls were in vain the bytes up say; each has an answer, and the bytes down have to fit.
    adjust(sum, { up, url, first, count }) {
      const poll = (cursor: number): number => request('GET', `/messages/${UUID}?cursor=${cursor}`, authorityOf(url));
      const times = timesIn(up - sum.up, poll(first - 1), poll(first - 1 + count));
      return {
        up: times === 0 ? sum.up : up,
        down: sum.down + times * response('204 No Content', []),
        segmentsUp: sum.segmentsUp + times,
        segmentsDown: sum.segmentsDown + times,
      };
    },
  },
  'http-stream': {
    source: 'a JSON string and a line feed (RFC 8259 §7) in RFC 9112 §7.1 down; RFC 9112 §2.1 up, with undici’s fields',
    exchange: ({ size, url }) => ({
      up: [request('POST', `/messages/${UUID}`, authorityOf(url), size) + size],
      down: [chunk('""\n'.length + size), response('204 No Content', [])],
    }),
  },
  grpc: {
    source:
      'protobuf field, gRPC length-prefixed message, RFC 9113 §6.1 (DATA) and §6.9 (WINDOW_UPDATE), at half a window by nghttp2',
    session() {
      const atServer = windows();
      const atClient = windows();
      return ({ size }) => {
        const message = grpcMessage(size);
        const [up, down] = [http2Data(message), http2Data(message)];
        // Whoever has received says so in what it sends next, or before.
        return { up: [up.bytes + atClient(down.payloads)], down: [down.bytes + atServer(up.payloads)] };
      };
    },
  },
  mqtt: {
    source: 'MQTT 3.1.1 §2.2.3, §3.3; topics `up/<8>` and `down/<8>`',
    exchange: ({ size }) => ({ up: [mqttPublish(size, MQTT_UP)], down: [mqttPublish(size, MQTT_DOWN)] }),
  },
  'mqtt:qos1': {
    source: 'MQTT 3.1.1 §3.3, §4.3.2: on each of two hops a PUBLISH with an identifier, and its PUBACK back',
    exchange: ({ size }) => ({
      up: [mqttPublish(size, MQTT_UP, 2), MQTT_ACKNOWLEDGEMENT],
      down: [MQTT_ACKNOWLEDGEMENT, mqttPublish(size, MQTT_DOWN, 2)],
    }),
  },
  'mqtt:qos2': {
    source: 'MQTT 3.1.1 §3.3, §4.3.3: on each of two hops PUBLISH, PUBREC back, PUBREL, PUBCOMP back',
    exchange: ({ size }) => ({
      up: [mqttPublish(size, MQTT_UP, 2), ...Array<number>(3).fill(MQTT_ACKNOWLEDGEMENT)],
      down: [mqttPublish(size, MQTT_DOWN, 2), ...Array<number>(3).fill(MQTT_ACKNOWLEDGEMENT)],
    }),
  },
  'mqtt:ws': {
    source: 'MQTT 3.1.1 §3.3, §6: a packet a frame, a long one in two; RFC 6455 §5.2',
    exchange: ({ size }) => ({
      up: [packetInFrames(mqttPublish(size, MQTT_UP), size, 'client')],
      down: [packetInFrames(mqttPublish(size, MQTT_DOWN), size, 'server')],
    }),
  },
  graphql: {
    source: GRAPHQL_SOURCE,
    exchange: ({ size }) => graphqlExchange(size, 'mutation($m:String!){send(m:$m)}', 'send', 'm'),
  },
  'graphql:base64': {
    source: `${GRAPHQL_SOURCE}; bytes in RFC 4648 §4`,
    exchange: ({ size, encoding }) =>
      encoding === 'binary'
        ? graphqlExchange(base64(size), 'mutation($m:Bytes!){b(m:$m)}', 'b', 'b')
        : graphqlExchange(size, 'mutation($m:String!){send(m:$m)}', 'send', 'm'),
  },
  'graphql:sse': {
    source:
      'graphql-sse, single connection mode: next and complete of the mutation, next of the subscription, events in RFC 9112 §7.1; a POST each, with the fields of undici and Node',
    exchange({ size, url }) {
      const query = 'mutation($m:String!){send(m:$m)}';
      const body = JSON.stringify({ query, variables: { m: '' }, extensions: { operationId: UUID } }).length + size;
      const fields = [
        ['x-graphql-event-stream-token', UUID] as const,
        ['content-type', 'application/json; charset=utf-8'] as const,
      ];
      const event = (name: string, data: object): number => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`.length;
      const next = (data: object): number => event('next', { id: UUID, payload: { data } });
      return {
        up: [request('POST', '/graphql', authorityOf(url), body, fields) + body],
        down: [
          // The three are written in one turn, and leave together.
          chunk(next({ m: '' }) + size) + chunk(next({ send: true })) + chunk(event('complete', { id: UUID })),
          response('202 Accepted', [['content-length', 0]]),
        ],
      };
    },
  },
  webrtc: dataChannel,
  'webrtc:unordered': dataChannel,
  'webrtc:lossy': dataChannel,
  webtransport: {
    source:
      'four bytes of length in STREAM frames (RFC 9000 §19.8), short headers (§17.3.1) with quinn’s 8 bytes of connection ID, AEAD (RFC 9001 §5.3)',
    datagrams: { acknowledgementBytes: QUIC_ACKNOWLEDGEMENT },
    session() {
      // What the stream has carried: WebTransport's own beginning (its type, in two bytes, and the session) and the empty messages.
      let [sent, received] = [2 + 1 + 4, 4];
      return ({ size }) => {
        const cost = { up: quicStream(4 + size, sent), down: quicStream(4 + size, received) };
        sent += 4 + size;
        received += 4 + size;
        return cost;
      };
    },
  },
  'webtransport:datagram': {
    source: 'RFC 9297 §2.1 in DATAGRAM frames (RFC 9221 §4), short headers (RFC 9000 §17.3.1), AEAD (RFC 9001 §5.3)',
    datagrams: { acknowledgementBytes: QUIC_ACKNOWLEDGEMENT },
    exchange: ({ size }) => ({ up: [quicDatagram(1 + size)], down: [quicDatagram(1 + size)] }),
  },
};

/** Messages over WebSocket, compressed each way by a zlib of its own. Short ones go down as they are, without a window. */
function deflatedFrames({ fresh, thresholdBytes }: { fresh: boolean; thresholdBytes: number }) {
  const up = deflater({ fresh });
  const down = deflater({ fresh });
  return async ({ size, message }: Exchange): Promise<Cost> => ({
    up: [webSocketFrame(await up(message), 'client')],
    down: [webSocketFrame(size < thresholdBytes ? size : await down(message), 'server')],
  });
}

/** The windows of a stream that lasts and of its connection, which nothing else uses. */
function windows(): (payloads: readonly number[]) => number {
  const [stream, connection] = [http2Receiver(HTTP2_WINDOW_BYTES), http2Receiver(HTTP2_WINDOW_BYTES)];
  return (payloads) => stream(payloads) + connection(payloads);
}

/** What undici announces unless it is told otherwise. */
const UNDICI_STREAM_WINDOW_BYTES = 262_144;
const UNDICI_CONNECTION_WINDOW_BYTES = 524_288;

/**
 * Fields of a POST to a session's path, after the first one: authority, method and scheme are in the tables; path and length are
 * written out each time, as nghttp2 has it. The path by Huffman's code (RFC 7541 §5.2): a name's hexadecimal digits take five or
 * six bits each, so that it has 30 bytes or up to four more. Of the length's digits 0, 1 and 2 take five bits, the others six.
 */
function postFields(size: number): number {
  const digits = String(size);
  const bits = digits.length * 6 - (digits.match(/[0-2]/g)?.length ?? 0);
  return 1 + 1 + (2 + LEAST_PATH_BYTES) + 1 + (3 + Math.min(digits.length, Math.ceil(bits / 8)));
}
const LEAST_PATH_BYTES = 30;
const MOST_MORE_PATH_BYTES = 4;
/** A date that is not in the table yet, once a second: name, length and its 29 characters by Huffman's code, less one byte. */
const NEW_DATE_BYTES = [22, 25] as const;
/** The count of a session's bytes takes half a minute at the most. */
const MOST_DATES = 31;

const authorityOf = (url: string): string => new URL(url).host;

export interface Sum {
  readonly up: number;
  readonly down: number;
  readonly segmentsUp: number;
  readonly segmentsDown: number;
}

/** What so many exchanges of one session, one after another, cost at the sockets, and the segments that the data alone fill. */
export async function sumOf(
  framing: Framing | SessionFraming,
  {
    first,
    count,
    segmentBytes,
    messageOf,
    ...rest
  }: {
    first: number;
    count: number;
    segmentBytes: number;
    messageOf: (index: number) => string | Uint8Array;
  } & Omit<Exchange, 'index' | 'message'>,
): Promise<Sum> {
  const sum = { up: 0, down: 0, segmentsUp: 0, segmentsDown: 0 };
  const costOf = 'session' in framing ? framing.session() : framing.exchange;
  // A datagram is a packet, whatever its size.
  const packetsOf = (bytes: number): number => (framing.datagrams === undefined ? Math.ceil(bytes / segmentBytes) : 1);
  for (let index = 1; index < first + count; index++) {
    const { up, down } = await costOf({ ...rest, index, message: messageOf(index) });
    if (index < first) continue;
    for (const bytes of up) {
      sum.up += bytes;
      sum.segmentsUp += packetsOf(bytes);
    }
    for (const bytes of down) {
      sum.down += bytes;
      sum.segmentsDown += packetsOf(bytes);
    }
  }
  return sum;
}

/** How many things of such a size fill these bytes; 0 where no number does. */
function timesIn(bytes: number, least: number, most: number): number {
  const times = Math.max(0, Math.ceil(bytes / most));
  return bytes >= times * least ? times : 0;
}

/** Both sides put so many bytes of an MQTT packet into one WebSocket message, as mqtt.js does in a browser. */
const MOST_IN_A_FRAME = 65_536;

/** A packet that is too long to be put together goes out as it is written: its head, then its payload. */
function packetInFrames(packet: number, payload: number, from: 'client' | 'server'): number {
  if (packet <= MOST_IN_A_FRAME) return webSocketFrame(packet, from);
  return webSocketFrame(packet - payload, from) + webSocketFrame(payload, from);
}
