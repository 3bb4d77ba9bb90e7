import {
  chunk,
  grpcMessage,
  HTTP2_WINDOW_BYTES,
  http2Data,
  http2Head,
  http2Receiver,
  mqttPublish,
  request,
  response,
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

/** Bytes at the sockets, each way, of one exchange; one number for each thing that is sent by itself. */
export interface Cost {
  readonly up: readonly number[];
  readonly down: readonly number[];
}

export interface Framing {
  /** The clauses the formula stands on. */
  readonly source: string;
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
  /** Begins a session; its exchanges follow in order, from the first. */
  readonly session: () => (exchange: Exchange) => Cost | Promise<Cost>;
  readonly adjust?: Adjust;
}

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
  socketio: {
    source: 'Engine.IO v4 (message `4`), Socket.IO v5 (event `2`, JSON array) in RFC 6455 §5.2',
    exchange({ size }) {
      const packet = '42["m",""]'.length + size;
      return { up: [webSocketFrame(packet, 'client')], down: [webSocketFrame(packet, 'server')] };
    },
  },
  sse: {
    source: 'WHATWG HTML §9.2.5 in RFC 9112 §7.1 down; RFC 9112 §2.1 up, with the fields of undici and Node',
    exchange({ size, url }) {
      return {
        up: [request('POST', `/messages/${UUID}`, authorityOf(url), size) + size],
        down: [chunk('data: \n\n'.length + size), response('204 No Content', [])],
      };
    },
  },
  'sse:h2': {
    source:
      'WHATWG HTML §9.2.5 in RFC 9113 §6.1, §6.2, §6.9, RFC 7541; length of the session’s path, and dates, by the count',
    session() {
      const atServer = http2Receiver(HTTP2_WINDOW_BYTES);
      const stream = http2Receiver(UNDICI_STREAM_WINDOW_BYTES);
      const connection = http2Receiver(UNDICI_CONNECTION_WINDOW_BYTES);
      const greeting = [`event: session\ndata: ${UUID}\n\n`.length];
      for (const atClient of [stream, connection]) atClient(greeting);
      return ({ size }) => {
        const [up, down] = [http2Data(size), http2Data('data: \n\n'.length + size)];
        const opened = stream(down.payloads) + connection(down.payloads);
        return {
          up: [http2Head(postFields(size)) + up.bytes + opened],
          // Status and date are in the tables of RFC 7541 by now.
          down: [http2Head(2) + atServer(up.payloads), down.bytes],
        };
      };
    },
    adjust(sum, { up, down, count, sessions }) {
      const [pathBytes, dateBytes] = [up - sum.up, down - sum.down];
      const [least, most] = NEW_DATE_BYTES;
      const explained =
        pathBytes % count === 0 && pathBytes >= 0 && pathBytes <= MOST_MORE_PATH_BYTES * count * sessions;
      return { ...sum, up: explained ? up : sum.up, down: timesIn(dateBytes, least, most) === 0 ? sum.down : down };
    },
  },
  'long-polling': {
    source: 'RFC 6202 §2 in RFC 9112 §2.1, with the fields of undici and Node; JSON (RFC 8259) down',
    exchange({ size, index, url }) {
      const authority = authorityOf(url);
      const body = JSON.stringify({ cursor: index, messages: [''] }).length + size;
      const fields = [['content-type', 'application/json'] as const, ['content-length', body] as const];
      return {
        up: [
          request('POST', `/messages/${UUID}`, authority, size) + size,
          request('GET', `/messages/${UUID}?cursor=${index}`, authority),
        ],
        down: [response('200 OK', fields) + body, response('204 No Content', [])],
      };
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
    exchange: ({ size }) => ({
      up: [mqttPublish(size, 'up/'.length + 8)],
      down: [mqttPublish(size, 'down/'.length + 8)],
    }),
  },
  graphql: {
    source:
      'graphql-transport-ws: subscribe; next and complete of the mutation, next of the subscription; RFC 6455 §5.2',
    exchange({ size }) {
      const payload = { query: 'mutation($m:String!){send(m:$m)}', variables: { m: '' } };
      const subscribe = JSON.stringify({ id: UUID, type: 'subscribe', payload }).length + size;
      const next = JSON.stringify({ id: UUID, type: 'next', payload: { data: { m: '' } } }).length + size;
      const answer = JSON.stringify({ id: UUID, type: 'next', payload: { data: { send: true } } }).length;
      const complete = JSON.stringify({ id: UUID, type: 'complete' }).length;
      return {
        up: [webSocketFrame(subscribe, 'client')],
        down: [next, answer, complete].map((bytes) => webSocketFrame(bytes, 'server')),
      };
    },
  },
};

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

/** How many things of such a size fill these bytes; 0 where no number does. */
function timesIn(bytes: number, least: number, most: number): number {
  const times = Math.max(0, Math.ceil(bytes / most));
  return bytes >= times * least ? times : 0;
}
