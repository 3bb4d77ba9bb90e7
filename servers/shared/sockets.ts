import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Limits } from '../../bench/contract.ts';
import {
  ANONYMOUS,
  type AuthContext,
  type Authenticator,
  tokenOf,
  Unauthorized,
  whenExpired,
} from './authenticator.ts';
import { watchBacklogs } from './backlog.ts';
import { refuseUpgrade } from './http/http.ts';
import { GOODBYE_MS } from './listening.ts';
import { tokenBucket } from './token-bucket.ts';

/** Maximum number of fragments of a message: a limit on bytes alone would allow a million empty ones. */
const MAX_FRAGMENTS = 128;
/** Maximum number of reads of a frame: each is kept separately until the frame is complete, at many times the cost of a byte. */
const MAX_READS = 4_096;

export interface WebSocketAccess {
  readonly authenticator: Authenticator;
  /** True if the handshake must carry the token; false if the protocol above carries it. */
  readonly tokenInHandshake: boolean;
  readonly maxPayload: number;
  readonly limits: Limits;
  readonly options?: Pick<ServerOptions, 'perMessageDeflate' | 'handleProtocols'>;
}

/**
 * WebSocket server class of `ws` with limits on fragments, reads, control frames (which no application sees), and the time that a
 * peer has to answer a close frame. Other libraries can use it in place of their own.
 */
export function limitedSockets(limits: Limits): new (options?: ServerOptions) => WebSocketServer {
  const goodbye = { closeTimeout: GOODBYE_MS };
  return class extends WebSocketServer {
    constructor(options?: ServerOptions) {
      super({ ...options, ...goodbye, maxFragments: MAX_FRAGMENTS, maxBufferedChunks: MAX_READS });
    }

    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (client: WebSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, socket, head, (client, from) => {
        const take = tokenBucket(limits);
        const count = (): void => {
          if (!take()) endSocket(client, 1008, 'too many control frames');
        };
        client.on('ping', count).on('pong', count);
        done(client, from);
      });
    }
  };
}

/**
 * Accepts WebSockets on a web server, for every transport that uses them: with equal compression (none by default), limits and
 * authorization. A handshake from a page of another origin gets 403, one without a required token 401. A session ends with its token.
 */
export function acceptWebSockets(
  server: Server,
  { authenticator, tokenInHandshake, maxPayload, limits, options }: WebSocketAccess,
): WebSocketServer {
  const wss = new (limitedSockets(limits))({ noServer: true, perMessageDeflate: false, maxPayload, ...options });

  server.on('upgrade', (request, socket, head) => {
    const enter = (auth: AuthContext): void =>
      wss.handleUpgrade(request, socket, head, (webSocket) => {
        // Ignores a protocol violation: ws has already closed the socket with the right code (1002, 1007, 1008, 1009).
        webSocket.on('error', () => {});
        const expire = (): void => endSocket(webSocket, 4401, 'the token has expired');
        webSocket.once('close', whenExpired(auth, expire));
        wss.emit('connection', webSocket, request);
      });
    // Ignores a reset by the peer until `ws` listens for errors.
    socket.on('error', () => {});
    if (!authenticator.admitsOrigin(request)) return refuseUpgrade(socket, 403);
    const token = tokenInHandshake && !authenticator.open ? tokenOf(request) : undefined;
    // If the handshake needs no token, the protocol above checks it.
    const auth = tokenInHandshake ? authenticator.known(token) : ANONYMOUS;
    if (auth !== undefined) return enter(auth);
    authenticator.admit(token).then(enter, (error: unknown) => {
      if (error instanceof Unauthorized) refuseUpgrade(socket, 401);
      else socket.destroy();
    });
  });

  // Started once the port is bound: a server whose port is taken never closes.
  server.once('listening', () => {
    const stop = watchBacklogs(
      limits,
      () => wss.clients,
      ({ bufferedAmount }) => bufferedAmount,
      (socket) => endSocket(socket, 1013, 'reads too slowly'),
    );
    server.once('close', stop);
  });
  return wss;
}

/** Closes a socket with a code and reason, unless it is closing already. */
export function endSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState === socket.OPEN) socket.close(code, reason);
}
