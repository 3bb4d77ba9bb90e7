import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../../../bench/contract.ts';
import type { AuthContext } from '../authenticator.ts';
import { answer, type Handshake, listening, type NativeSession, type Serve } from './native.ts';

/** Data of a socket: of its handshake first, then its session. */
interface Data {
  readonly request: Handshake;
  readonly auth: AuthContext;
  session?: NativeSession;
}

interface BunSocket {
  readonly data: Data;
  send(message: Message): number;
  close(code: number, reason: string): void;
  terminate(): void;
  subscribe(topic: string): void;
  getBufferedAmount(): number;
}

interface BunServer {
  readonly port: number;
  upgrade(request: Request, options: { data: Data }): boolean;
  publish(topic: string, message: Message): number;
  stop(closeAll?: boolean): Promise<void>;
}

/** The part of Bun that is used here; its own types would declare it for Node's files too. */
interface WithBun {
  readonly Bun: {
    serve(options: {
      hostname: string;
      port: number;
      tls?: { cert: string; key: string };
      idleTimeout: number;
      fetch(request: Request, server: BunServer): Response | undefined | Promise<Response | undefined>;
      websocket: {
        maxPayloadLength: number;
        backpressureLimit: number;
        closeOnBackpressureLimit: boolean;
        idleTimeout: number;
        sendPings: boolean;
        perMessageDeflate: boolean;
        open(socket: BunSocket): void;
        message(socket: BunSocket, message: string | Buffer): void;
        ping(socket: BunSocket): void;
        pong(socket: BunSocket): void;
        close(socket: BunSocket): void;
      };
    }): BunServer;
  };
}

/** Topic of broadcasts. */
const ALL = 'all';
/** Idle time of a connection before its request, in seconds. Bun has the same 10 s for a connection that never asks, whatever is set. */
const IDLE_SECONDS = 10;
/** Bytes up to which µWebSockets keeps what a peer does not take: the backlog is watched as that of every other transport. */
const NO_LIMIT = 2 ** 31 - 1;

/** WebSocket server of Bun, which is µWebSockets: `Bun.serve` with `publish`. */
export const serve: Serve = (settings) => {
  const { host, port, identity, messageBytes } = settings;
  const { Bun } = globalThis as unknown as WithBun;
  const listen = () =>
    Bun.serve({
      hostname: host,
      port,
      ...(identity === undefined ? {} : { tls: { cert: identity.certificate, key: identity.key } }),
      idleTimeout: IDLE_SECONDS,
      fetch: (request, serving) =>
        answer(request, settings, (of, auth) => {
          const isUpgraded = serving.upgrade(request, { data: { request: of, auth } });
          return isUpgraded ? undefined : new Response(null, { status: 400 });
        }),
      websocket: {
        maxPayloadLength: messageBytes,
        backpressureLimit: NO_LIMIT,
        closeOnBackpressureLimit: false,
        idleTimeout: 0,
        sendPings: false,
        perMessageDeflate: false,
        open(socket) {
          const { data } = socket;
          const native = {
            send: (message: Message) => void socket.send(message),
            close: (code: number, reason: string) => socket.close(code, reason),
            terminate: () => socket.terminate(),
            waiting: () => socket.getBufferedAmount(),
          };
          data.session = settings.open(native, data.request, data.auth);
          socket.subscribe(ALL);
        },
        message: ({ data }, message) => data.session?.message(message),
        ping: ({ data }) => data.session?.control(),
        pong: ({ data }) => data.session?.control(),
        close: ({ data }) => data.session?.ended(),
      },
    });
  const server = listening(settings, listen, (error) => 'code' in error && error.code === 'EADDRINUSE');
  return {
    port: server.port,
    broadcast: (message) => void server.publish(ALL, message),
    fixed: { handshakeSeconds: '10, which Bun fixes', fragments: 'only their bytes are limited' },
    async close(graceMs) {
      const stopped = server.stop();
      await Promise.race([stopped, sleep(graceMs)]);
      await server.stop(true);
    },
  };
};
