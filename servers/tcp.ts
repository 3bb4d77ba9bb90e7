import type { Socket } from 'node:net';
import { encodeFrame, frameDecoder } from '../bench/codec/frame.ts';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { Authenticator, whenExpired } from './shared/authenticator.ts';
import { watchBacklogs } from './shared/backlog.ts';
import { authority, bind, closeServer, closingOnce, createStreamServer, trackSockets } from './shared/listening.ts';
import { tokenBucket } from './shared/token-bucket.ts';

/**
 * Length-prefixed messages over TCP: the floor that every other transport is compared with. The server greets a session with an
 * empty frame, because a TCP connection is established before its server has seen it. A required token is the client's first frame.
 */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const authenticator = new Authenticator(settings);
  const sessions = new Set<Socket>();
  const server = createStreamServer(settings, onConnection);
  const sockets = trackSockets(server);

  function broadcast(message: Message): void {
    const frame = encodeFrame(message);
    for (const socket of sessions) socket.write(frame);
  }

  function greet(socket: Socket): void {
    if (socket.destroyed) return;
    sessions.add(socket);
    socket.write(encodeFrame(''));
  }

  function onConnection(socket: Socket): void {
    // Ignores a reset by the peer: `close` follows.
    socket.on('error', () => {});
    socket.once('close', () => sessions.delete(socket));
    const end = (): void => void socket.destroy();
    const reply = (message: Message): void => void socket.write(encodeFrame(message));
    const take = tokenBucket(limits);
    const receive = (frame: Buffer): void => {
      if (!take()) return end();
      void application(frame, reply, broadcast);
    };
    if (authenticator.open) {
      socket.on('data', frameDecoder(messageBytes, receive, end));
      return greet(socket);
    }
    const late = setTimeout(end, limits.handshakeMs);
    socket.once('close', () => clearTimeout(late));
    const introduce = (frame: Buffer): void => {
      if (sessions.has(socket)) return receive(frame);
      authenticator.admit(frame.toString('latin1')).then((auth) => {
        clearTimeout(late);
        socket.once('close', whenExpired(auth, end));
        greet(socket);
      }, end);
    };
    socket.on('data', frameDecoder(messageBytes, introduce, end));
  }

  const port = await bind(server, settings);
  const stopWatching = watchBacklogs(
    limits,
    () => sessions,
    ({ writableLength }) => writableLength,
    (socket) => socket.destroy(),
  );
  return {
    url: `${settings.identity === undefined ? 'tcp' : 'tls'}://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: 'none',
      heartbeatSeconds: 0,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
    },
    close: closingOnce(() => {
      stopWatching();
      for (const socket of sessions) socket.end();
      return closeServer(server, sockets);
    }),
  };
}
