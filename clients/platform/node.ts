import { Client, EventSource } from 'undici';
import { WebSocket } from 'ws';
import type { Http, HttpAnswer, HttpRequest, Platform } from '../../bench/contract.ts';
import { WebTransport } from './webtransport.ts';

/** Connections a browser opens to one origin over HTTP/1.1; the event stream and a held request are among them. */
const BROWSER_CONNECTIONS = 6;
/** As in a browser, an event stream may be silent for any time, and a held request waits for as long as it is held. */
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };

/** What Node lacks or does at another cost than a browser: `ws` for WebSocket, undici for HTTP and EventSource. */
export const platform: Platform = {
  WebSocket: class extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      // `ws` offers permessage-deflate unless told not to.
      super(url, protocols, { perMessageDeflate: false });
      // In a browser an error that nobody listens for does no harm; here it would end the process.
      this.on('error', () => {});
    }
  },

  WebTransport: WebTransport,

  openHttp(): Http {
    const connections: Connection[] = [];
    let closed = false;

    /** An idle connection to the origin, a new one while a browser would open one, or the one with the least to do. */
    function connectionTo(origin: string): Connection {
      let best: Connection | undefined;
      let count = 0;
      for (const one of connections) {
        if (one.origin !== origin) continue;
        if (one.underWay === 0) return one;
        count++;
        if (best === undefined || one.underWay < best.underWay) best = one;
      }
      if (best !== undefined && count >= BROWSER_CONNECTIONS) return best;
      if (closed) throw new Error('HTTP was closed');
      const opened = { origin, client: new Client(origin, NO_TIMEOUTS), underWay: 0 };
      connections.push(opened);
      return opened;
    }

    return {
      EventSource: class extends EventSource {
        constructor(url: string) {
          const connection = connectionTo(new URL(url).origin);
          // For as long as there is a stream on it; a session has one.
          connection.underWay = Number.POSITIVE_INFINITY;
          super(url, { node: { dispatcher: connection.client } });
        }
      },

      fetch(url, request) {
        return new Promise((resolve, reject) => {
          const path = url.indexOf('/', url.indexOf('//') + 2);
          exchange(connectionTo(url.slice(0, path)), url.slice(path), request, { resolve, reject });
        });
      },

      async close() {
        closed = true;
        await Promise.all(connections.map(({ client }) => client.destroy()));
      },
    };
  },
};

/** One connection, and how many requests it has been given. undici's own pools would be two more layers around every one. */
interface Connection {
  readonly origin: string;
  readonly client: Client;
  underWay: number;
}

interface Outcome {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

/** One request on undici's dispatcher: half the cost of its `request`, a quarter of `fetch`, and the load pays it per message. */
function exchange(
  connection: Connection,
  path: string,
  { method, body, headers, signal }: HttpRequest,
  { resolve, reject }: Outcome,
): void {
  let status = 0;
  let chunks: Buffer[] = [];
  let abort: (() => void) | undefined;
  const over = (): void => {
    connection.underWay--;
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
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
      onResponseStart(_controller, statusCode) {
        status = statusCode;
        chunks = [];
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        over();
        resolve({ status, text: textOf(chunks) });
      },
      onResponseError(_controller, error) {
        over();
        reject(error);
      },
    },
  );
}

function textOf(chunks: readonly Buffer[]): string {
  if (chunks.length === 0) return '';
  return chunks.length === 1 ? chunks[0]!.toString() : Buffer.concat(chunks).toString();
}
