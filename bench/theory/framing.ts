import {
  chunk,
  grpcMessage,
  http2Data,
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
  /** Of transports that ask whether there is news or not: what one asks in vain once so many messages have been read. */
  readonly inVain?: (after: Pick<Exchange, 'url' | 'index'>) => Cost;
}

/** What a session of the transport costs, exchange by exchange: where what one costs depends on those before it. */
export interface SessionFraming {
  readonly source: string;
  /** Begins a session; its exchanges follow in order, from the first. */
  readonly session: () => (exchange: Exchange) => Cost | Promise<Cost>;
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
    inVain: ({ index, url }) => ({
      up: [request('GET', `/messages/${UUID}?cursor=${index}`, authorityOf(url))],
      down: [response('204 No Content', [])],
    }),
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
      const atServer = http2Receiver();
      const atClient = http2Receiver();
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

/**
 * Adds what was asked in vain. How often that was depends on time, so it is taken from the bytes that went up, which no other
 * number of requests may explain; those that came down then have to fit it. Where no number does, nothing is added.
 */
export function withPollsInVain(
  sum: Sum,
  framing: Framing | SessionFraming,
  { url, first, count, carriedUp }: { url: string; first: number; count: number; carriedUp: number },
): Sum {
  if (!('inVain' in framing) || framing.inVain === undefined) return sum;
  const total = (bytes: readonly number[]): number => bytes.reduce((a, b) => a + b, 0);
  const [least, most] = [first - 1, first - 1 + count].map((index) => framing.inVain!({ url, index }));
  const inVain = carriedUp - sum.up;
  const times = Math.ceil(inVain / total(most!.up));
  if (times <= 0 || inVain < times * total(least!.up)) return sum;
  return {
    up: carriedUp,
    down: sum.down + times * total(most!.down),
    segmentsUp: sum.segmentsUp + times,
    segmentsDown: sum.segmentsDown + times,
  };
}
