import { createServer, type Socket } from 'node:net';
import { encodeFrame, frameDecoder } from '../bench/codec/frame.ts';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';

/**
 * Length-prefixed messages over TCP: the floor that every other transport is held against. An empty frame greets a session:
 * a TCP connection is established before its server has seen it.
 */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const server = createServer({ noDelay: true });
  const sockets = trackSockets(server);

  function broadcast(message: Message): void {
    const frame = encodeFrame(message);
    for (const socket of sockets) socket.write(frame);
  }

  server.on('connection', (socket: Socket) => {
    const reply = (message: Message): void => void socket.write(encodeFrame(message));
    const decode = frameDecoder(
      settings.limits.messageBytes,
      (frame) => application(frame, reply, broadcast),
      () => socket.destroy(),
    );
    socket.on('data', decode);
    socket.write(encodeFrame(''));
    // A reset by the peer; `close` follows and forgets the socket.
    socket.on('error', () => {});
  });

  const port = await bind(server, settings);
  return {
    url: `tcp://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: 'none',
      heartbeatSeconds: 0,
      compression: false,
      tcpNoDelay: true,
      messageBytes: settings.limits.messageBytes,
    },
    close: closingOnce(() => {
      for (const socket of sockets) socket.end();
      return closeServer(server, sockets);
    }),
  };
}
