import { STATUS_CODES } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { Client, type Dispatcher, EventSource } from 'undici';
import { type PerMessageDeflateOptions, WebSocket } from 'ws';
import { bufferOf } from '../../bench/codec/bytes.ts';
import { MAX_ARRIVAL_BYTES } from '../../bench/codec/unreadable.ts';
import type {
  Http,
  HttpAnswer,
  HttpRequest,
  Platform,
  StreamedAnswer,
  WebSocketConstructor,
} from '../../bench/contract.ts';
import { basic, withoutCredentials } from '../shared/address.ts';
import { RTCPeerConnection } from './peer-connection.ts';
import { WebTransport } from './webtransport.ts';

/** Connections that a browser opens to one origin over HTTP/1.1, including those of an event stream and a held request. */
const BROWSER_CONNECTIONS = 6;
/** Settings without timeouts, as in a browser: an event stream may be silent, and a held request may wait, for any time. */
/** Limit of what a compressed answer may become. */
const UNPACKED = { maxOutputLength: MAX_ARRIVAL_BYTES };
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
export const platform: Platform = {
  RTCPeerConnection,
  WebSocket: webSocket(false),
  // A browser compresses messages of any size.
  CompressingWebSocket: webSocket({ threshold: 0 }),

  WebTransport,

  openHttp(version = '1.1'): Http {
    const maxConnections = version === '2' ? 1 : BROWSER_CONNECTIONS;
    const connections: Connection[] = [];
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
      const opened = { origin, client: new Client(origin, version === '2' ? http2(origin) : HTTP1), underWay: 0 };
      connections.push(opened);
      return opened;
    }

    return {
      EventSource: class extends EventSource {
        constructor(url: string) {
          const address = new URL(url);
          const connection = connectionTo(address.origin);
          // Busy for good: the event stream occupies it.
          connection.underWay = Number.POSITIVE_INFINITY;
          const { dispatcher, why } = explaining(connection.client, basic(address));
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
        exchange(connection, path, request, answer);
        // Busy for good, so that no other request waits behind the stream.
        connection.underWay = Number.POSITIVE_INFINITY;
      },

      async close() {
        closed = true;
        await Promise.all(connections.map(({ client }) => client.destroy()));
      },
    };
  },
};

/** WebSocket of `ws`, which would otherwise always offer permessage-deflate, and send a user and password as they are encoded in the URL. */
function webSocket(perMessageDeflate: false | PerMessageDeflateOptions): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      const headers = { ...basic(new URL(url)) };
      super(withoutCredentials(url), protocols, { perMessageDeflate, maxPayload: MAX_ARRIVAL_BYTES, headers });
      // An error without a listener would end the process, which it does not in a browser.
      this.on('error', () => {});
    }
  };
}

/** One connection and the number of its requests in progress. undici's own pools would add two layers to every request. */
interface Connection {
  readonly origin: string;
  readonly client: Client;
  underWay: number;
}

/**
 * Dispatcher that sends these fields, and remembers why its one request failed or ended; undici's EventSource does neither. It leaves the handler in place,
 * because the bytes of every event pass through it.
 */
function explaining(
  client: Client,
  fields: { authorization?: string },
): { dispatcher: Dispatcher; why: () => string | undefined } {
  let why: string | undefined;
  const dispatcher = client.compose((dispatch) => (options, handler) => {
    const { onResponseStart, onResponseError } = handler;
    handler.onResponseStart = (controller, status, ...rest) => {
      if (status !== 200) why = `answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
      onResponseStart?.call(handler, controller, status, ...rest);
    };
    handler.onResponseError = (controller, error) => {
      // A refused EventSource aborts the request itself; the status is the reason then.
      why ??= error.message;
      onResponseError?.call(handler, controller, error);
    };
    return dispatch({ ...options, headers: { ...(options.headers as object), ...fields } }, handler);
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
