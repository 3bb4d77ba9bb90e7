import { gzipSync } from 'node:zlib';
import { deflater, FLUSHED_END_BYTES } from './compression.ts';
import {
  authorityOf,
  type Cost,
  deflatedFrames,
  type Exchange,
  GRAPHQL_SOURCE,
  graphqlExchange,
  pollBody,
  pollExchange,
  socketioPackets,
  sseExchange,
} from './exchange.ts';
import { base64, MQTT_ACKNOWLEDGEMENT, messagePack, mqttPublish, request, response, webSocketFrame } from './parts.ts';

export type { Cost, Exchange };

export interface Framing {
  /** The clauses the formula stands on. */
  readonly source: string;
  readonly exchange: (exchange: Exchange) => Cost;
}

/** What a session of the transport costs, exchange by exchange: where what one costs depends on those before it. */
export interface SessionFraming {
  readonly source: string;
  /** Begins a session; its exchanges follow in order, from the first. */
  readonly session: () => (exchange: Exchange) => Cost | Promise<Cost>;
}

/** Lengths of the topics. */
const MQTT_UP = 'up/'.length + 8;
const MQTT_DOWN = 'down/'.length + 8;

const socketioOverWebSocket: Framing = {
  source: 'Engine.IO v4 (message `4`), Socket.IO v5 (event `2`, JSON array; `5` with bytes) in RFC 6455 §5.2',
  exchange: (exchange) => ({
    up: socketioPackets(exchange).map((bytes) => webSocketFrame(bytes, 'client')),
    down: socketioPackets(exchange).map((bytes) => webSocketFrame(bytes, 'server')),
  }),
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
    source: 'MQTT 3.1.1 §3.3, §6: a packet a frame; RFC 6455 §5.2',
    exchange: ({ size }) => ({
      up: [webSocketFrame(mqttPublish(size, MQTT_UP), 'client')],
      down: [webSocketFrame(mqttPublish(size, MQTT_DOWN), 'server')],
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
};

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
): Promise<{ up: number; down: number; segmentsUp: number; segmentsDown: number }> {
  const sum = { up: 0, down: 0, segmentsUp: 0, segmentsDown: 0 };
  const costOf = 'session' in framing ? framing.session() : framing.exchange;
  for (let index = 1; index < first + count; index++) {
    const { up, down } = await costOf({ ...rest, index, message: messageOf(index) });
    if (index < first) continue;
    for (const bytes of up) {
      sum.up += bytes;
      sum.segmentsUp += Math.ceil(bytes / segmentBytes);
    }
    for (const bytes of down) {
      sum.down += bytes;
      sum.segmentsDown += Math.ceil(bytes / segmentBytes);
    }
  }
  return sum;
}
