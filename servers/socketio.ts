import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import * as msgpack from 'socket.io-msgpack-parser';
import * as parser from 'socket.io-parser';
import type { Application, Listener, Message, Options, ServerSettings } from '../bench/contract.ts';
import { type AuthContext, Authenticator, whenExpired } from './shared/authenticator.ts';
import { watchBacklogs } from './shared/backlog.ts';
import { createWebServer, cutSoon, guardOrigins, notFound, refuseAndCut, schemeOf } from './shared/http/http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './shared/listening.ts';
import { isLonger } from './shared/message-size.ts';
import { limitedSockets } from './shared/sockets.ts';
import { tokenBucket } from './shared/token-bucket.ts';

/** An event has one argument. With the usual ten, a peer could leave ten messages here that never become an event. */
class Decoder extends parser.Decoder {
  constructor() {
    super({ maxAttachments: 1 });
  }
}

/** Events that a socket has by itself: a peer's own of that name would be taken for them. */
const RESERVED = new Set(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']);

/** The usual parser looks at an event's name, this one does not: a name that is an object would end the process. */
class PackedDecoder extends msgpack.Decoder {
  override checkPacket(packet: { readonly type: number; readonly data: readonly unknown[] }): void {
    super.checkPacket(packet);
    const [name] = packet.type === msgpack.PacketType.EVENT ? packet.data : [EVENT];
    if (typeof name !== 'string' || RESERVED.has(name)) throw new Error('invalid event name');
  }
}

/** The event's name, as short as it can be, so that framing is all that is added to a message. */
const EVENT = 'm';
/** What Engine.IO and Socket.IO put around a text message: `42["m","…"]`, or names and types of MessagePack. */
const ENVELOPE_BYTES = '42["m",""]'.length;
const PACKED_ENVELOPE_BYTES = 64;

/** What binary takes when it travels as text, in base64. */
const BASE64 = 4 / 3;

/**
 * Socket.IO 4 over its WebSocket transport: one event a message. Option `transport`: `polling` alone, or `upgrade`, polling
 * first; `msgpack`: packets as MessagePack instead of JSON.
 */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const transports = transportsOf(settings.options);
  const polls = transports.includes('polling');
  const packed = settings.options.msgpack === true;
  const authenticator = new Authenticator(settings);
  // The token comes with Socket.IO's own connect packet, not with the handshake below it.
  const server = createWebServer(settings, notFound, new Authenticator({ ...settings, tokens: undefined }));
  const sockets = trackSockets(server);
  const contexts = new WeakMap<object, AuthContext>();
  const io = new Server(server, {
    transports,
    upgradeTimeout: limits.handshakeMs,
    parser: packed ? { ...msgpack, Decoder: PackedDecoder } : { ...parser, Decoder },
    // A page of an origin that is admitted may read the answers.
    ...(polls && settings.origins !== undefined ? { cors: { origin: [...settings.origins] } } : {}),
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    wsEngine: limitedSockets(limits),
    maxHttpBufferSize:
      Math.ceil(messageBytes * (polls ? BASE64 : 1)) + (packed ? PACKED_ENVELOPE_BYTES : ENVELOPE_BYTES),
    connectTimeout: limits.handshakeMs,
  });
  if (polls) {
    endWhenTooLarge(server, io);
    limitHandshakes(server, limits.subscriptions);
  }
  // Engine.IO would answer a strange page's handshake with 400.
  guardOrigins(server, authenticator, settings);
  if (!authenticator.open) {
    io.use((socket, next) => {
      authenticator.admit(socket.handshake.auth.token).then((auth) => {
        contexts.set(socket, auth);
        next();
      }, next);
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
      // An event's argument may be anything that JSON has, or nothing.
      if (typeof message !== 'string' && !Buffer.isBuffer(message)) return void socket.disconnect(true);
      if (isLonger(message, messageBytes)) return void socket.disconnect(true);
      void application(message, reply, broadcast);
    });
  });

  // Engine.IO keeps what its transport has not taken yet, and says when that is handed on.
  const waiting = new WeakMap<object, number>();
  io.engine.on('connection', (conn) => {
    // Whatever they are: events that nobody listens for and other namespaces cost as much as messages.
    const take = tokenBucket(limits);
    conn.on('packet', () => {
      if (!take()) conn.close(true);
    });
    conn.on('packetCreate', ({ data }: { data?: { length: number } }) =>
      waiting.set(conn, (waiting.get(conn) ?? 0) + (data?.length ?? 0)),
    );
    conn.on('drain', () => waiting.set(conn, 0));
  });

  const port = await bind(server, settings);
  const stopWatching = watchBacklogs(
    limits,
    () => io.sockets.sockets.values(),
    ({ conn }) => waiting.get(conn) ?? 0,
    // At once: a goodbye would wait until what is before it has been read.
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
    },
    close: closingOnce(async () => {
      stopWatching();
      const closed = closeServer(server, sockets);
      await io.close();
      await closed;
    }),
  };
}

function transportsOf({ transport = 'websocket' }: Options): ('polling' | 'websocket')[] {
  if (transport === 'polling') return ['polling'];
  return transport === 'upgrade' ? ['polling', 'websocket'] : ['websocket'];
}

/** MessagePack's encoder takes bytes for bytes where they are a Buffer. */
function asBuffer(message: Message): string | Buffer {
  if (typeof message === 'string' || Buffer.isBuffer(message)) return message;
  return Buffer.from(message.buffer, message.byteOffset, message.length);
}

/** A request without a session opens one, and Engine.IO would keep any number of them for as long as they may take to connect. */
function limitHandshakes(server: HttpServer, max: number): void {
  const opened = new WeakMap<object, number>();
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!new URLSearchParams(request.url?.split('?')[1]).has('sid')) {
      const before = opened.get(request.socket) ?? 0;
      if (before >= max) return refuseAndCut(request, response, 429, 'too many sessions');
      opened.set(request.socket, before + 1);
    }
    for (const listener of listeners) listener.call(server, request, response);
  });
}

/** Engine.IO answers a POST that is too large with 413, and would keep its session, and the connection until the rest has come. */
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
