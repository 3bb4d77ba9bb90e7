import type { WebSocketSurface } from '../checks/abuse/tools/surface.ts';
import { asBytes, message, type Steps } from '../checks/micro/chain.ts';
import { arrived } from '../checks/micro/memory-socket.ts';
import { deflater } from '../checks/theory/compression.ts';
import type { Cost, Exchange } from '../checks/theory/framing.ts';
import { webSocketFrame } from '../checks/theory/parts.ts';
import type { BuiltInTransport } from './shape.ts';
import { overWebSocket } from './shared/addresses.ts';
import { holdsWebSocket } from './shared/browsers.ts';
import { UPGRADE } from './shared/handshake.ts';
import { anyInterval } from './shared/heartbeats.ts';

/** Minimum size of messages that `ws:deflate-fresh` compresses on their way down. */
const THRESHOLD_BYTES = 64;

/** Bytes of messages compressed with one zlib stream each way. Messages shorter than the threshold go down uncompressed. */
function deflatedFrames({ fresh, thresholdBytes }: { fresh: boolean; thresholdBytes: number }) {
  const up = deflater({ fresh });
  const down = deflater({ fresh });
  return async ({ size, message }: Exchange): Promise<Cost> => ({
    up: [webSocketFrame(await up(message), 'client')],
    down: [webSocketFrame(size < thresholdBytes ? size : await down(message), 'server')],
  });
}

const steps: Steps = async () => {
  const { webSocket } = await import('./shared/websocket-steps.ts');
  const toServer = webSocket({ masked: true });
  const toClient = webSocket({ masked: false });
  return {
    up: message()
      .timed('client encode', 'ws frame, masked', 'ws', toServer.send)
      .untimed(arrived)
      .timed('server decode', 'ws frame, masked', 'ws', toServer.receive),
    down: asBytes()
      .timed('server encode', 'ws frame', 'ws', toClient.send)
      .untimed(arrived)
      .timed('client decode', 'ws frame, to text', 'ws', (chunk) => toClient.receive(chunk).toString()),
  };
};

const surface: WebSocketSurface = {
  protocol: 'websocket',
  refusals: { tooLarge: /1009/, unauthorized: /401/, flood: /1008/ },
};

const BYTES_ONLY = 'limits the bytes of a message, not its fragments';
const CUT = 'cuts the peer, without the code or status that says why';
const NO_TIMEOUT = 'has no time-out for a request';

/** Attacks that the servers of runtimes do not withstand, as tried with Bun 1.4.5 and Deno 2.9.6; none of it can be set. */
const UNDEFENDED: NonNullable<WebSocketSurface['undefended']> = {
  bun: { 'a message in one-byte fragments': BYTES_ONLY, 'a message in empty fragments': BYTES_ONLY },
  deno: {
    'a flood of messages': CUT,
    'connections that say nothing': NO_TIMEOUT,
    'a first line without end, a byte at a time': NO_TIMEOUT,
    'an endless header': CUT,
    'thousands of requests at once, answers never read': 'reads on while nobody reads its answers',
    'a declared frame of 256 MiB, a byte at a time': CUT,
    'a message in one-byte fragments': BYTES_ONLY,
    'a message in empty fragments': BYTES_ONLY,
    'a compression bomb': CUT,
    'a flood of pings': 'answers pings unseen by the application',
  },
};

export const transport: BuiltInTransport = {
  id: 'ws',
  title: 'WebSocket',
  family: 'socket',
  browser: holdsWebSocket,
  capabilities: {
    binary: true,
    ordered: true,
    reliable: true,
    upstream: 'connection',
    auth: true,
    resume: 'log',
    sharesPort: 'always',
  },
  sessionKib: 23,
  dissection: { filter: 'websocket' },
  addresses: overWebSocket,
  framing: {
    source: 'RFC 6455 §5.2',
    exchange: ({ size }) => ({ up: [webSocketFrame(size, 'client')], down: [webSocketFrame(size, 'server')] }),
  },
  roundTrips: [UPGRADE],
  steps,
  bareLoop: 'bare-ws',
  handshake: 'the server must answer the upgrade request (RFC 6455 §4.2.2)',
  heartbeats: anyInterval,
  surface,
  foreign: async () => (await import('../checks/fuzz/tools/messages.ts')).listenForMessages,
  proxied: 'WebSocket',
  variants: [
    {
      id: 'native',
      title: 'the runtime’s own server: Bun.serve or Deno.serve',
      options: {},
      server: 'ws-native',
      surface: { ...surface, undefended: UNDEFENDED },
      runtimes: (runtime) =>
        runtime === 'node' ? 'needs a runtime that has a WebSocket server: --runtime bun,deno' : undefined,
      heartbeats: () => 'has no heartbeats of its own whose interval can be set',
      foreign: null,
      framing: {
        source: 'RFC 6455 §5.2',
        exchange: ({ size }) => ({ up: [webSocketFrame(size, 'client')], down: [webSocketFrame(size, 'server')] }),
      },
    },
    {
      id: 'deflate',
      title: 'permessage-deflate with context takeover',
      options: { deflate: true },
      framing: {
        source: 'RFC 7692 §7.2.1, the window kept from message to message; RFC 6455 §5.2',
        session: () => deflatedFrames({ fresh: false, thresholdBytes: 0 }),
      },
    },
    {
      id: 'deflate-fresh',
      title: 'permessage-deflate, each message by itself',
      options: { deflate: true, fresh: true, thresholdBytes: THRESHOLD_BYTES },
      framing: {
        source: 'RFC 7692 §7.1.1, §7.2.1, the server from 64 bytes on; RFC 6455 §5.2',
        session: () => deflatedFrames({ fresh: true, thresholdBytes: THRESHOLD_BYTES }),
      },
    },
    {
      id: 'batch',
      title: 'several messages a frame',
      options: { batchMs: 5 },
      capabilities: { batches: true },
      foreign: async () => (await import('../checks/fuzz/tools/messages.ts')).listenForBatches,
      framing: {
        source: 'a length before the message (bench/codec/batch.ts); RFC 6455 §5.2',
        exchange({ size, encoding }) {
          const batch = (encoding === 'text' ? `${size}:`.length : 4) + size;
          return { up: [webSocketFrame(batch, 'client')], down: [webSocketFrame(batch, 'server')] };
        },
      },
    },
  ],
};
