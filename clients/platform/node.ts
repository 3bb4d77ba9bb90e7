import { Agent, EventSource, request as send } from 'undici';
import { WebSocket } from 'ws';
import type { Http, Platform } from '../../bench/contract.ts';

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

      async fetch(url, { method, body, signal }) {
        const answer = await send(url, { dispatcher, method, body: body ?? null, signal: signal ?? null });
        return { status: answer.statusCode, text: await answer.body.text() };
      },

      close: () => dispatcher.destroy(),
    };
  },
};
