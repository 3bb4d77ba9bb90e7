import {
  chunk,
  dataChannelMessage,
  mqttPublish,
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
}

/** What a session of the transport costs, exchange by exchange: where what one costs depends on those before it. */
export interface SessionFraming {
  readonly source: string;
  readonly datagrams?: Datagrams;
  /** Begins a session; its exchanges follow in order, from the first. */
  readonly session: () => (exchange: Exchange) => Cost | Promise<Cost>;
}

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
  webrtc: dataChannel,
  'webrtc:unordered': dataChannel,
  'webrtc:lossy': dataChannel,
};

const authorityOf = (url: string): string => new URL(url).host;

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
