import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { createWebServer, notFound } from './http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';

/** Raw WebSocket (RFC 6455) on the `ws` library: one frame a message, text stays text and binary stays binary. */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const server = createWebServer(notFound);
  const sockets = trackSockets(server);
  const { messageBytes } = settings.limits;
  const wss = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: messageBytes, maxFragments: 128 });

  function sendToAll(message: Message, binary: boolean): void {
    for (const client of wss.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(message, { binary });
    }
  }

  wss.on('connection', (socket) => {
    socket.on('message', (data: RawData, isBinary) =>
      application(
        data as Buffer, // binaryType is 'nodebuffer', so never an array of fragments
        (message) => socket.send(message, { binary: isBinary }),
        (message) => sendToAll(message, isBinary),
      ),
    );
    // A protocol violation: ws has closed the socket with the right code (1002, 1007, 1009) already.
    socket.on('error', () => {});
  });

  // The HTTP server's errors are repeated here; `bind` has reported them.
  wss.on('error', () => {});

  const port = await bind(server, settings);
  return {
    url: `ws://${authority(settings.host, port)}/`,
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
