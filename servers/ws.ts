import { type RawData, WebSocket } from 'ws';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { floodGuard } from './flood.ts';
import { Gate, whenExpired } from './gate.ts';
import { createWebServer, notFound, schemeOf } from './http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';
import { acceptWebSockets, endSocket } from './sockets.ts';

/** Raw WebSocket (RFC 6455) on the `ws` library: one frame a message, text stays text and binary stays binary. */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const gate = new Gate(settings);
  const server = createWebServer(settings, notFound, gate);
  const sockets = trackSockets(server);
  const wss = acceptWebSockets(server, {
    ...{ gate, limits, tokenInHandshake: true, maxPayload: messageBytes },
    onAdmitted(socket, pass) {
      socket.once(
        'close',
        whenExpired(pass, () => endSocket(socket, 4401, 'the token has expired')),
      );
    },
  });

  function sendToAll(message: Message, binary: boolean): void {
    for (const client of wss.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(message, { binary });
    }
  }

  wss.on('connection', (socket) => {
    const inTime = floodGuard(limits);
    socket.on('message', (data: RawData, isBinary) => {
      if (!inTime()) return endSocket(socket, 1008, 'too many messages');
      void application(
        data as Buffer, // binaryType is 'nodebuffer', so never an array of fragments
        (message) => socket.send(message, { binary: isBinary }),
        (message) => sendToAll(message, isBinary),
      );
    });
  });

  const port = await bind(server, settings);
  return {
    url: `${schemeOf('ws', settings)}://${authority(settings.host, port)}/`,
    broadcast: (message) => sendToAll(message, typeof message !== 'string'),
    effective: {
      heartbeat: 'none',
      heartbeatSeconds: 0,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      maxFragments: 128,
    },
    close: closingOnce(() => {
      for (const client of wss.clients) client.close(1001, 'server going away');
      wss.close();
      return closeServer(server, sockets);
    }),
  };
}
