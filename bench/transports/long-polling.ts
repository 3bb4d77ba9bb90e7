import { gzipSync } from 'node:zlib';
import type { Cost, Exchange } from '../checks/theory/framing.ts';
import { base64, request, response, UUID } from '../checks/theory/parts.ts';
import type { BuiltInTransport } from './shape.ts';
import { overHttp } from './shared/addresses.ts';
import { holdsRequest } from './shared/browsers.ts';
import { waitFor } from './shared/handshake.ts';
import { anyInterval } from './shared/heartbeats.ts';
import { authorityOf, postCost } from './shared/http.ts';
import { pollBodyBytes, pollingSteps, pollingSurface } from './shared/polling.ts';

type Fields = readonly (readonly [name: string, value: string])[];

function pollExchange(
  exchange: Exchange,
  bodyBytes: number,
  { upFields = [], downFields = [] }: { upFields?: Fields; downFields?: Fields } = {},
): Cost {
  const post = postCost(exchange);
  const path = `/messages/${UUID}?cursor=${exchange.index}`;
  const answer = response('200 OK', [
    ...downFields,
    ['content-type', 'application/json'],
    ['content-length', bodyBytes],
  ]);
  return {
    up: [post.up, request('GET', path, authorityOf(exchange.url), undefined, upFields)],
    down: [answer + bodyBytes, post.down],
  };
}

export const transport: BuiltInTransport = {
  id: 'long-polling',
  title: 'Long polling + POST',
  family: 'polling',
  browser: holdsRequest,
  capabilities: {
    binary: false,
    ordered: true,
    reliable: true,
    upstream: 'request',
    batches: true,
    auth: true,
    resume: 'native',
  },
  sessionKib: 36,
  dissection: { filter: 'http' },
  addresses: overHttp,
  framing: {
    source: 'RFC 6202 §2 in RFC 9112 §2.1, with the fields of undici and Node; JSON (RFC 8259) down',
    exchange: (exchange) => pollExchange(exchange, pollBodyBytes(exchange.index) + exchange.size),
  },
  roundTrips: [waitFor('POST', 'RFC 9112 §2.1: the answer names the session')],
  steps: pollingSteps,
  handshake: 'the server must answer POST /sessions',
  heartbeats: anyInterval,
  surface: pollingSurface,
  foreign: async () => (await import('../checks/fuzz/tools/http.ts')).listenForPolls,
  proxied: 'HTTP',
  variants: [
    {
      id: 'gzip',
      title: 'gzip',
      options: { gzip: true },
      framing: {
        source: 'as long-polling, each answer with messages in RFC 1952',
        exchange(exchange) {
          const { index, message } = exchange;
          const body = gzipSync(JSON.stringify({ cursor: index, messages: [String(message)] })).length;
          return pollExchange(exchange, body, {
            upFields: [['accept-encoding', 'gzip']],
            downFields: [
              ['vary', 'accept-encoding'],
              ['content-encoding', 'gzip'],
            ],
          });
        },
      },
    },
    {
      id: 'base64',
      title: 'bytes as base64',
      options: { base64: true },
      capabilities: { binary: true },
      framing: {
        source: 'as long-polling, bytes as `{"b":"…"}` with RFC 4648 §4 down, as they are up',
        exchange(exchange) {
          const { size, encoding, index } = exchange;
          const binary = '{"b":}'.length + base64(size);
          return pollExchange(exchange, pollBodyBytes(index) + (encoding === 'binary' ? binary : size));
        },
      },
    },
  ],
};
