import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Limits } from '../../bench/contract.ts';
import { tokenBucket } from './token-bucket.ts';

/** Time that a refused sender has to finish before its stream or session is cut. */
export const LINGER_MS = 1_000;
/** Time without a byte from a refused sender after which its connection is cut, and the longest time that it may go on sending. */
const SILENT_MS = 3_000;
const MAX_LINGER_MS = 9_000;

/** Maximum number of pipelined requests, which wait for an earlier answer; browsers pipeline none. */
const MAX_PIPELINED = 64;
/** Requests allowed for each message: a session may poll once for each message that it sends, on one connection. */
const REQUESTS_A_MESSAGE = 2;

/** Part of a socket that is to be cut. */
interface Cuttable {
  /** Bytes received, where the socket counts them. */
  readonly bytesRead?: number;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Cuts a connection after a moment, which its peer has to read the last answer: once nothing more has come meanwhile, or after three of them.
 * A peer that is cut while it sends is reset and may not read the answer (RFC 9112 §9.6), and a browser sends the request again.
 */
export function cutSoon(socket: Cuttable): void {
  const lastMs = performance.now() + MAX_LINGER_MS;
  const wait = (): NodeJS.Timeout => {
    const had = socket.bytesRead;
    return setTimeout(() => {
      if (socket.bytesRead === had || performance.now() >= lastMs) socket.destroy();
      else cut = wait();
    }, SILENT_MS);
  };
  let cut = wait();
  socket.once('close', () => clearTimeout(cut));
}

/** Requests of a connection. */
interface Asked {
  readonly take: () => boolean;
  waiting: number;
}

/**
 * Counts the requests of each connection. The result is false if they come faster than its session may send, or if too many are
 * pipelined. A limit on bytes alone would allow as many unanswered requests as fit into them.
 */
export function requestGuard({
  messagesPerSecond,
}: Pick<Limits, 'messagesPerSecond'>): (request: IncomingMessage, response: ServerResponse) => boolean {
  const asked = new WeakMap<object, Asked>();
  return ({ socket }, response) => {
    let one = asked.get(socket);
    if (one === undefined) {
      one = { take: tokenBucket({ messagesPerSecond: REQUESTS_A_MESSAGE * messagesPerSecond }), waiting: 0 };
      asked.set(socket, one);
    }
    // A response has the socket from the start, unless an earlier one still has it.
    one.waiting = response.socket === null ? one.waiting + 1 : 0;
    return one.waiting <= MAX_PIPELINED && one.take();
  };
}

const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers malformed or incomplete requests with a status. Node does so too, but closes at once: a connection closed while its peer
 * still sends is reset, and the peer would never read the status.
 */
export function answerBrokenRequests<Any extends Server>(server: Any): Any {
  const answered = new WeakSet<Duplex>();
  const underWay = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request, response) => underWay.set(request.socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (answered.has(socket)) return;
    answered.add(socket);
    const response = underWay.get(socket);
    const saidAlready = response?.headersSent === true && !response.writableFinished;
    if (!socket.writable || saidAlready || error.code === 'ECONNRESET') return void socket.destroy();
    const status = STATUS_OF[error.code ?? ''] ?? 400;
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    cutSoon(socket);
    // The parser has stopped; further input is read and discarded.
    socket.removeAllListeners('data');
    socket.on('data', () => {});
  });
  return server;
}
