import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../../../bench/contract.ts';
import type { AuthContext } from '../authenticator.ts';
import { isLonger } from '../messages.ts';
import { answer, type Handshake, listening, type NativeSession, type Serve } from './native.ts';

interface DenoSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: string | ArrayBuffer }) => void) | null;
  onclose: (() => void) | null;
  onerror: ((event: { preventDefault(): void }) => void) | null;
  send(message: Message): void;
  close(code: number, reason: string): void;
}

interface DenoServer {
  readonly addr: { readonly port: number };
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
}

/** The part of Deno that is used here; its own types would declare it for Node's files too. */
interface WithDeno {
  readonly Deno: {
    serve(
      options: {
        hostname: string;
        port: number;
        cert?: string;
        key?: string;
        signal: AbortSignal;
        onListen(): void;
        onError(error: unknown): Response;
      },
      handler: (request: Request) => Response | Promise<Response>,
    ): DenoServer;
    upgradeWebSocket(
      request: Request,
      options: { idleTimeout: number },
    ): { readonly socket: DenoSocket; readonly response: Response };
  };
}

const OPEN = 1;

/** WebSocket server of Deno: `Deno.serve` with `Deno.upgradeWebSocket`, and a loop over the sockets for a broadcast. */
export const serve: Serve = (settings) => {
  const { host, port, identity, messageBytes } = settings;
  const { Deno } = globalThis as unknown as WithDeno;
  const sockets = new Set<DenoSocket>();
  const stop = new AbortController();

  const send = (socket: DenoSocket, message: Message): void => {
    if (socket.readyState === OPEN) socket.send(message);
  };

  function begin(socket: DenoSocket, request: Handshake, auth: AuthContext): void {
    let session: NativeSession | undefined;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      const native = {
        send: (message: Message) => send(socket, message),
        close: (code: number, reason: string) => socket.close(code, reason),
        waiting: () => socket.bufferedAmount,
      };
      session = settings.open(native, request, auth);
      sockets.add(socket);
    };
    socket.onmessage = ({ data }) => {
      const message = typeof data === 'string' ? data : new Uint8Array(data);
      // The runtime's own limit is 64 MiB and cannot be set.
      if (isLonger(message, messageBytes)) return socket.close(1009, 'message too big');
      session?.message(message);
    };
    socket.onclose = () => {
      sockets.delete(socket);
      session?.ended();
      session = undefined;
    };
    // A reset by the peer, which its close follows.
    socket.onerror = (event) => event.preventDefault();
  }

  function enter(request: Request, of: Handshake, auth: AuthContext): Response {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    begin(socket, of, auth);
    return response;
  }

  const listen = () =>
    Deno.serve(
      {
        hostname: host,
        port,
        ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
        signal: stop.signal,
        onListen() {},
        // A handshake that breaks the protocol.
        onError: () => new Response(null, { status: 400 }),
      },
      (request) => answer(request, settings, (of, auth) => enter(request, of, auth)),
    );
  const server = listening(settings, listen, ({ name }) => name === 'AddrInUse');
  return {
    port: server.addr.port,
    broadcast(message) {
      for (const socket of sockets) send(socket, message);
    },
    fixed: {
      handshakeSeconds: 'none, and Deno lets none be set',
      largestFrame: '64 MiB, which Deno fixes; a larger message than ours is refused once it is read',
    },
    async close(graceMs) {
      const isDown = await Promise.race([server.shutdown().then(() => true), sleep(graceMs, false)]);
      // An abort after the end throws where nobody can catch it.
      if (!isDown) stop.abort();
      await server.finished;
    },
  };
};
