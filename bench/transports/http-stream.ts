import { message, type Steps } from '../checks/micro/chain.ts';
import { callback } from '../checks/micro/memory-socket.ts';
import { chunk } from '../checks/theory/parts.ts';
import { encodeLine, lineReader } from '../codec/line.ts';
import type { BuiltInTransport } from './shape.ts';
import { overHttp } from './shared/addresses.ts';
import { holdsRequest } from './shared/browsers.ts';
import { httpStream } from './shared/dissections.ts';
import { waitFor } from './shared/handshake.ts';
import { anyInterval } from './shared/heartbeats.ts';
import { postCost, sessionSurface } from './shared/http.ts';

const steps: Steps = async () => {
  const { chunkContent, chunked, posted } = await import('./shared/http-steps.ts');
  const text = callback<string>();
  const read = lineReader({ text: text.put });
  return {
    up: posted(),
    down: message()
      .timed('server encode', 'JSON string and line feed', 'node', encodeLine)
      .timed('server encode', 'HTTP chunk', 'node', chunked('application/x-ndjson'))
      .untimed(chunkContent)
      .timed('client decode', 'JSON string and line feed, without its HTTP chunk', 'node', (line) => {
        read(line);
        return text.take();
      }),
  };
};

export const transport: BuiltInTransport = {
  id: 'http-stream',
  title: 'HTTP stream of lines + POST',
  family: 'stream',
  browser: holdsRequest,
  capabilities: {
    binary: false,
    ordered: true,
    reliable: true,
    upstream: 'request',
    auth: true,
    resume: 'log',
    sharesPort: 'silent',
  },
  dissection: httpStream,
  addresses: overHttp,
  framing: {
    source: 'a JSON string and a line feed (RFC 8259 §7) in RFC 9112 §7.1 down; RFC 9112 §2.1 up, with undici’s fields',
    exchange(exchange) {
      const post = postCost(exchange);
      return { up: [post.up], down: [chunk('""\n'.length + exchange.size), post.down] };
    },
  },
  roundTrips: [waitFor('GET', 'RFC 9112 §2.1: the answer’s first line')],
  steps,
  handshake: 'the server must send its first line, the session’s id, at once, and no proxy may hold it back',
  heartbeats: anyInterval,
  surface: sessionSurface('GET /lines', { outlivesConnection: false }),
  foreign: async () => (await import('../checks/fuzz/tools/http.ts')).listenForLines,
  proxied: 'HTTP',
  variants: [],
};
