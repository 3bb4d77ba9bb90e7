import type { EventSourceLike, Http, HttpRequest, Platform, StreamedAnswer } from '../../bench/contract.ts';

/**
 * The browser's own constructors. The contract has the part of each that clients use, with handlers that take less than the browser
 * passes, which is all that the types of the DOM do not allow.
 */
const { WebSocket, WebTransport, RTCPeerConnection, EventSource } = globalThis as unknown as Pick<
  Platform,
  'WebSocket' | 'WebTransport' | 'RTCPeerConnection'
> &
  Pick<Http, 'EventSource'>;

/**
 * Platform of clients in a page: the browser's own WebSocket, EventSource, fetch, RTCPeerConnection and WebTransport. It must be loaded
 * in a secure context, in which a browser has all of them.
 */
export const platform: Platform = {
  openStream: () => Promise.reject(new Error('a web page cannot open TCP connections')),
  WebSocket,
  // A browser always offers compression.
  CompressingWebSocket: WebSocket,
  WebTransport,
  RTCPeerConnection,
  openHttp,
};

/** Opens HTTP for one user. The browser keeps the connections, and chooses the version together with the server. */
function openHttp(): Http {
  const closing = new AbortController();
  const sources = new Set<EventSourceLike>();
  const send = (url: string, { method, headers, body, signal }: HttpRequest): Promise<Response> =>
    fetch(url, {
      method,
      headers: headers ?? {},
      body: body === undefined ? null : typeof body === 'string' ? body : new Uint8Array(body),
      signal: signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]),
      cache: 'no-store',
    });
  return {
    EventSource: class extends EventSource {
      constructor(url: string) {
        super(url);
        sources.add(this);
      }

      override close(): void {
        sources.delete(this);
        super.close();
      }
    },

    async fetch(url, request) {
      const answer = await send(url, request);
      return { status: answer.status, text: await answer.text() };
    },

    stream(url, request, answer) {
      passOn(send(url, request), answer).then(
        () => answer.ended(),
        (error: unknown) => answer.ended(error instanceof Error ? error : new Error(String(error))),
      );
    },

    async close() {
      closing.abort(new Error('HTTP was closed'));
      for (const source of sources) source.close();
    },
  };
}

/** Passes an answer on as it arrives. Its body is decoded already, whatever its coding was. */
async function passOn(sent: Promise<Response>, answer: StreamedAnswer): Promise<void> {
  const { status, body } = await sent;
  answer.started(status);
  const reader = body?.getReader();
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    answer.data(value);
  }
}
