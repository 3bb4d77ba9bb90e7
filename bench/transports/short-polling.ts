import { timesIn } from '../checks/theory/framing.ts';
import { request, response, UUID } from '../checks/theory/parts.ts';
import type { BuiltInTransport } from './shape.ts';
import { overHttp } from './shared/addresses.ts';
import { waitFor } from './shared/handshake.ts';
import { authorityOf, postCost } from './shared/http.ts';
import { pollBodyBytes, pollingSteps, pollingSurface } from './shared/polling.ts';

function pollBytes(url: string, cursor: number): number {
  return request('GET', `/messages/${UUID}?cursor=${cursor}`, authorityOf(url));
}

export const transport: BuiltInTransport = {
  id: 'short-polling',
  title: 'Short polling + POST',
  family: 'polling',
  browser: {
    speaks: 'always',
    sessionsPerContext: 100,
    because: 'the sessions of a browser context share six connections, and more would only wait for each other',
  },
  capabilities: {
    binary: false,
    ordered: true,
    reliable: true,
    upstream: 'request',
    batches: true,
    auth: true,
    resume: 'native',
  },
  dissection: { filter: 'http' },
  addresses: overHttp,
  options: { intervalMs: 100 },
  framing: {
    source:
      'RFC 9112 §2.1, with the fields of undici and Node; JSON (RFC 8259) down; the number of empty polls follows from the bytes up',
    exchange(exchange) {
      const { size, index, url } = exchange;
      const post = postCost(exchange);
      const body = pollBodyBytes(index) + size;
      const fields = [['content-type', 'application/json'] as const, ['content-length', body] as const];
      return { up: [post.up, pollBytes(url, index - 1)], down: [post.down, response('200 OK', fields) + body] };
    },
    // The number of empty polls follows from the bytes up. Each has an answer, so the bytes down must match.
    adjust(sum, { up, url, first, count }) {
      const times = timesIn(up - sum.up, pollBytes(url, first - 1), pollBytes(url, first - 1 + count));
      return {
        up: times === 0 ? sum.up : up,
        down: sum.down + times * response('204 No Content', []),
        segmentsUp: sum.segmentsUp + times,
        segmentsDown: sum.segmentsDown + times,
      };
    },
  },
  roundTrips: [waitFor('POST', 'RFC 9112 §2.1: the answer names the session')],
  steps: pollingSteps,
  handshake: 'the server must answer POST /sessions',
  heartbeats: () => 'has no heartbeat: every poll shows that the session is alive',
  surface: pollingSurface,
  foreign: async () => (await import('../checks/fuzz/tools/http.ts')).listenForPolls,
  proxied: 'HTTP',
  variants: [],
};
