import { Server } from 'socket.io';
import * as parser from 'socket.io-parser';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { watchBacklogs } from './backlog.ts';
import { floodGuard } from './flood.ts';
import { Gate, type Pass, whenExpired } from './gate.ts';
import { createWebServer, notFound, schemeOf } from './http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';
import { limitedSockets } from './sockets.ts';

/** An event has one argument. With the usual ten, a peer could leave ten messages here that never become an event. */
class Decoder extends parser.Decoder {
  constructor() {
    super({ maxAttachments: 1 });
  }
}

/** The event's name, as short as it can be, so that framing is all that is added to a message. */
const EVENT = 'm';
/** What Engine.IO and Socket.IO put around a text message: `42["m","…"]`. */
const ENVELOPE_BYTES = '42["m",""]'.length;

/** Socket.IO 4 over its WebSocket transport: one event a message. */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const gate = new Gate(settings);
  // The token comes with Socket.IO's own connect packet, not with the handshake below it.
  const server = createWebServer(settings, notFound, new Gate({ ...settings, tokens: undefined }));
  const sockets = trackSockets(server);
  const passes = new WeakMap<object, Pass>();
  const io = new Server(server, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: messageBytes + ENVELOPE_BYTES,
    parser: { ...parser, Decoder },
    wsEngine: limitedSockets(limits),
    connectTimeout: limits.handshakeMs,
    allowRequest: (request, done) =>
      done(gate.admitsOrigin(request) ? null : 'this origin is not admitted', gate.admitsOrigin(request)),
  });
  if (!gate.open) {
    io.use((socket, next) => {
      gate.admit(socket.handshake.auth.token).then((pass) => {
        passes.set(socket, pass);
        next();
      }, next);
    });
  }

  const broadcast = (message: Message): void => void io.emit(EVENT, message);

  io.on('connection', (socket) => {
    const pass = passes.get(socket);
    if (pass !== undefined)
      socket.once(
        'disconnect',
        whenExpired(pass, () => socket.disconnect(true)),
      );
    const reply = (message: Message): void => void socket.emit(EVENT, message);
    socket.on(EVENT, (message: unknown) => {
      // An event's argument may be anything that JSON has, or nothing.
      if (typeof message !== 'string' && !Buffer.isBuffer(message)) return void socket.disconnect(true);
      if (message.length > messageBytes) return void socket.disconnect(true);
      void application(message, reply, broadcast);
    });
  });

  // Engine.IO keeps what its transport has not taken yet, and says when that is handed on.
  const waiting = new WeakMap<object, number>();
  io.engine.on('connection', (conn) => {
    // Whatever they are: events that nobody listens for and other namespaces cost as much as messages.
    const inTime = floodGuard(limits);
    conn.on('packet', () => {
      if (!inTime()) conn.close(true);
    });
    conn.on('packetCreate', ({ data }: { data?: { length: number } }) =>
      waiting.set(conn, (waiting.get(conn) ?? 0) + (data?.length ?? 0)),
    );
    conn.on('drain', () => waiting.set(conn, 0));
  });
  const stopWatching = watchBacklogs(
    limits,
    () => io.sockets.sockets.values(),
    ({ conn }) => waiting.get(conn) ?? 0,
    // At once: a goodbye would wait until what is before it has been read.
    ({ conn }) => conn.close(true),
  );

  const port = await bind(server, settings);
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
      transports: 'websocket',
    },
    close: closingOnce(async () => {
      stopWatching();
      const closed = closeServer(server, sockets);
      await io.close();
      await closed;
    }),
  };
}
