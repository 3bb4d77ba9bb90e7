import { Server } from 'socket.io';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { createWebServer, notFound } from './http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';

/** The event's name, as short as it can be, so that framing is all that is added to a message. */
const EVENT = 'm';
/** What Engine.IO and Socket.IO put around a text message: `42["m","…"]`. */
const ENVELOPE_BYTES = '42["m",""]'.length;

/** Socket.IO 4 over its WebSocket transport: one event a message. */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const server = createWebServer(notFound);
  const sockets = trackSockets(server);
  const { messageBytes } = settings.limits;
  const io = new Server(server, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: messageBytes + ENVELOPE_BYTES,
  });

  const broadcast = (message: Message): void => void io.emit(EVENT, message);

  io.on('connection', (socket) => {
    const reply = (message: Message): void => void socket.emit(EVENT, message);
    socket.on(EVENT, (message: unknown) => {
      // An event's argument may be anything that JSON has, or nothing.
      if (typeof message !== 'string' && !Buffer.isBuffer(message)) return void socket.disconnect(true);
      if (message.length > messageBytes) return void socket.disconnect(true);
      void application(message, reply, broadcast);
    });
  });

  const port = await bind(server, settings);
  const { pingInterval, pingTimeout } = io.engine.opts;
  return {
    url: `http://${authority(settings.host, port)}`,
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
      const closed = closeServer(server, sockets);
      await io.close();
      await closed;
    }),
  };
}
