import { Agent, EventSource } from 'undici';
import { WebSocket } from 'ws';
import type { Http, HttpAnswer, HttpRequest, Platform } from '../../bench/contract.ts';

/** Connections a browser opens to one origin over HTTP/1.1; the event stream and a held request are among them. */
const BROWSER_CONNECTIONS = 6;

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

  openHttp(): Http {
    const dispatcher = new Agent({ connections: BROWSER_CONNECTIONS, pipelining: 1 });
    return {
      EventSource: class extends EventSource {
        constructor(url: string) {
          super(url, { node: { dispatcher } });
        }
      },

      fetch(url, request) {
        return new Promise((resolve, reject) => exchange(dispatcher, url, request, { resolve, reject }));
      },

      close: () => dispatcher.destroy(),
    };
  },
};

interface Outcome {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

/** One request on undici's dispatcher: half the cost of its `request`, a quarter of `fetch`, and the load pays it per message. */
function exchange(
  dispatcher: Agent,
  url: string,
  { method, body, signal }: HttpRequest,
  { resolve, reject }: Outcome,
): void {
  const path = url.indexOf('/', url.indexOf('//') + 2);
  let status = 0;
  let chunks: Buffer[] = [];
  let abort: (() => void) | undefined;
  const forget = (): void => {
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
  };
  dispatcher.dispatch(
    { origin: url.slice(0, path), path: url.slice(path), method, body: body ?? null },
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
        forget();
        resolve({ status, text: chunks.length === 1 ? chunks[0]!.toString() : Buffer.concat(chunks).toString() });
      },
      onResponseError(_controller, error) {
        forget();
        reject(error);
      },
    },
  );
}
