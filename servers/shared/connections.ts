import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Limits } from '../../bench/contract.ts';
import { tokenBucket } from './token-bucket.ts';

/** Time a refused sender has to finish before its connection is cut. */
export const LINGER_MS = 1_000;

/** Requests that may wait behind one that is not answered yet; browsers let none wait. */
const MAX_PIPELINED = 64;
/** A session may poll for as many answers as it sends messages, on one connection. */
const REQUESTS_A_MESSAGE = 2;

/** Requests of one connection. */
interface Asked {
  readonly take: () => boolean;
  waiting: number;
}

/**
 * Counts each connection's requests, whatever they ask for: false once they come faster than its session may send, or wait one
 * behind another. A limit on bytes alone would hold as many unanswered requests as fit into them.
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
    // An answer has the socket from the start, unless an earlier one has it still.
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
 * Answers what is no request, or never becomes one, with its status. Node does too, but closes at once, and a connection that is
 * closed while its peer still sends is reset: the peer would never see why.
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
    const cut = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(cut));
    // The parser has had enough; what still comes is read and thrown away.
    socket.removeAllListeners('data');
    socket.on('data', () => {});
  });
  return server;
}
