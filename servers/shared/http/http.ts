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
import type { Limits, Message, ServerSettings } from '../../../bench/contract.ts';
import { KEEP_ALIVE_SECONDS } from '../../../bench/limits.ts';
import { type AuthContext, Authenticator, tokenOf, Unauthorized } from '../authenticator.ts';
import { answerBrokenRequests, cutSoon, requestGuard } from '../connections.ts';

/** Part of a request that HTTP/1.1 and HTTP/2 have in common. */
export interface WebRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly complete: boolean;
  /** Socket of the connection; over HTTP/2 a proxy of it. */
  readonly socket: { destroy(): unknown; once(event: 'close', listener: () => void): unknown };
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  once(event: 'end' | 'close', listener: () => void): unknown;
  resume(): unknown;
  destroy(): unknown;
}
/** Part of a response that HTTP/1.1 and HTTP/2 have in common. */
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

/** Maximum size of a request's head. */
const MAX_HEADER_BYTES = 16_384;

/**
 * Creates the HTTP server that every web transport uses, so that none gains from different timeouts or limits. Requests from a page
 * of an origin that is not admitted get 403, those without a required token 401; `answer` handles the others. TCP_NODELAY is set
 * explicitly, though it is Node's default for HTTP servers.
 */
export function createWebServer(
  settings: ServerSettings,
  answer: Answer,
  authenticator = new Authenticator(settings),
): Server {
  const { identity, limits } = settings;
  const { handshakeMs } = limits;
  const timeouts = {
    headersTimeout: handshakeMs,
    requestTimeout: Math.ceil(1.4 * handshakeMs),
    connectionsCheckingInterval: 500,
  };
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

/** Authorizes each request, of any HTTP version, before `answer` handles it. */
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

/** URL scheme: `http` or `ws`, with an `s` over TLS. */
export function schemeOf(plain: 'http' | 'ws', { identity }: Pick<ServerSettings, 'identity'>): string {
  return identity === undefined ? plain : `${plain}s`;
}

/** Lets a page of an admitted origin read the answer (Fetch §3.2). True if the request was a preflight, which is answered. */
function handleCors(request: WebRequest, response: WebResponse, { origins }: ServerSettings): boolean {
  const { origin } = request.headers;
  if (origins === undefined || origin === undefined) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'origin');
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST, PUT, DELETE',
    'access-control-allow-headers': 'authorization, content-type, x-graphql-event-stream-token',
    'access-control-max-age': '600',
  });
  response.end();
  return true;
}

/**
 * Guards a web server whose requests a library handles: pages of other origins are refused before the library sees them, and
 * admitted pages may read its answers.
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
  // Without a listener Node answers an upgrade like any request; a listener that passes it to nobody would keep it open for ever.
  if (upgrades.length === 0) return;
  server.on('upgrade', (request, socket, head) => {
    if (!authenticator.admitsOrigin(request)) return refuseUpgrade(socket, 403);
    // A library only half-closes an upgrade that it rejects, and Node's timeouts end at the upgrade.
    socket.once('finish', () => cutSoon(socket));
    for (const listener of upgrades) listener.call(server, request, socket, head);
  });
}

function refuseToken(response: WebResponse, error: unknown): void {
  if (!(error instanceof Unauthorized)) return void response.destroy();
  response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
  refuse(response, 401, error.message);
}

/** Refuses a request without reading its body. The connection ends with the answer. */
export function refuse(response: WebResponse, status: number, reason: string): void {
  const text = `${reason}\n`;
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': length, ...connectionClose(response) });
  response.end(text);
}

/** Header field that ends the connection with this answer. HTTP/2 has none (RFC 9113 §8.2.2); there the stream ends anyway. */
function connectionClose({ req }: WebResponse): { connection?: string } {
  return req.httpVersionMajor >= 2 ? {} : { connection: 'close' };
}

/** Refuses a request and cuts its connection a moment later, even if the peer does not read the answer. */
export function refuseAndCut(request: WebRequest, response: WebResponse, status: number, reason: string): void {
  cutSoon(request.socket);
  refuse(response, status, reason);
}

/** Limits the sessions that one connection may open. The result refuses a request beyond that, and says if it did. */
export function sessionQuota(
  { subscriptions }: Pick<Limits, 'subscriptions'>,
  reason: string,
): (request: WebRequest, response: WebResponse) => boolean {
  const opened = new WeakMap<object, number>();
  return (request, response) => {
    const before = opened.get(request.socket) ?? 0;
    opened.set(request.socket, before + 1);
    if (before < subscriptions) return false;
    refuseAndCut(request, response, 429, reason);
    return true;
  };
}

/** Refuses the handshake of an upgrade, for which Node makes no response object. */
export function refuseUpgrade(socket: Duplex, status: 401 | 403): void {
  const bearer = status === 401 ? 'WWW-Authenticate: Bearer error="invalid_token"\r\n' : '';
  // Ignored: the peer may be gone already.
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${bearer}\r\n`,
    () => socket.destroy(),
  );
}

/** Answers requests to unknown paths. */
export function notFound(_request: WebRequest, response: WebResponse): void {
  response.writeHead(404);
  response.end();
}

/** Content type of a message that is not text. */
const BYTES = 'application/octet-stream';

/** Reads the message in a POST, which is text unless its content type says bytes, and answers with the status that `take` returns. */
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

/** Passes the body of a request to `take`, which answers it, or refuses it: 413 if it is too large, 415 if it is compressed. */
export async function takeBody(
  request: WebRequest,
  response: WebResponse,
  maxBytes: number,
  take: (body: Buffer) => Promise<void>,
): Promise<void> {
  // A small compressed body could have any size once decompressed (RFC 9110 §15.5.16).
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

/** Error for a request body over the limit. */
class TooLarge extends Error {}

const NOTHING = Buffer.alloc(0);

/** Reads a whole body. Rejects with `TooLarge` as soon as the declared or received length is over the limit. */
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
      // Kept in one piece: as chunks of one byte a body would take a hundred times its size.
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
 * Refuses with 413 and ends the connection (RFC 9110 §15.5.14). The rest of the body is read and discarded for a
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
  cutSoon(request.socket);
  const finish = () => response.end();
  if (request.complete) return void finish();
  request.once('end', finish);
  request.resume();
}

/** True if the client accepts gzip (RFC 9110 §12.5.3). */
export function acceptsGzip({ headers }: Pick<WebRequest, 'headers'>): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(headers['accept-encoding'] ?? ''));
}
