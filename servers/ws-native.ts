import type { Application, Listener, Message, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { Authenticator, tokenOf, Unauthorized, whenExpired } from './shared/authenticator.ts';
import { watchBacklogs } from './shared/backlog.ts';
import { schemeOf } from './shared/http/http.ts';
import { authority, closingOnce, GOODBYE_MS } from './shared/listening.ts';
import { missedSince, placeInQuery } from './shared/log/resume.ts';
import type { Handshake, NativeSettings, NativeSocket, Serve } from './shared/native/native.ts';
import { tokenBucket } from './shared/token-bucket.ts';

/**
 * WebSocket (RFC 6455) on the server that the runtime has of its own: `Bun.serve` or `Deno.serve`. One frame a message; text stays text
 * and binary stays binary. Limits, tokens, origins and codes are those of `ws`, where the runtime lets them be set; `effective` says
 * what it fixes. A session that resumes brings its place in the log as `?since=` of the handshake.
 */
export async function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const serve = await ownServer();
  const { limits, host } = settings;
  const { messageBytes } = limits;
  const authenticator = new Authenticator(settings);
  const peers = new Set<NativeSocket>();

  /** Closes a session, and cuts it if the peer does not answer in time. */
  function end(socket: NativeSocket, code: number, reason: string): void {
    socket.close(code, reason);
    if (socket.terminate === undefined) return;
    setTimeout(() => {
      if (peers.has(socket)) socket.terminate?.();
    }, GOODBYE_MS).unref();
  }

  const server = serve({
    host,
    port: settings.port,
    identity: settings.identity,
    messageBytes,
    admit: admission(authenticator),
    open(socket, request, auth) {
      const takeMessage = tokenBucket(limits);
      const takeControl = tokenBucket(limits);
      for (const { message } of missedSince(log, placeInQuery(request, 'since'))) socket.send(message);
      peers.add(socket);
      const cancel = whenExpired(auth, () => end(socket, 4401, 'the token has expired'));
      const reply = (answer: Message): void => socket.send(answer);
      const broadcast = (news: Message): void => server.broadcast(news);
      return {
        message(message) {
          if (!takeMessage()) return end(socket, 1008, 'too many messages');
          void application(message, reply, broadcast);
        },
        control() {
          if (!takeControl()) end(socket, 1008, 'too many control frames');
        },
        ended() {
          peers.delete(socket);
          cancel();
        },
      };
    },
  });

  const stopWatching = watchBacklogs(
    limits,
    () => peers,
    (socket) => socket.waiting(),
    (socket) => end(socket, 1013, 'reads too slowly'),
  );
  return {
    url: `${schemeOf('ws', settings)}://${authority(host, server.port)}/`,
    broadcast: (message) => server.broadcast(message),
    ownSockets: true,
    effective: {
      heartbeat: 'none',
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      ...server.fixed,
    },
    close: closingOnce(() => {
      stopWatching();
      for (const socket of peers) socket.close(1001, 'server going away');
      return server.close(GOODBYE_MS);
    }),
  };
}

/** Loads the part for this runtime, which no other can load. */
async function ownServer(): Promise<Serve> {
  if ('Bun' in globalThis) return (await import('./shared/native/bun.ts')).serve;
  if ('Deno' in globalThis) return (await import('./shared/native/deno.ts')).serve;
  throw new Error('Node has no WebSocket server of its own: run it with Bun or Deno');
}

/** Admits a handshake by its origin and its token. At once, if the token is known or none is needed. */
function admission(authenticator: Authenticator): NativeSettings['admit'] {
  return (request: Handshake) => {
    if (!authenticator.admitsOrigin(request)) return { status: 403 };
    const token = authenticator.open ? undefined : tokenOf(request);
    return (
      authenticator.known(token) ??
      authenticator.admit(token).catch((error: unknown) => {
        if (error instanceof Unauthorized) return { status: 401 as const };
        throw error;
      })
    );
  };
}
