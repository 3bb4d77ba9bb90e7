import { type Attack, closeReason, flood, type Target } from '../checks/abuse/tools/attack.ts';
import { frame, TEXT } from '../checks/abuse/tools/frames.ts';
import { answersIn, authorized, openPoster } from '../checks/abuse/tools/http.ts';
import type { RawPeer } from '../checks/abuse/tools/peer.ts';
import type { HttpSurface, WebSocketSurface } from '../checks/abuse/tools/surface.ts';
import { openWebSocket } from '../checks/abuse/tools/websocket.ts';
import { message, type Steps } from '../checks/micro/chain.ts';
import { arrived } from '../checks/micro/memory-socket.ts';
import type { Cost, Framing } from '../checks/theory/framing.ts';
import { base64, chunk, request, response, UUID, webSocketFrame } from '../checks/theory/parts.ts';
import type { BuiltInTransport } from './shape.ts';
import { overHttp, overWebSocket as webSocketAddresses } from './shared/addresses.ts';
import { holdsRequest, holdsWebSocket } from './shared/browsers.ts';
import { httpStream } from './shared/dissections.ts';
import { connection, UPGRADE, waitFor } from './shared/handshake.ts';
import { anyInterval, fixedInterval } from './shared/heartbeats.ts';
import { authorityOf, UUID_IN_TEXT } from './shared/http.ts';

const MUTATION = 'mutation($m:String!){send(m:$m)}';
const BYTES_MUTATION = 'mutation($m:Bytes!){b(m:$m)}';
const SCHEMA = `
  type Query { m: String }
  type Mutation { send(m: String!): Boolean! }
  type Subscription { m: String! }
`;

const SOURCE =
  'graphql-transport-ws: subscribe; next and complete of the mutation, next of the subscription; RFC 6455 §5.2';

function exchangeCost(text: number, query: string, mutation: string, field: string): Cost {
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

const framingOverSse: Framing = {
  source:
    'graphql-sse, single connection mode: next and complete of the mutation, next of the subscription, events in RFC 9112 §7.1; a POST each, with the fields of undici and Node',
  exchange({ size, url }) {
    const operation = { query: MUTATION, variables: { m: '' }, extensions: { operationId: UUID } };
    const body = JSON.stringify(operation).length + size;
    const fields = [
      ['x-graphql-event-stream-token', UUID] as const,
      ['content-type', 'application/json; charset=utf-8'] as const,
    ];
    const event = (name: string, data: object): number => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`.length;
    const next = (data: object): number => event('next', { id: UUID, payload: { data } });
    return {
      up: [request('POST', '/graphql', authorityOf(url), body, fields) + body],
      down: [
        // The three events are written in one turn of the event loop and sent together.
        chunk(next({ m: '' }) + size) + chunk(next({ send: true })) + chunk(event('complete', { id: UUID })),
        response('202 Accepted', [['content-length', 0]]),
      ],
    };
  },
};

const steps: Steps = async () => {
  const [{ webSocket }, { buildSchema, parse, validate }, { MessageType, parseMessage, stringifyMessage }] =
    await Promise.all([import('./shared/websocket-steps.ts'), import('graphql'), import('graphql-ws')]);
  // Has the length of the identifiers that graphql-ws makes.
  const id = '00000000-0000-4000-8000-000000000000';
  const schema = buildSchema(SCHEMA);
  const toServer = webSocket({ masked: true });
  const toClient = webSocket({ masked: false });
  return {
    up: message()
      .timed('client encode', 'graphql-ws message (subscribe)', 'graphql-ws', (m) =>
        stringifyMessage({ id, type: MessageType.Subscribe, payload: { query: MUTATION, variables: { m } } }),
      )
      .timed('client encode', 'ws frame, masked', 'ws', toServer.send)
      .untimed(arrived)
      .timed('server decode', 'ws frame, masked, to text', 'ws', (chunk) => toServer.receive(chunk).toString())
      .timed('server decode', 'graphql-ws message (subscribe)', 'graphql-ws', (json) => {
        const parsed = parseMessage(json);
        if (parsed.type !== MessageType.Subscribe) throw new Error(`a subscribe message was read as ${parsed.type}`);
        return parsed.payload;
      })
      .timed('server decode', 'GraphQL operation, parsed and validated', 'graphql', ({ query, variables }) => {
        const errors = validate(schema, parse(query));
        if (errors.length > 0) throw new Error('the mutation does not fit the schema', { cause: errors });
        return variables;
      })
      .untimed((variables) => String(variables?.m)),
    down: message()
      .timed('server encode', 'graphql-ws message (next)', 'graphql-ws', (m) =>
        stringifyMessage({ id, type: MessageType.Next, payload: { data: { m } } }),
      )
      .timed('server encode', 'ws frame', 'ws', toClient.send)
      .untimed(arrived)
      .timed('client decode', 'ws frame, to text', 'ws', (chunk) => toClient.receive(chunk).toString())
      .timed('client decode', 'graphql-ws message (next)', 'graphql-ws', (json) => {
        const parsed = parseMessage(json);
        if (parsed.type !== MessageType.Next) throw new Error(`a next message was read as ${parsed.type}`);
        return parsed.payload.data;
      })
      .untimed((data) => String(data?.m)),
  };
};

const DEEP_QUERY = 'subscription{m'.padEnd(20_000, '{m');
/** Operation with as many mutations as fit in a message. */
const MANY_MUTATIONS = `mutation{${Array.from({ length: 2_000 }, (_, index) => `a${index}:send(m:"x")`).join(' ')}}`;

function subscribing(id: string, query: string): Buffer {
  return frame(JSON.stringify({ id, type: 'subscribe', payload: { query } }), { opcode: TEXT });
}

/** Opens a WebSocket and authenticates. */
async function openSession(target: Target): Promise<RawPeer> {
  const peer = await openWebSocket(target, overWebSocket);
  const init = { type: 'connection_init', payload: { authorization: `Bearer ${target.token}` } };
  await peer.write(frame(JSON.stringify(init), { opcode: TEXT }));
  await peer.hears(/connection_ack/);
  return peer;
}

const socketAttacks: readonly Attack[] = [
  {
    name: 'ten thousand subscriptions',
    refused: /4429/,
    async run(target) {
      const peer = await openSession(target);
      await flood(peer, (index) => subscribing(String(index), 'subscription{m}'), 10_000);
      return closeReason(peer);
    },
  },
  {
    name: 'a query as deep as a message may be long',
    refused: /error|closed/,
    async run(target) {
      const peer = await openSession(target);
      await peer.write(subscribing('deep', DEEP_QUERY));
      return peer.hears(/"error"|"errors"|closed/).catch(() => closeReason(peer));
    },
  },
  {
    name: 'thousands of messages in one operation',
    refused: /4429/,
    async run(target) {
      const peer = await openSession(target);
      await peer.write(subscribing('many', MANY_MUTATIONS));
      return closeReason(peer);
    },
  },
  {
    name: 'a flood of the protocol’s own pings',
    refused: /4429/,
    async run(target) {
      const peer = await openSession(target);
      await flood(peer, frame('{"type":"ping"}', { opcode: TEXT }), 20_000);
      return closeReason(peer);
    },
  },
];

const streamAttacks: readonly Attack[] = [
  {
    name: 'thousands of messages in one operation',
    refused: /too many messages/,
    async run(target) {
      const { operate, stream } = await openStream(target);
      await operate(MANY_MUTATIONS);
      return stream.hears(/too many messages/);
    },
  },
  {
    name: 'more subscriptions than a stream may have',
    refused: /too many subscriptions/,
    async run(target) {
      const { operate, stream } = await openStream(target);
      for (let opened = 0; opened <= target.limits.subscriptions; opened++) await operate('subscription{m}');
      return stream.hears(/too many subscriptions/);
    },
  },
  {
    name: 'a query as deep as a message may be long',
    refused: / 4\d\d |error/,
    async run(target) {
      const { operate, stream } = await openStream(target);
      const answer = await operate(DEEP_QUERY);
      return answer + stream.text;
    },
  },
];

interface EventStream {
  /** Sends an operation. Resolves with everything that its connection received. */
  readonly operate: (query: string) => Promise<string>;
  /** Connection on which the results arrive. */
  readonly stream: RawPeer;
}

async function openStream(target: Target): Promise<EventStream> {
  const { peer, path, head } = await openPoster(target, overSse);
  const stream = await target.dial();
  await stream.write(`GET ${path} HTTP/1.1\r\n${authorized(target)}Accept: text/event-stream\r\n\r\n`);
  await stream.hears(/event-stream/);
  let sent = 0;
  return {
    stream,
    async operate(query) {
      const body = JSON.stringify({ query, extensions: { operationId: String(sent++) } });
      const type = 'Content-Type: application/json\r\nAccept: application/json\r\n';
      await peer.write(`${head}${type}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return peer.hears((text) => answersIn(text) >= sent);
    },
  };
}

const overWebSocket: WebSocketSurface = {
  protocol: 'websocket',
  subprotocol: 'graphql-transport-ws',
  refusals: { tooLarge: /1009|too large/, unauthorized: /4403/, flood: /4429/, silence: /4408/ },
  attacks: async () => socketAttacks,
};

const overSse: HttpSurface = {
  protocol: 'http',
  opens: 'PUT /graphql',
  sessionName: UUID_IN_TEXT,
  posts: '/graphql?token=',
  outlivesConnection: true,
  refusals: { tooLarge: /413|too large/, unauthorized: /401/, flood: /429/ },
  attacks: async () => streamAttacks,
};

const framing: Framing = { source: SOURCE, exchange: ({ size }) => exchangeCost(size, MUTATION, 'send', 'm') };

export const transport: BuiltInTransport = {
  id: 'graphql',
  title: 'GraphQL over WebSocket',
  family: 'socket',
  browser: holdsWebSocket,
  capabilities: {
    binary: false,
    ordered: true,
    reliable: true,
    upstream: 'connection',
    auth: true,
    reconnects: true,
    resume: 'log',
    sharesPort: 'always',
  },
  sessionKib: 40,
  dissection: { filter: 'websocket' },
  addresses: webSocketAddresses,
  framing,
  roundTrips: [
    UPGRADE,
    waitFor(
      'ConnectionInit',
      'graphql-transport-ws, ConnectionInit: an operation before ConnectionAck is refused with 4401',
    ),
    waitFor('Subscribe', 'graphql-transport-ws, Subscribe: the first Next'),
  ],
  steps,
  handshake: 'the server must acknowledge the connection and send an empty string as the subscription’s first value',
  heartbeats: anyInterval,
  surface: overWebSocket,
  foreign: async () => (await import('../checks/fuzz/tools/graphql.ts')).listenForOperations,
  proxied: 'WebSocket',
  variants: [
    {
      id: 'sse',
      proxied: 'HTTP',
      title: 'over Server-Sent Events + POST',
      dissection: httpStream,
      options: { over: 'sse' },
      browser: holdsRequest,
      heartbeats: fixedInterval('a comment every 12 s'),
      roundTrips: (conditions) => [
        ...connection(conditions),
        waitFor('PUT', 'graphql-sse, single connection mode: the answer is the stream’s token'),
        waitFor('GET', 'graphql-sse, single connection mode: operations follow the open stream'),
        ...connection(conditions),
        waitFor(
          'subscribe',
          'graphql-sse, single connection mode: a POST beside the stream, so on a second connection of HTTP/1.1',
        ),
      ],
      addresses: overHttp,
      foreign: async () => (await import('../checks/fuzz/tools/graphql.ts')).listenForOperationsBeside,
      capabilities: { upstream: 'request', sharesPort: 'never' },
      framing: framingOverSse,
      surface: overSse,
    },
    {
      id: 'base64',
      title: 'over WebSocket, bytes as base64',
      options: { base64: true },
      capabilities: { binary: true },
      framing: {
        source: `${SOURCE}; bytes in RFC 4648 §4`,
        exchange: ({ size, encoding }) =>
          encoding === 'binary'
            ? exchangeCost(base64(size), BYTES_MUTATION, 'b', 'b')
            : exchangeCost(size, MUTATION, 'send', 'm'),
      },
    },
    {
      id: 'redis',
      title: 'over WebSocket, with graphql-redis-subscriptions',
      options: { adapter: 'redis' },
      needs: 'backplane',
      capabilities: { resume: 'none' },
      framing,
    },
  ],
};
