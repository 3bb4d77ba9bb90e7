import type { HttpSurface, WebSocketSurface } from '../checks/abuse/tools/surface.ts';
import { message, type Steps } from '../checks/micro/chain.ts';
import { arrived, callback } from '../checks/micro/memory-socket.ts';
import type { Exchange, Framing } from '../checks/theory/framing.ts';
import { base64, messagePack, request, response, webSocketFrame } from '../checks/theory/parts.ts';
import type { BuiltInTransport } from './shape.ts';
import { overHttp } from './shared/addresses.ts';
import { holdsRequest, holdsWebSocket } from './shared/browsers.ts';
import { connection, pause, UPGRADE, waitFor } from './shared/handshake.ts';
import { anyInterval } from './shared/heartbeats.ts';
import { authorityOf } from './shared/http.ts';

/** Bytes of each packet of one event: a text, or a text and an attachment. */
function packetsOf({ size, encoding }: Pick<Exchange, 'size' | 'encoding'>): number[] {
  if (encoding === 'text') return ['42["m",""]'.length + size];
  return ['451-["m",{"_placeholder":true,"num":0}]'.length, size];
}

const framing: Framing = {
  source: 'Engine.IO v4 (message `4`), Socket.IO v5 (event `2`, JSON array; `5` with bytes) in RFC 6455 §5.2',
  exchange: (exchange) => ({
    up: packetsOf(exchange).map((bytes) => webSocketFrame(bytes, 'client')),
    down: packetsOf(exchange).map((bytes) => webSocketFrame(bytes, 'server')),
  }),
};

const packedFraming: Framing = {
  source: 'MessagePack (type, data, nsp; up also options) in one binary frame, without Engine.IO’s type; RFC 6455 §5.2',
  exchange({ size, encoding }) {
    // One byte before each name, short string, map and array; `true` and the type are one byte each.
    const down = ['_', '_type2', '_data__m', '_nsp_/'].join('').length + messagePack(size, encoding);
    // The client also sends its options.
    const up = down + '_options__compress1'.length;
    return { up: [webSocketFrame(up, 'client')], down: [webSocketFrame(down, 'server')] };
  },
};

const pollingFraming: Framing = {
  source: 'Engine.IO v4 (payloads), Socket.IO v5, in RFC 9112 §2.1, with the fields of undici, Node and Engine.IO',
  exchange({ size, encoding, url }) {
    const [event, ...attachment] = packetsOf({ size, encoding });
    // Bytes travel as `b` and base64. Each packet has a request of its own.
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
};

const steps: Steps = async () => {
  const [{ webSocket }, { decodePacket, encodePacket }, { Decoder, Encoder, PacketType }] = await Promise.all([
    import('./shared/websocket-steps.ts'),
    import('engine.io-parser'),
    import('socket.io-parser'),
  ]);
  const end = () => {
    const encoder = new Encoder();
    const decoder = new Decoder();
    const encoded = callback<string>();
    const argument = callback<string>();
    decoder.on('decoded', ({ data }) => argument.put(data[1]));
    return {
      encode(text: string): string {
        const [data] = encoder.encode({ type: PacketType.EVENT, nsp: '/', data: ['m', text] });
        encodePacket({ type: 'message', data }, true, encoded.put);
        return encoded.take();
      },
      decode(packet: string): string {
        decoder.add(decodePacket(packet, 'nodebuffer').data);
        return argument.take();
      },
    };
  };
  const what = 'Socket.IO packet in an Engine.IO packet';
  const library = 'socket.io-parser, engine.io-parser';
  const toServer = webSocket({ masked: true });
  const toClient = webSocket({ masked: false });
  const client = end();
  const server = end();
  return {
    up: message()
      .timed('client encode', what, library, client.encode)
      .timed('client encode', 'ws frame, masked', 'ws', toServer.send)
      .untimed(arrived)
      .timed('server decode', 'ws frame, masked, to text', 'ws', (chunk) => toServer.receive(chunk).toString())
      .timed('server decode', what, library, server.decode),
    down: message()
      .timed('server encode', what, library, server.encode)
      .timed('server encode', 'ws frame', 'ws', toClient.send)
      .untimed(arrived)
      .timed('client decode', 'ws frame, to text', 'ws', (chunk) => toClient.receive(chunk).toString())
      .timed('client decode', what, library, client.decode),
  };
};

const unauthorized = /token is (not valid|required|too long)|token has expired/;

const overWebSocket: WebSocketSurface = {
  protocol: 'websocket',
  path: '/socket.io/?EIO=4&transport=websocket',
  hidesCloseCodes: true,
  refusals: {
    tooLarge: /transport close|server disconnect/,
    unauthorized,
    flood: /transport close/,
    silence: /closed/,
  },
  attacks: async () => (await import('./shared/socketio-attacks.ts')).eventAttacks(overWebSocket),
};

const packedSurface: WebSocketSurface = {
  ...overWebSocket,
  attacks: async () => (await import('./shared/socketio-attacks.ts')).packedAttacks(packedSurface),
};

const overPolling: HttpSurface = {
  protocol: 'http',
  opens: 'GET /socket.io/?EIO=4&transport=polling',
  sessionName: /(?<="sid":")[\w-]+/,
  posts: '/socket.io/?EIO=4&transport=polling&sid=',
  outlivesConnection: true,
  ignoresBodyHeaders: true,
  refusals: {
    tooLarge: /413|server disconnect/,
    unauthorized,
    flood: /server disconnect|transport|400|closed/,
  },
  untried: { 'a compression bomb': 'Engine.IO ignores the coding of a body' },
  attacks: async () => (await import('./shared/socketio-attacks.ts')).pollingAttacks(overPolling),
};

const CONNECT = waitFor(
  'CONNECT',
  'Socket.IO protocol 5, connection to a namespace; sent after Engine.IO’s open packet',
);
const OPEN = waitFor('open', 'Engine.IO protocol 4, handshake over HTTP long polling');
/** Time between two looks of Engine.IO’s server at a poll that it must answer before an upgrade. */
const CHECK_SECONDS = 0.1;

export const transport: BuiltInTransport = {
  id: 'socketio',
  title: 'Socket.IO',
  family: 'socket',
  browser: holdsWebSocket,
  capabilities: {
    binary: true,
    ordered: true,
    reliable: true,
    upstream: 'connection',
    auth: true,
    reconnects: true,
    resume: 'native',
    resumeEndsWithServer: true,
    sharesPort: 'always',
  },
  sessionKib: 44,
  dissection: { filter: 'websocket' },
  addresses: {
    schemes: [...overHttp.schemes, { name: 'ws', tls: false, as: 'http' }, { name: 'wss', tls: true, as: 'https' }],
    uses: overHttp.uses,
  },
  targetOptions: {
    path: {
      help: 'path of the endpoint, which is /socket.io by default; the path of --url is the namespace',
      pattern: /^\/[^?#\s,]*$/,
      words: 'a path such as /chat/socket.io',
    },
  },
  roundTrips: [{ ...UPGRADE, source: `${UPGRADE.source}; Engine.IO’s open packet follows at once` }, CONNECT],
  framing,
  steps,
  handshake: 'the server must complete Engine.IO’s handshake and let the client into the namespace',
  heartbeats: anyInterval,
  surface: overWebSocket,
  foreign: async () => (await import('../checks/fuzz/tools/socketio.ts')).listenForSocketio,
  proxied: 'WebSocket',
  variants: [
    {
      id: 'polling',
      proxied: 'HTTP',
      title: 'over long polling',
      dissection: { filter: 'http' },
      options: { transport: 'polling' },
      browser: holdsRequest,
      // The packet up takes the idle connection, so the poll that brings the answer takes a second one.
      roundTrips: (conditions) => [...connection(conditions), OPEN, ...connection(conditions), CONNECT],
      foreign: async () => (await import('../checks/fuzz/tools/socketio.ts')).listenForPolledSocketio,
      capabilities: { upstream: 'request', batches: true, sharesPort: 'never' },
      framing: pollingFraming,
      surface: overPolling,
    },
    {
      id: 'upgrade',
      title: 'polling first, then WebSocket',
      dissection: { filter: 'http || websocket' },
      options: { transport: 'upgrade' },
      browser: holdsRequest,
      // Joining the namespace over polling takes less time than the upgrade beside it.
      roundTrips: (conditions) => [
        ...connection(conditions),
        OPEN,
        ...connection(conditions),
        UPGRADE,
        waitFor('probe', 'Engine.IO protocol 4, upgrade: ping and pong with the text "probe"'),
        ...pause('noop', 'engine.io answers the waiting poll after 100 ms', CHECK_SECONDS, conditions),
      ],
      foreign: async () => (await import('../checks/fuzz/tools/socketio.ts')).listenForUpgradedSocketio,
      capabilities: { sharesPort: 'never' },
      framing,
    },
    {
      id: 'msgpack',
      title: 'with MessagePack',
      options: { msgpack: true },
      foreign: async () => (await import('../checks/fuzz/tools/socketio.ts')).listenForPackedSocketio,
      framing: packedFraming,
      surface: packedSurface,
    },
    {
      id: 'redis',
      title: 'with the Redis adapter',
      options: { adapter: 'redis' },
      needs: 'backplane',
      // The adapter keeps no sessions.
      capabilities: { resume: 'none', resumeEndsWithServer: false },
      framing,
    },
    {
      id: 'redis-streams',
      title: 'with the Redis streams adapter',
      options: { adapter: 'redis-streams' },
      needs: 'backplane',
      // Its sessions could be recovered at any server, but are then called complete without what was published while none ran.
      capabilities: { resume: 'none', resumeEndsWithServer: false },
      framing,
    },
  ],
};
