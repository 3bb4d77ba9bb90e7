import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Message, ServerSettings } from '../../../bench/contract.ts';
import { KEEP_ALIVE_SECONDS } from '../../../bench/limits.ts';
import { type AuthContext, Authenticator, tokenOf, Unauthorized } from '../authenticator.ts';
import { answerBrokenRequests, LINGER_MS, requestGuard } from '../connections.ts';

/** What HTTP/1.1 and HTTP/2 have in common of a request and of its answer. */
export interface WebRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly complete: boolean;
  /** Of HTTP/2 it is the one stream of the connection. */
  readonly socket: { destroy(): unknown; once(event: 'close', listener: () => void): unknown };
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  once(event: 'end' | 'close', listener: () => void): unknown;
  resume(): unknown;
  destroy(): unknown;
}
export interface WebResponse {
  readonly req: { readonly httpVersionMajor: number };
  readonly writableLength: number;
  readonly destroyed: boolean;
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
  writeHead(status: number, headers?: Record<string, string | number>): unknown;
  write(chunk: string | Uint8Array): boolean;
  end(): unknown;
  end(content: string | Uint8Array): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

export type Answer = (request: WebRequest, response: WebResponse, auth: AuthContext) => void;

/** Largest head of a request, in bytes. */
const MAX_HEADER_BYTES = 16_384;

/**
 * The HTTP server every web transport stands on, so that none gains from other timeouts or limits than its neighbours. Requests
 * from a strange web page get 403, those without the token that is asked for 401; `answer` sees the others. TCP_NODELAY is
 * on: Node's default for HTTP servers, asked for all the same.
 */
export function createWebServer(
  settings: ServerSettings,
  answer: Answer,
  authenticator = new Authenticator(settings),
): Server {
  const { identity, limits } = settings;
  const { handshakeMs } = limits;
  const timeouts = { headersTimeout: handshakeMs, requestTimeout: 1.4 * handshakeMs, connectionsCheckingInterval: 500 };
  const options = {
    noDelay: true,
    keepAliveTimeout: KEEP_ALIVE_SECONDS * 1e3,
    maxHeaderSize: MAX_HEADER_BYTES,
    ...timeouts,
  };
  const take = requestGuard(limits);
  const enter = authorize(settings, answer, authenticator);
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (!take(request, response)) return refuseAndCut(request, response, 429, 'too many requests');
    enter(request, response);
  };
  if (identity === undefined) return answerBrokenRequests(createServer(options, onRequest));
  const secure = {
    cert: identity.certificate,
    key: identity.key,
    handshakeTimeout: handshakeMs,
    ALPNProtocols: ['http/1.1'],
  };
  return answerBrokenRequests(createSecureServer({ ...options, ...secure }, onRequest));
}

/** Authorizes each request, of any version of HTTP, before it is answered. */
export function authorize(
  settings: ServerSettings,
  answer: Answer,
  authenticator = new Authenticator(settings),
): (request: WebRequest, response: WebResponse) => void {
  return (request, response) => {
    if (!authenticator.admitsOrigin(request)) return refuse(response, 403, 'this origin is not admitted');
    if (handleCors(request, response, settings)) return;
    const token = authenticator.open ? undefined : tokenOf(request);
    const auth = authenticator.known(token);
    if (auth !== undefined) return answer(request, response, auth);
    authenticator.admit(token).then(
      (admitted) => answer(request, response, admitted),
      (error: unknown) => refuseToken(response, error),
    );
  };
}

/** `http` or `ws`, with the s that TLS adds. */
export function schemeOf(plain: 'http' | 'ws', { identity }: Pick<ServerSettings, 'identity'>): string {
  return identity === undefined ? plain : `${plain}s`;
}

/** Lets a page of another origin that was admitted read the answer (Fetch §3.2). True if the request was a preflight and is answered. */
function handleCors(request: WebRequest, response: WebResponse, { origins }: ServerSettings): boolean {
  const { origin } = request.headers;
  if (origins === undefined || origin === undefined) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'origin');
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  });
  response.end();
  return true;
}

/**
 * For a web server whose requests a library took over: strange pages are refused before it sees them, and those that were
 * admitted may read what it answers.
 */
export function guardOrigins(server: Server, authenticator: Authenticator, settings: ServerSettings): void {
  const requests = server.listeners('request');
  const upgrades = server.listeners('upgrade');
  server.removeAllListeners('request').removeAllListeners('upgrade');
  server.on('request', (request, response) => {
    if (!authenticator.admitsOrigin(request)) return refuse(response, 403, 'this origin is not admitted');
    if (handleCors(request, response, settings)) return;
    for (const listener of requests) listener.call(server, request, response);
  });
  // Without a listener Node answers an upgrade as any request; with one that hands it to nobody it would be kept for ever.
  if (upgrades.length === 0) return;
  server.on('upgrade', (request, socket, head) => {
    if (!authenticator.admitsOrigin(request)) return refuseUpgrade(socket, 403);
    // Of what is none of its own a library closes its half alone, and Node's time-outs are over with the upgrade.
    socket.once('finish', () => cutSoon(socket));
    for (const listener of upgrades) listener.call(server, request, socket, head);
  });
}

function refuseToken(response: WebResponse, error: unknown): void {
  if (!(error instanceof Unauthorized)) return void response.destroy();
  response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
  refuse(response, 401, error.message);
}

/** Refuses a request whose body nobody will read: the connection ends with the answer. */
export function refuse(response: WebResponse, status: number, reason: string): void {
  const text = `${reason}\n`;
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': length, ...connectionClose(response) });
  response.end(text);
}

/** Header that ends the connection with this answer. HTTP/2 has no such field (RFC 9113 §8.2.2): the stream ends anyway. */
function connectionClose({ req }: WebResponse): { connection?: string } {
  return req.httpVersionMajor >= 2 ? {} : { connection: 'close' };
}

/** Also where the peer reads no answer: the connection ends a moment later, whatever became of it. */
export function refuseAndCut(request: WebRequest, response: WebResponse, status: number, reason: string): void {
  cutSoon(request.socket);
  refuse(response, status, reason);
}

/** Time to read what was said, and no more. */
export function cutSoon(socket: WebRequest['socket']): void {
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
}

/** The same for a handshake of another protocol, which has no answer of its own yet. */
export function refuseUpgrade(socket: Duplex, status: 401 | 403): void {
  const bearer = status === 401 ? 'WWW-Authenticate: Bearer error="invalid_token"\r\n' : '';
  // The peer may be gone already.
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${bearer}\r\n`,
    () => socket.destroy(),
  );
}

/** The answer to every path a transport does not have. */
export function notFound(_request: WebRequest, response: WebResponse): void {
  response.writeHead(404);
  response.end();
}

/** What the body of a POST says it is where it is no text. */
const BYTES = 'application/octet-stream';

/** Takes the message a POST brings, text unless it says it is bytes, and answers with the status that `take` makes of it. */
export function takeMessage(
  request: WebRequest,
  response: WebResponse,
  maxBytes: number,
  take: (message: Message) => Promise<number>,
): Promise<void> {
  return takeBody(request, response, maxBytes, async (body) => {
    const status = await take(request.headers['content-type'] === BYTES ? body : body.toString());
    if (status === 429) return refuseAndCut(request, response, status, 'too many messages');
    response.writeHead(status);
    response.end();
  });
}

/** Hands on the body of a request to be answered by `take`, or refuses it: 413 where it is too large, 415 where it is compressed. */
export async function takeBody(
  request: WebRequest,
  response: WebResponse,
  maxBytes: number,
  take: (body: Buffer) => Promise<void>,
): Promise<void> {
  // What is small as it comes could be anything once it is unpacked (RFC 9110 §15.5.16).
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    return refuse(response, 415, 'a compressed message is not accepted');
  }
  try {
    await take(await readBody(request, maxBytes));
  } catch (error) {
    if (error instanceof TooLarge) refuseTooLarge(request, response);
    else response.destroy();
  }
}

/** A request body over the limit. */
class TooLarge extends Error {}

const NOTHING = Buffer.alloc(0);

/** Reads a whole body. Rejects with `TooLarge` as soon as the declared or the received length is over the limit. */
function readBody(request: WebRequest, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > maxBytes) return reject(new TooLarge());
    let body: Buffer = NOTHING;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      const before = length;
      length += chunk.length;
      if (length > maxBytes) return reject(new TooLarge());
      if (before === 0) {
        body = chunk;
        return;
      }
      // Kept in one piece: a body in chunks of one byte would else take a hundred times its size.
      if (length > body.length) {
        const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(declared, 2 * length)));
        body.copy(larger, 0, 0, before);
        body = larger;
      }
      chunk.copy(body, before);
    });
    request.on('end', () => resolve(body.subarray(0, length)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the request ended before its body did')));
  });
}

/**
 * Refuses with 413 and ends the connection (RFC 9110 §15.5.14). What is still arriving is read and thrown away for a
 * moment: closing at once would reset the connection, and the sender would never see why.
 */
function refuseTooLarge(request: WebRequest, response: WebResponse): void {
  const text = 'message too large\n';
  response.writeHead(413, {
    'content-type': 'text/plain',
    'content-length': text.length,
    ...connectionClose(response),
  });
  response.write(text);
  const { socket } = request;
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
  const finish = () => response.end();
  if (request.complete) return void finish();
  request.once('end', finish);
  request.resume();
}

/** Whether an answer may be compressed so (RFC 9110 §12.5.3). */
export function acceptsGzip({ headers }: Pick<WebRequest, 'headers'>): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(headers['accept-encoding'] ?? ''));
}

/** A text message as a string, also where it came as its UTF-8 bytes. */
export function textOf(message: Message): string {
  return typeof message === 'string'
    ? message
    : Buffer.from(message.buffer, message.byteOffset, message.length).toString();
}
