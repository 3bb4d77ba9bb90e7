import { STATUS_CODES } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { Client, type Dispatcher, EventSource } from 'undici';
import { type PerMessageDeflateOptions, WebSocket } from 'ws';
import type {
  Http,
  HttpAnswer,
  HttpRequest,
  Platform,
  StreamedAnswer,
  WebSocketConstructor,
} from '../../bench/contract.ts';
import { RTCPeerConnection } from './peer-connection.ts';
import { WebTransport } from './webtransport.ts';

/** Connections a browser opens to one origin over HTTP/1.1; the event stream and a held request are among them. */
const BROWSER_CONNECTIONS = 6;
/** As in a browser, an event stream may be silent for any time, and a held request waits for as long as it is held. */
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };
const HTTP1 = { ...NO_TIMEOUTS, allowH2: false };
/** Without TLS there is nothing to agree by: the client begins with HTTP/2 (RFC 9113 §3.3). No pings of its own, as in a browser. */
const http2 = (origin: string) => ({
  ...NO_TIMEOUTS,
  allowH2: true,
  h2Options: { useH2c: origin.startsWith('http:'), pingInterval: 0 },
});

/**
 * What Node lacks or does at another cost than a browser: `ws` for WebSocket, undici for HTTP and EventSource, libdatachannel
 * for WebRTC.
 */
export const platform: Platform = {
  RTCPeerConnection,
  WebSocket: webSocket(false),
  // A browser's has no size below which it would not compress.
  CompressingWebSocket: webSocket({ threshold: 0 }),

  WebTransport,

  openHttp(version = '1.1'): Http {
    const maxConnections = version === '2' ? 1 : BROWSER_CONNECTIONS;
    const connections: Connection[] = [];
    let closed = false;

    /** An idle connection to the origin, a new one while a browser would open one, or the one with the least to do. */
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
      const opened = { origin, client: new Client(origin, version === '2' ? http2(origin) : HTTP1), underWay: 0 };
      connections.push(opened);
      return opened;
    }

    return {
      EventSource: class extends EventSource {
        constructor(url: string) {
          const connection = connectionTo(new URL(url).origin);
          // For as long as there is a stream on it; a session has one.
          connection.underWay = Number.POSITIVE_INFINITY;
          const { dispatcher, why } = explaining(connection.client);
          super(url, { node: { dispatcher } });
          // Before any other listener: they find it in the event.
          this.addEventListener('error', (event) => void Object.assign(event, { message: why() }));
        }
      },

      fetch(url, request) {
        return new Promise((resolve, reject) => {
          const [origin, path] = split(url);
          exchange(connectionTo(origin), path, request, gathered({ resolve, reject }));
        });
      },

      stream(url, request, answer) {
        const [origin, path] = split(url);
        const connection = connectionTo(origin);
        exchange(connection, path, request, answer);
        // As an event stream: no other request waits behind it.
        connection.underWay = Number.POSITIVE_INFINITY;
      },

      async close() {
        closed = true;
        await Promise.all(connections.map(({ client }) => client.destroy()));
      },
    };
  },
};

/** `ws` offers permessage-deflate unless told not to. */
function webSocket(perMessageDeflate: false | PerMessageDeflateOptions): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, { perMessageDeflate });
      // In a browser an error that nobody listens for does no harm; here it would end the process.
      this.on('error', () => {});
    }
  };
}

/** One connection, and how many requests it has been given. undici's own pools would be two more layers around every one. */
interface Connection {
  readonly origin: string;
  readonly client: Client;
  underWay: number;
}

/**
 * undici's EventSource keeps to itself why a stream ended or never began. The one request on this dispatcher tells. What it
 * passes on stays as it is: every event's bytes take this way.
 */
function explaining(client: Client): { dispatcher: Dispatcher; why: () => string | undefined } {
  let why: string | undefined;
  const dispatcher = client.compose((dispatch) => (options, handler) => {
    const { onResponseStart, onResponseError } = handler;
    handler.onResponseStart = (controller, status, ...rest) => {
      if (status !== 200) why = `answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
      onResponseStart?.call(handler, controller, status, ...rest);
    };
    handler.onResponseError = (controller, error) => {
      // Whoever was refused ends the request himself: that is not why.
      why ??= error.message;
      onResponseError?.call(handler, controller, error);
    };
    return dispatch(options, handler);
  });
  return { dispatcher, why: () => why };
}

interface Outcome {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

/** A URL's origin and the rest, without the cost of parsing it. */
function split(url: string): [origin: string, path: string] {
  const path = url.indexOf('/', url.indexOf('//') + 2);
  return path < 0 ? [url, '/'] : [url.slice(0, path), url.slice(path)];
}

/** An answer as a whole, once it is there. */
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
        resolve({ status, text: packed ? gunzipSync(Buffer.concat(chunks)).toString() : textOf(chunks) });
      } catch (cause) {
        reject(new Error('the answer is not the gzip it says it is', { cause }));
      }
    },
  };
}

/** One request on undici's dispatcher: half the cost of its `request`, a quarter of `fetch`, and the load pays it per message. */
function exchange(
  connection: Connection,
  path: string,
  { method, body, headers, signal }: HttpRequest,
  answer: StreamedAnswer,
): void {
  let abort: (() => void) | undefined;
  const over = (error?: Error): void => {
    connection.underWay--;
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
    answer.ended(error);
  };
  connection.underWay++;
  connection.client.dispatch(
    { path, method, body: body ?? null, ...(headers === undefined ? {} : { headers }) },
    {
      onRequestStart(controller) {
        if (signal === undefined) return;
        if (signal.aborted) return controller.abort(signal.reason);
        abort = () => controller.abort(signal.reason);
        signal.addEventListener('abort', abort);
      },
      onResponseStart: (_controller, status, fields) =>
        answer.started(status, String(fields['content-encoding'] ?? '')),
      onResponseData: (_controller, chunk) => answer.data(chunk),
      onResponseEnd: () => over(),
      onResponseError: (_controller, error) => over(error),
    },
  );
}

function textOf(chunks: readonly Uint8Array[]): string {
  if (chunks.length === 0) return '';
  const [first] = chunks;
  if (chunks.length > 1) return Buffer.concat(chunks).toString();
  return Buffer.from(first!.buffer, first!.byteOffset, first!.length).toString();
}
