import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Limits } from '../../bench/contract.ts';
import { ANONYMOUS, type AuthContext, type Authenticator, tokenOf, Unauthorized } from './authenticator.ts';
import { watchBacklogs } from './backlog.ts';
import { refuseUpgrade } from './http/http.ts';
import { tokenBucket } from './token-bucket.ts';

/** Pieces a message may come in: a limit on bytes alone would let a million empty ones through. */
const MAX_FRAGMENTS = 128;
/** Reads a frame may come in: each is kept by itself until the frame is whole, at many times the cost of a byte. */
const MAX_READS = 4_096;
/** Time a peer that is told goodbye has to answer before its connection is cut. */
const GOODBYE_MS = 1_000;

export interface WebSocketAccess {
  readonly authenticator: Authenticator;
  /** Whether the handshake has to bring the token; false where the protocol above has a place for it. */
  readonly tokenInHandshake: boolean;
  readonly maxPayload: number;
  readonly limits: Limits;
  readonly options?: Pick<ServerOptions, 'perMessageDeflate' | 'handleProtocols'>;
  /** A session begins: `connection` follows. */
  readonly onAdmitted?: (socket: WebSocket, auth: AuthContext) => void;
}

/**
 * WebSocket as `ws` has it, with limits on all that can be counted, also where another library makes the server: pieces, reads,
 * control frames (which no application sees), and the time a peer has to answer a close frame.
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
 * WebSocket on a web server, for every transport that has one below it: the same compression (none unless asked for), limits and
 * authorization. A handshake from a strange page is answered with 403, one without the token with 401.
 */
export function acceptWebSockets(
  server: Server,
  { authenticator, tokenInHandshake, maxPayload, limits, options, onAdmitted }: WebSocketAccess,
): WebSocketServer {
  const wss = new (limitedSockets(limits))({ noServer: true, perMessageDeflate: false, maxPayload, ...options });

  server.on('upgrade', (request, socket, head) => {
    const enter = (auth: AuthContext): void =>
      wss.handleUpgrade(request, socket, head, (webSocket) => {
        // A protocol violation: ws has closed the socket with the right code (1002, 1007, 1008, 1009) already.
        webSocket.on('error', () => {});
        onAdmitted?.(webSocket, auth);
        wss.emit('connection', webSocket, request);
      });
    // Until `ws` listens: a peer that resets the connection meanwhile does no harm.
    socket.on('error', () => {});
    if (!authenticator.admitsOrigin(request)) return refuseUpgrade(socket, 403);
    const token = tokenInHandshake && !authenticator.open ? tokenOf(request) : undefined;
    // A handshake without a token leaves it to the protocol above.
    const auth = tokenInHandshake ? authenticator.known(token) : ANONYMOUS;
    if (auth !== undefined) return enter(auth);
    authenticator.admit(token).then(enter, (error: unknown) => {
      if (error instanceof Unauthorized) refuseUpgrade(socket, 401);
      else socket.destroy();
    });
  });

  // Not before there is anything to watch: a server whose port is taken never closes.
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

/** Says why, and does not wait long for an answer: a peer that does not read gives none. */
export function endSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState === socket.OPEN) socket.close(code, reason);
}
