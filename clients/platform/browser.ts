import type {
  EventSourceConstructor,
  Http,
  HttpRequest,
  PeerConnectionConstructor,
  Platform,
  StreamedAnswer,
  WebSocketConstructor,
  WebTransportConstructor,
} from '../../bench/contract.ts';

/** Names that a page has. Some browsers lack some of them, and a server that renders a page lacks all: none is read before it is needed. */
interface Page {
  readonly WebSocket?: WebSocketConstructor;
  readonly EventSource?: EventSourceConstructor;
  readonly RTCPeerConnection?: PeerConnectionConstructor;
  readonly WebTransport?: WebTransportConstructor;
}

/**
 * The contract has the part of each that clients use, with handlers that take less than the browser passes, which is all that the types
 * of the DOM do not allow.
 */
const page = globalThis as unknown as Page;

/** Platform of clients in a page: the browser's own parts. */
export const platform: Platform = {
  get WebSocket() {
    return present('WebSocket');
  },
  get CompressingWebSocket() {
    return present('WebSocket');
  },
  get RTCPeerConnection() {
    return present('RTCPeerConnection');
  },
  get WebTransport() {
    return present('WebTransport');
  },
  openStream: () =>
    Promise.reject(new Error('a browser opens no TCP connections: use a transport over HTTP or WebSocket')),
  openHttp,
};

function present<Name extends keyof Page>(name: Name): NonNullable<Page[Name]> {
  const found = page[name];
  if (found === undefined) throw new Error(`this browser has no ${name}: use another transport or a newer browser`);
  return found;
}

/** Opens HTTP for one user. The browser shares its connections among all users of a page and chooses the version of HTTP. */
function openHttp(): Http {
  const leaving = new AbortController();
  const sources = new Set<{ close(): void }>();
  /** Sends a request that ends when this user leaves. */
  const send = async (url: string, request: HttpRequest): Promise<Response> => {
    const signals = [leaving.signal, request.signal].filter((signal) => signal !== undefined);
    return fetch(url, {
      method: request.method,
      headers: request.headers ?? {},
      body: (request.body ?? null) as string | Uint8Array<ArrayBuffer> | null,
      signal: AbortSignal.any(signals),
      cache: 'no-store',
      // Fields say who asks; a page's cookies are not sent to other origins.
      credentials: 'same-origin',
    });
  };
  return {
    get EventSource() {
      return class extends present('EventSource') {
        constructor(url: string) {
          super(url);
          sources.add(this);
        }

        override close(): void {
          sources.delete(this);
          super.close();
        }
      };
    },
    async fetch(url, request) {
      const response = await send(url, request);
      return { status: response.status, text: await response.text() };
    },
    stream(url, request, answer) {
      void passOn(send(url, request), answer);
    },
    async close() {
      leaving.abort(new Error('closed'));
      for (const source of sources) source.close();
    },
  };
}

/** Passes an answer on as it arrives. The browser has decoded its body. */
async function passOn(sent: Promise<Response>, answer: StreamedAnswer): Promise<void> {
  let failure: Error | undefined;
  try {
    const { status, body } = await sent;
    answer.started(status);
    const reader = body?.getReader();
    for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read())
      answer.data(read.value);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  answer.ended(failure);
}
