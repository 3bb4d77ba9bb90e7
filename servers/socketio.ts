import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import * as msgpack from 'socket.io-msgpack-parser';
import * as parser from 'socket.io-parser';
import { bufferOf } from '../bench/codec/bytes.ts';
import type { Application, Limits, Listener, Message, Options, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { adapterOf } from './shared/adapters/adapter.ts';
import type { SocketioAdapter } from './shared/adapters/socketio.ts';
import { type AuthContext, Authenticator, Unauthorized, whenExpired } from './shared/authenticator.ts';
import { watchBacklogs } from './shared/backlog.ts';
import { cutSoon } from './shared/connections.ts';
import { createWebServer, guardOrigins, notFound, schemeOf, sessionQuota } from './shared/http/http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './shared/listening.ts';
import { BASE64_GROWTH, isLonger } from './shared/messages.ts';
import { limitedSockets } from './shared/sockets.ts';
import { tokenBucket } from './shared/token-bucket.ts';

export { adapts } from './shared/adapters/adapter.ts';

/** Decoder that allows one attachment, as an event has one argument. With the default of ten, a peer could leave ten messages incomplete. */
class Decoder extends parser.Decoder {
  /** @param inspect sees every packet before the server does */
  constructor(inspect?: Inspect) {
    super({ maxAttachments: 1 });
    if (inspect !== undefined) this.on('decoded', inspect);
  }
}

type Inspect = (packet: { readonly type: number; data?: unknown }) => void;

/** Names of a socket's own events: an event of a peer must not have one of them. */
const RESERVED = new Set(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']);

/** Decoder that checks the event's name, as the default parser does: a name that is an object would end the process. */
class PackedDecoder extends msgpack.Decoder {
  constructor(inspect?: Inspect) {
    super();
    if (inspect !== undefined) this.on('decoded', inspect);
  }

  override checkPacket(packet: { readonly type: number; readonly data: readonly unknown[] }): void {
    super.checkPacket(packet);
    const [name] = packet.type === msgpack.PacketType.EVENT ? packet.data : [EVENT];
    if (typeof name !== 'string' || RESERVED.has(name)) throw new Error('invalid event name');
  }
}

/** Name of the event: one character, so that framing is almost all that is added to a message. */
const EVENT = 'm';
/** Bytes that Engine.IO and Socket.IO add to a text message: `42["m","…"]`, or names and types of MessagePack. */
const ENVELOPE_BYTES = '42["m",""]'.length;
const PACKED_ENVELOPE_BYTES = 64;

/**
 * Socket.IO 4 over its WebSocket transport: one event a message. Options: `transport` is `polling`, or `upgrade` for polling
 * first; `msgpack` encodes packets as MessagePack instead of JSON; `adapter` is `redis` or `redis-streams`, by which servers are one service.
 *
 * @param log turns on the library's connection state recovery. It keeps its own copies of what it sent, in memory, so a session is
 *   resumed only at the process that it began at, within two minutes, and once that process has noticed the end of its connection. An
 *   adapter has it off: one keeps no sessions, and the other calls a session recovered that lacks what no server has broadcast
 */
export async function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const wanted = adapterOf(settings);
  if (wanted === undefined) return serve(application, settings, { log });
  const { openSocketioAdapter } = await import('./shared/adapters/socketio.ts');
  const adapter = await openSocketioAdapter(wanted.adapter, wanted.backplane);
  try {
    return await serve(application, settings, { log: undefined, adapter });
  } catch (error) {
    adapter.end();
    throw error;
  }
}

async function serve(
  application: Application,
  settings: ServerSettings,
  { log, adapter }: { readonly log: ReplayLog | undefined; readonly adapter?: SocketioAdapter },
): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const transports = transportsOf(settings.options);
  const polls = transports.includes('polling');
  const packed = settings.options.msgpack === true;
  const authenticator = new Authenticator(settings);
  // Without tokens: they come with Socket.IO's connect packet, not with the handshake below it.
  const server = createWebServer(settings, notFound, new Authenticator({ ...settings, tokens: undefined }));
  const sockets = trackSockets(server);
  const contexts = new WeakMap<object, AuthContext>();
  const inspect = log === undefined || authenticator.open ? undefined : withoutUnprovenRecovery(authenticator);
  /** Decoders as the library makes them, without arguments. */
  const decoders = {
    json: class extends Decoder {
      constructor() {
        super(inspect);
      }
    },
    packed: class extends PackedDecoder {
      constructor() {
        super(inspect);
      }
    },
  };
  const io = new Server(server, {
    transports,
    upgradeTimeout: limits.handshakeMs,
    parser: packed ? { ...msgpack, Decoder: decoders.packed } : { ...parser, Decoder: decoders.json },
    // Lets pages of the admitted origins read the answers.
    ...(polls && settings.origins !== undefined ? { cors: { origin: [...settings.origins] } } : {}),
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    wsEngine: limitedSockets(limits),
    maxHttpBufferSize:
      Math.ceil(messageBytes * (polls ? BASE64_GROWTH : 1)) + (packed ? PACKED_ENVELOPE_BYTES : ENVELOPE_BYTES),
    connectTimeout: limits.handshakeMs,
    // Adds an id to every packet, so it is off without a log. A session that is resumed shows its token again.
    ...(log === undefined ? {} : { connectionStateRecovery: { skipMiddlewares: false } }),
    ...pingsOf(settings.options),
    ...(adapter === undefined ? {} : { adapter: adapter.factory }),
  });
  if (polls) {
    endWhenTooLarge(server, io);
    limitHandshakes(server, limits);
  }
  // Engine.IO would answer 400 to a page of another origin.
  guardOrigins(server, authenticator, settings);
  if (!authenticator.open) {
    io.use((socket, next) => {
      authenticator
        .admit(socket.handshake.auth.token)
        .then((auth) => {
          // The private id of a session is a secret, but a stolen one opens nobody's session to another subject.
          const { subject = auth.subject } = socket.data;
          if (subject !== auth.subject) throw new Unauthorized('the token is not valid for this session');
          socket.data.subject = subject;
          contexts.set(socket, auth);
        })
        .then(() => next(), next);
    });
  }

  const broadcast = (message: Message): void => void io.emit(EVENT, asBuffer(message));

  io.on('connection', (socket) => {
    const auth = contexts.get(socket);
    if (auth !== undefined)
      socket.once(
        'disconnect',
        whenExpired(auth, () => socket.disconnect(true)),
      );
    const reply = (message: Message): void => void socket.emit(EVENT, asBuffer(message));
    socket.on(EVENT, (message: unknown) => {
      // An event's argument may be any JSON value, or missing.
      if (typeof message !== 'string' && !Buffer.isBuffer(message)) return void socket.disconnect(true);
      if (isLonger(message, messageBytes)) return void socket.disconnect(true);
      void application(message, reply, broadcast);
    });
  });

  // Engine.IO queues packets that its transport has not taken yet, and says when the queue is empty.
  const waiting = new WeakMap<object, number>();
  io.engine.on('connection', (conn) => {
    // Counts packets of every kind: unknown events and namespaces cost as much as messages.
    const take = tokenBucket(limits);
    conn.on('packet', () => {
      if (!take()) conn.close(true);
    });
    conn.on('packetCreate', ({ data }: { data?: { length: number } }) =>
      waiting.set(conn, (waiting.get(conn) ?? 0) + (data?.length ?? 0)),
    );
    conn.on('drain', () => waiting.set(conn, 0));
  });

  await adapter?.heard();
  const port = await bind(server, settings);
  const stopWatching = watchBacklogs(
    limits,
    () => io.sockets.sockets.values(),
    ({ conn }) => waiting.get(conn) ?? 0,
    // Cuts at once: a closing packet would wait until the peer has read everything before it.
    ({ conn }) => conn.close(true),
  );
  const { pingInterval, pingTimeout } = io.engine.opts;
  return {
    url: `${schemeOf('http', settings)}://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: `server pings every ${pingInterval} ms, waits ${pingTimeout} ms`,
      heartbeatSeconds: (pingInterval ?? 0) / 1e3,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      transports: transports.join(', '),
      parser: packed ? 'MessagePack' : 'JSON',
      ...(adapter === undefined ? {} : { adapter: adapter.name }),
      ...(log === undefined ? {} : { recovery: 'connection state recovery, in memory' }),
    },
    close: closingOnce(async () => {
      stopWatching();
      const closed = closeServer(server, sockets);
      adapter?.end();
      await io.close();
      await closed;
    }),
  };
}

/**
 * Removes the request for recovery from a CONNECT packet whose token has not been admitted before: the library sends what a session
 * missed before any middleware has seen the token. The token of a session that can be recovered has been admitted by this process.
 */
function withoutUnprovenRecovery(authenticator: Authenticator): Inspect {
  return (packet) => {
    if (packet.type !== parser.PacketType.CONNECT) return;
    const { token } = Object(packet.data) as { token?: unknown };
    if (typeof token !== 'string' || authenticator.known(token) === undefined) packet.data = { token };
  };
}

/** Time that Engine.IO waits for a pong by default, as a part of the interval of its pings. */
const TIMEOUT_SHARE = 20 / 25;

/** Pings at another interval than the default, with the default's proportion of the wait. */
function pingsOf({ heartbeatSeconds }: Options): { pingInterval?: number; pingTimeout?: number } {
  if (heartbeatSeconds === undefined) return {};
  const pingInterval = Number(heartbeatSeconds) * 1e3;
  return { pingInterval, pingTimeout: TIMEOUT_SHARE * pingInterval };
}

function transportsOf({ transport = 'websocket' }: Options): ('polling' | 'websocket')[] {
  if (transport === 'polling') return ['polling'];
  return transport === 'upgrade' ? ['polling', 'websocket'] : ['websocket'];
}

/** Converts bytes to a Buffer, which MessagePack's encoder encodes as bytes. */
function asBuffer(message: Message): string | Buffer {
  return typeof message === 'string' ? message : bufferOf(message);
}

/** Limits the sessions of a connection. A request without a session opens one, and Engine.IO would keep any number of them until they time out. */
function limitHandshakes(server: HttpServer, limits: Limits): void {
  const refuseMore = sessionQuota(limits, 'too many sessions');
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const opens = !new URLSearchParams(request.url?.split('?')[1]).has('sid');
    if (opens && refuseMore(request, response)) return;
    for (const listener of listeners) listener.call(server, request, response);
  });
}

/** Ends the session and connection of a POST that is too large. Engine.IO answers it with 413, but would keep both. */
function endWhenTooLarge(server: HttpServer, io: Server): void {
  const connections = new Map<string, { close(discard: boolean): void }>();
  io.engine.on('connection', (conn) => {
    connections.set(conn.id, conn);
    conn.once('close', () => connections.delete(conn.id));
  });
  server.on('request', (request, response) => {
    if (request.method !== 'POST') return;
    response.once('finish', () => {
      if (response.statusCode !== 413) return;
      cutSoon(request.socket);
      connections.get(new URLSearchParams(request.url?.split('?')[1]).get('sid') ?? '')?.close(true);
    });
  });
}
