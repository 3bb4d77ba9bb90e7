import type { Socket } from 'node:net';
import { encodeFrame, frameDecoder } from '../bench/codec/frame.ts';
import { MAX_ID_CHARACTERS } from '../bench/codec/replay-log.ts';
import type { Application, Listener, Message, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { Authenticator, whenExpired } from './shared/authenticator.ts';
import { watchBacklogs } from './shared/backlog.ts';
import { authority, bind, closeServer, closingOnce, createStreamServer, trackSockets } from './shared/listening.ts';
import { missedSince } from './shared/log/resume.ts';
import { tokenBucket } from './shared/token-bucket.ts';

/**
 * Length-prefixed messages over TCP: the floor that every other transport is compared with. The server greets a session with an
 * empty frame, because a TCP connection is established before its server has seen it. A required token is the client's first frame.
 *
 * A session that resumes says so with an empty frame, which no message is, and a frame with its place in the log. It is greeted again,
 * and what it missed follows. It disregards everything before the second greeting: that is repeated after it.
 */
export async function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const heartbeatSeconds = Number(settings.options.heartbeatSeconds ?? 0);
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
    if (heartbeatSeconds > 0) socket.setKeepAlive(true, heartbeatSeconds * 1e3);
    socket.once('close', () => sessions.delete(socket));
    const end = (): void => void socket.destroy();
    const reply = (message: Message): void => void socket.write(encodeFrame(message));
    const take = tokenBucket(limits);
    const resume = (place: string): void => {
      socket.write(encodeFrame(''));
      for (const { message } of missedSince(log, place)) socket.write(encodeFrame(message));
    };
    const read = opening((frame) => void application(frame, reply, broadcast), resume);
    const receive = (frame: Buffer): void => {
      if (!take()) return end();
      read(frame);
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
      heartbeat:
        heartbeatSeconds === 0 ? 'none' : 'TCP keepalive of both sides; ten probes without an answer, 1 s apart',
      heartbeatSeconds,
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

/** Reads a session's frames, of which the first may be an empty one. Then the second is its place in the log, and no message. */
function opening(receive: (frame: Buffer) => void, resume: (place: string) => void): (frame: Buffer) => void {
  let next: 'first' | 'place' | 'message' = 'first';
  return (frame) => {
    const was = next;
    next = was === 'first' && frame.length === 0 ? 'place' : 'message';
    if (was === 'place') resume(frame.toString('latin1', 0, MAX_ID_CHARACTERS + 1));
    else if (next === 'message') receive(frame);
  };
}
