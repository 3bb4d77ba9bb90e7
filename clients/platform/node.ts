import { STATUS_CODES } from 'node:http';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { buildConnector, Client, type Dispatcher, EventSource } from 'undici';
import { type ClientOptions, type PerMessageDeflateOptions, WebSocket } from 'ws';
import { bufferOf } from '../../bench/codec/bytes.ts';
import { proxyCookieIn, withProxyCookie } from '../../bench/codec/cookie.ts';
import { MAX_ARRIVAL_BYTES } from '../../bench/codec/unreadable.ts';
import type {
  Http,
  HttpAnswer,
  HttpRequest,
  Platform,
  StreamAddress,
  StreamedAnswer,
  WebSocketConstructor,
} from '../../bench/contract.ts';
import { basic, withoutCredentials } from '../shared/address.ts';
import { peerConnection } from './peer-connection.ts';
import { boundTo, dial, dialNow, dialSecurely } from './sockets.ts';
import { WebTransport } from './webtransport.ts';

/** Connections that a browser opens to one origin over HTTP/1.1, including those of an event stream and a held request. */
const BROWSER_CONNECTIONS = 6;
/** Time to open a TCP connection to an HTTPS server; undici limits all else. */
const CONNECT_MS = 10_000;
/** Limit of what a compressed answer may become. */
const UNPACKED = { maxOutputLength: MAX_ARRIVAL_BYTES };
/** Settings without timeouts, as in a browser: an event stream may be silent, and a held request may wait, for any time. */
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };
const HTTP1 = { ...NO_TIMEOUTS, allowH2: false };
/** Settings of HTTP/2. Without TLS there is no negotiation: the client begins with HTTP/2 (RFC 9113 §3.3). It sends no pings, as browsers do not. */
const http2 = (origin: string) => ({
  ...NO_TIMEOUTS,
  allowH2: true,
  h2Options: { useH2c: origin.startsWith('http:'), pingInterval: 0 },
});

/**
 * Platform of clients in Node: `ws` for WebSocket, undici for HTTP and EventSource, libdatachannel for WebRTC, a native binding for
 * WebTransport. Node lacks these, or provides them at another cost than a browser.
 */
export const platform: Platform = platformAt();

const platforms = new Map<string, Platform>();

/** Returns the platform whose connections come from this source address. WebTransport's do not: all share one socket. */
export function platformFrom(localAddress: string): Platform {
  const known = platforms.get(localAddress) ?? platformAt(localAddress);
  platforms.set(localAddress, known);
  return known;
}

function platformAt(localAddress?: string): Platform {
  return {
    ...(localAddress === undefined ? {} : { localAddress }),
    openStream: (address, signal) => openStream({ ...address, ...boundTo(localAddress) }, signal),
    reopenStream: (address) => dialNow({ ...address, ...boundTo(localAddress) }),
    RTCPeerConnection: peerConnection(localAddress),
    WebSocket: webSocket(false, localAddress),
    // A browser compresses messages of any size.
    CompressingWebSocket: webSocket({ threshold: 0 }, localAddress),
    WebTransport,
    openHttp: (version = '1.1') => openHttp(version, localAddress),
  };
}

/** Opens a TCP connection, with TLS if it is to be `secure`. */
function openStream({ secure, ...address }: StreamAddress & TcpNetConnectOpts, signal: AbortSignal): Promise<Socket> {
  const options = { ...address, noDelay: true };
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      tcp.destroy();
      reject(signal.reason);
    };
    const opened = (socket: Socket): void => {
      signal.removeEventListener('abort', abort);
      resolve(socket);
    };
    const tcp = secure
      ? dialSecurely(options, (error, socket) => {
          if (socket === undefined) return reject(error);
          socket.once('error', reject);
          socket.once('close', () => reject(new Error('the connection was closed before TLS was established')));
          socket.once('secureConnect', () => opened(socket.off('error', reject)));
        })
      : dial(options, (error, socket) => (socket === undefined ? reject(error) : opened(socket)));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

/** Opens the TLS connections of an HTTP client. @param opening gets the TCP sockets that are not connected yet */
function secureConnector(
  allowH2: boolean,
  localAddress: string | undefined,
  opening: Set<Socket>,
): buildConnector.connector {
  const connect = buildConnector({ allowH2 });
  return (options, done) => {
    const { hostname, host, port } = options;
    const address = { host: hostname, port: Number(port || 443), ...boundTo(localAddress) };
    const tcp = dial(address, (error, httpSocket) => {
      opening.delete(tcp);
      if (httpSocket === undefined) return done(error ?? new Error('not connected'), null);
      httpSocket.setTimeout(0);
      connect({ ...options, httpSocket }, done);
    });
    opening.add(tcp);
    tcp.setTimeout(CONNECT_MS, () => tcp.destroy(new Error(`no connection to ${host} within ${CONNECT_MS / 1e3} s`)));
  };
}

/** Opens a connection of one user. It is bound to the source address if there is one. */
function openClient(
  origin: string,
  version: '1.1' | '2',
  localAddress: string | undefined,
  opening: Set<Socket>,
): Client {
  const settings = version === '2' ? http2(origin) : HTTP1;
  if (origin.startsWith('https:')) {
    return new Client(origin, { ...settings, connect: secureConnector(version === '2', localAddress, opening) });
  }
  const { family } = boundTo(localAddress);
  return new Client(origin, {
    ...settings,
    ...(localAddress === undefined ? {} : { localAddress, connect: { family } as buildConnector.BuildOptions }),
  });
}

function openHttp(version: '1.1' | '2', localAddress: string | undefined): Http {
  const maxConnections = version === '2' ? 1 : BROWSER_CONNECTIONS;
  const connections: Connection[] = [];
  const opening = new Set<Socket>();
  const cookies: Cookies = { value: undefined };
  let closed = false;

  /** Returns an idle connection to the origin, or a new one while a browser would open one, or else the one with the fewest requests. */
  function connectionTo(origin: string): Connection {
    let best: Connection | undefined;
    let count = 0;
    for (const one of connections) {
      if (one.origin !== origin) continue;
      if (one.underWay === 0 || maxConnections === 1) return one;
      count++;
      if (best === undefined || one.underWay < best.underWay) best = one;
    }
    if (best !== undefined && count >= maxConnections) return best;
    if (closed) throw new Error('HTTP was closed');
    const opened = {
      origin,
      client: openClient(origin, version, localAddress, opening),
      cookies,
      underWay: 0,
    };
    connections.push(opened);
    return opened;
  }

  return {
    get CompressingWebSocket() {
      return webSocket({ threshold: 0 }, localAddress, cookies);
    },

    EventSource: class extends EventSource {
      constructor(url: string) {
        const address = new URL(url);
        const connection = connectionTo(address.origin);
        // Busy for good: the event stream occupies it.
        connection.underWay = Number.POSITIVE_INFINITY;
        const { dispatcher, why } = explaining(connection, basic(address));
        super(withoutCredentials(address), { node: { dispatcher } });
        // Added before other listeners, which read the message from the event.
        this.addEventListener('error', (event) => void Object.assign(event, { message: why() }));
      }
    },

    fetch(url, request) {
      return new Promise((resolve, reject) => {
        const [origin, path] = split(url);
        exchange(connectionTo(origin), path, request, gathered({ resolve, reject }), MAX_ARRIVAL_BYTES);
      });
    },

    stream(url, request, answer) {
      const [origin, path] = split(url);
      const connection = connectionTo(origin);
      const ended = (error?: Error): void => {
        connection.underWay = 0;
        answer.ended(error);
      };
      exchange(connection, path, request, { started: answer.started, data: answer.data, ended });
      // Busy until its end, so that no other request waits behind the stream.
      connection.underWay = Number.POSITIVE_INFINITY;
    },

    async close() {
      closed = true;
      for (const tcp of opening) tcp.destroy();
      await Promise.all(connections.map(({ client }) => client.destroy()));
    },
  };
}

/** WebSocket of `ws`, which would otherwise always offer permessage-deflate, and send a user and password as they are encoded in the URL. */
function webSocket(
  perMessageDeflate: false | PerMessageDeflateOptions,
  localAddress: string | undefined,
  cookies?: Cookies,
): WebSocketConstructor {
  const options = { perMessageDeflate, maxPayload: MAX_ARRIVAL_BYTES, ...boundTo(localAddress) };
  return class extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      const secure = /^(?:wss|https):/i.test(url) ? secureConnection() : undefined;
      super(withoutCredentials(url), protocols, {
        ...options,
        headers: { ...basic(new URL(url)), ...withProxyCookie(cookies?.value) },
        ...secure?.options,
      });
      if (secure !== undefined) this.on('close', secure.abandon);
      // An error without a listener would end the process, which it does not in a browser.
      this.on('error', () => {});
    }

    set onping(handler: () => void) {
      this.on('ping', handler);
    }
  };
}

/** Option of `ws` that opens TLS on a TCP socket, which the library does not know before it is connected. */
function secureConnection(): { options: ClientOptions; abandon: () => void } {
  let tcp: Socket | undefined;
  const createConnection = (address: TcpNetConnectOpts, done: Parameters<typeof dialSecurely>[1]): void => {
    // The request's path would be that of a Unix socket.
    tcp = dialSecurely({ ...address, path: undefined } as TcpNetConnectOpts, done);
  };
  return { options: { createConnection } as unknown as ClientOptions, abandon: () => tcp?.destroy() };
}

/**
 * Cookies of one user: that of a run's proxy alone, so that no other server gets what it did not get before. A user has one server, so
 * its cookie has no origin.
 */
interface Cookies {
  value: string | undefined;
}

/** Keeps the cookie that an answer sets. */
function keep(cookies: Cookies, fields: Readonly<Record<string, string | string[] | undefined>>): void {
  const field = fields['set-cookie'];
  if (field !== undefined) cookies.value = proxyCookieIn(field) ?? cookies.value;
}

/** One connection and the number of its requests in progress. undici's own pools would add two layers to every request. */
interface Connection {
  readonly origin: string;
  readonly client: Client;
  readonly cookies: Cookies;
  underWay: number;
}

/**
 * Dispatcher that sends these fields, and remembers why its newest request failed or ended; undici's EventSource does neither. It leaves the handler in place,
 * because the bytes of every event pass through it.
 */
function explaining(
  { client, cookies }: Pick<Connection, 'client' | 'cookies'>,
  fields: { authorization?: string },
): { dispatcher: Dispatcher; why: () => string | undefined } {
  let why: string | undefined;
  const dispatcher = client.compose((dispatch) => (options, handler) => {
    const { onResponseStart, onResponseError } = handler;
    why = undefined;
    handler.onResponseStart = (controller, status, answered, ...rest) => {
      keep(cookies, answered);
      if (status !== 200) why = `answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
      onResponseStart?.call(handler, controller, status, answered, ...rest);
    };
    handler.onResponseError = (controller, error) => {
      // A refused EventSource aborts the request itself; the status is the reason then.
      why ??= error.message;
      onResponseError?.call(handler, controller, error);
    };
    return dispatch(
      { ...options, headers: { ...(options.headers as object), ...fields, ...withProxyCookie(cookies.value) } },
      handler,
    );
  });
  return { dispatcher, why: () => why };
}

interface Outcome {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

/** Splits a URL into origin and path, without the cost of parsing it. */
function split(url: string): [origin: string, path: string] {
  const path = url.indexOf('/', url.indexOf('//') + 2);
  return path < 0 ? [url, '/'] : [url.slice(0, path), url.slice(path)];
}

/** Collects a streamed answer and resolves with the whole. */
function gathered({ resolve, reject }: Outcome): StreamedAnswer {
  let status = 0;
  let packed = false;
  let chunks: Uint8Array[] = [];
  return {
    started(statusCode, coding) {
      status = statusCode;
      packed = coding === 'gzip';
      chunks = [];
    },
    data: (chunk) => void chunks.push(chunk),
    ended(error) {
      if (error !== undefined) return reject(error);
      try {
        resolve({ status, text: packed ? gunzipSync(Buffer.concat(chunks), UNPACKED).toString() : textOf(chunks) });
      } catch (cause) {
        reject(new Error('the answer is labelled gzip, but cannot be decompressed', { cause }));
      }
    },
  };
}

/** Sends a request on undici's dispatcher. The load pays this cost per message: it is half of `request` and a quarter of `fetch`. */
function exchange(
  connection: Connection,
  path: string,
  { method, body, headers, signal }: HttpRequest,
  answer: StreamedAnswer,
  maxBytes = Number.POSITIVE_INFINITY,
): void {
  let received = 0;
  let abort: (() => void) | undefined;
  const over = (error?: Error): void => {
    connection.underWay--;
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
    answer.ended(error);
  };
  connection.underWay++;
  const { cookies } = connection;
  const sent = cookies.value === undefined ? headers : { ...headers, ...withProxyCookie(cookies.value) };
  connection.client.dispatch(
    { path, method, body: body ?? null, ...(sent === undefined ? {} : { headers: sent }) },
    {
      onRequestStart(controller) {
        if (signal === undefined) return;
        if (signal.aborted) return controller.abort(signal.reason);
        abort = () => controller.abort(signal.reason);
        signal.addEventListener('abort', abort);
      },
      onResponseStart(_controller, status, fields) {
        keep(cookies, fields);
        answer.started(status, String(fields['content-encoding'] ?? ''));
      },
      onResponseData(controller, chunk) {
        received += chunk.length;
        if (received > maxBytes) controller.abort(new Error(`the answer is longer than ${maxBytes} bytes`));
        else answer.data(chunk);
      },
      onResponseEnd: () => over(),
      onResponseError: (_controller, error) => over(error),
    },
  );
}

function textOf(chunks: readonly Uint8Array[]): string {
  if (chunks.length === 0) return '';
  return (chunks.length > 1 ? Buffer.concat(chunks) : bufferOf(chunks[0]!)).toString();
}
