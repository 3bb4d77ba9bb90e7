import { message, type Steps } from '../checks/micro/chain.ts';
import { callback } from '../checks/micro/memory-socket.ts';
import { deflater, FLUSHED_END_BYTES } from '../checks/theory/compression.ts';
import { type Cost, type Exchange, type Framing, timesIn } from '../checks/theory/framing.ts';
import {
  base64,
  chunk,
  HTTP2_WINDOW_BYTES,
  http2Bodies,
  http2Data,
  http2Head,
  http2Receiver,
  UUID,
} from '../checks/theory/parts.ts';
import { encodeEvent } from '../codec/event.ts';
import type { BuiltInTransport } from './shape.ts';
import { overHttp } from './shared/addresses.ts';
import { holdsRequest } from './shared/browsers.ts';
import { httpStream } from './shared/dissections.ts';
import { waitFor } from './shared/handshake.ts';
import { anyInterval } from './shared/heartbeats.ts';
import { postCost, sessionSurface } from './shared/http.ts';

function eventExchange(exchange: Exchange, eventBytes: number): Cost {
  const post = postCost(exchange);
  return { up: [post.up], down: [chunk(eventBytes), post.down] };
}

/** Default windows of undici. */
const UNDICI_STREAM_WINDOW_BYTES = 262_144;
const UNDICI_CONNECTION_WINDOW_BYTES = 524_288;
/** Bytes of a session's path in Huffman code (RFC 7541 §5.2): five or six bits for each hexadecimal digit of its UUID. */
const MIN_PATH_BYTES = 30;
const MAX_MORE_PATH_BYTES = 4;
/** Additional bytes of a date that is not in the table yet, once a second: name, length and its 29 characters in Huffman code, minus one. */
const [MIN_DATE_BYTES, MAX_DATE_BYTES] = [22, 25];
/** Maximum number of new dates of a session, because counting its bytes takes half a minute. */
const MAX_DATES = 31;

/**
 * Bytes of the header fields of every POST to a session's path but the first. Authority, method and scheme are in the tables; path and
 * length are literals each time, as nghttp2 writes them. In the length the digits 0, 1 and 2 take five bits, the others six.
 */
function postFields(size: number): number {
  const digits = String(size);
  const bits = digits.length * 6 - (digits.match(/[0-2]/g)?.length ?? 0);
  return 1 + 1 + (2 + MIN_PATH_BYTES) + 1 + (3 + Math.min(digits.length, Math.ceil(bits / 8)));
}

const overHttp2: Framing = {
  source:
    'WHATWG HTML §9.2.5 in RFC 9113 §6.1, §6.2, §6.9, RFC 7541; length of the session’s path, and dates, by the count',
  session() {
    const body = http2Bodies(HTTP2_WINDOW_BYTES);
    const stream = http2Receiver(UNDICI_STREAM_WINDOW_BYTES);
    const connection = http2Receiver(UNDICI_CONNECTION_WINDOW_BYTES);
    const greeting = [`event: session\ndata: ${UUID}\n\n`.length];
    for (const atClient of [stream, connection]) atClient(greeting);
    return ({ size }) => {
      const [up, down] = [body(size), http2Data('data: \n\n'.length + size)];
      const opened = stream(down.payloads) + connection(down.payloads);
      return {
        up: [http2Head(postFields(size)) + up.bytes + opened],
        // Status and date are in the tables of RFC 7541 by now. Frames that are due on a connection are written together.
        down: [http2Head(2) + up.told + down.bytes],
      };
    };
  },
  adjust(sum, { up, down, count, sessions }) {
    const [pathBytes, dateBytes] = [up - sum.up, down - sum.down];
    const explained = pathBytes % count === 0 && pathBytes >= 0 && pathBytes <= MAX_MORE_PATH_BYTES * count * sessions;
    const dates = timesIn(dateBytes, MIN_DATE_BYTES, MAX_DATE_BYTES);
    const dated = dates > 0 && dates <= MAX_DATES * sessions;
    return { ...sum, up: explained ? up : sum.up, down: dated ? down : sum.down };
  },
};

const steps: Steps = async () => {
  const [{ chunkContent, chunked, posted }, { EventSourceStream }] = await Promise.all([
    import('./shared/http-steps.ts'),
    import('undici/lib/web/eventsource/eventsource-stream.js'),
  ]);
  const text = callback<string>();
  const stream = new EventSourceStream({
    eventSourceSettings: { origin: 'http://127.0.0.1' },
    push: ({ options }) => text.put(options.data),
  });
  return {
    up: posted(),
    down: message()
      .timed('server encode', 'event', 'wirebench', encodeEvent)
      .timed('server encode', 'HTTP chunk', 'node', chunked('text/event-stream'))
      .untimed(chunkContent)
      .timed('client decode', 'event, without its HTTP chunk', 'undici', (event) => {
        stream.write(event);
        return text.take();
      }),
  };
};

export const transport: BuiltInTransport = {
  id: 'sse',
  title: 'Server-Sent Events + POST',
  family: 'stream',
  browser: holdsRequest,
  capabilities: {
    binary: false,
    ordered: true,
    reliable: true,
    upstream: 'request',
    auth: true,
    reconnects: true,
    resume: 'native',
    sharesPort: 'silent',
  },
  sessionKib: 66,
  dissection: httpStream,
  addresses: overHttp,
  framing: {
    source: 'WHATWG HTML §9.2.5 in RFC 9112 §7.1 down; RFC 9112 §2.1 up, with the fields of undici and Node',
    exchange: (exchange) => eventExchange(exchange, 'data: \n\n'.length + exchange.size),
  },
  roundTrips: [
    waitFor('GET', 'WHATWG HTML §9.2.3: the first event; over HTTP/2 without waiting for SETTINGS (RFC 9113 §3.4)'),
  ],
  steps,
  handshake: 'the server must send the event `session` at once, and no proxy may hold it back',
  heartbeats: anyInterval,
  surface: sessionSurface('GET /events', { outlivesConnection: false }),
  foreign: async () => (await import('../checks/fuzz/tools/http.ts')).listenForEvents,
  proxied: 'HTTP',
  variants: [
    {
      id: 'h2',
      proxied: 'HTTP/2',
      title: 'HTTP/2',
      // GET and POSTs are streams of one connection.
      capabilities: { sharesPort: 'always' },
      dissection: { filter: 'http2' },
      options: { http: '2' },
      browser: {
        speaks: 'over TLS',
        needsTls: 'uses HTTP/2, which browsers speak over TLS alone',
        sessionsPerContext: 100,
        because: 'a browser context has one HTTP/2 connection, whose streams the server limits',
      },
      framing: overHttp2,
      foreign: async () => (await import('../checks/fuzz/tools/http2.ts')).listenForEventsOverHttp2,
      surface: {
        protocol: 'http2',
        opens: 'GET /events',
        messages: { posts: '/messages/' },
        refusals: { tooLarge: /413/, unauthorized: /401/, flood: /429/ },
      },
    },
    {
      id: 'gzip',
      title: 'gzip, flushed each',
      options: { gzip: true },
      framing: {
        source: 'as sse, RFC 1951 down: each event flushed (RFC 7692 §7.2.1 explains the four bytes), the window kept',
        session() {
          const down = deflater({ fresh: false });
          return async (exchange) =>
            eventExchange(exchange, (await down(`data: ${exchange.message}\n\n`)) + FLUSHED_END_BYTES);
        },
      },
    },
    {
      id: 'base64',
      title: 'bytes as base64',
      options: { base64: true },
      capabilities: { binary: true },
      framing: {
        source: 'as sse, bytes as an event named `b` in RFC 4648 §4 down, as they are up',
        exchange(exchange) {
          const { size, encoding } = exchange;
          const binary = 'event: b\ndata: \n\n'.length + base64(size);
          return eventExchange(exchange, encoding === 'binary' ? binary : 'data: \n\n'.length + size);
        },
      },
    },
  ],
};
