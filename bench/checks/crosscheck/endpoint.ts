import { setTimeout as sleep } from 'node:timers/promises';
import { platform } from '../../../clients/platform/node.ts';
import type { ClientModule, Platform } from '../../contract.ts';
import { serveIpc } from '../../ipc.ts';
import type { EndpointAnswer, EndpointOrder } from './protocol.ts';

/**
 * A process that holds a session of a transport open, so that others may use the session's address as an ordinary HTTP
 * endpoint: a POST of a message to `/messages/<session>` is answered 204.
 *
 * It is the endpoint that transports with requests upstream have anyway: nothing is added to a server for the sake of
 * comparison, its answer is a success, unlike that of a path which does not exist, and sending to it leaves nothing behind.
 * Its price is that each message also comes down on the session. That is this process's to take, and to throw away: it costs
 * the server the same whoever sends, and the generators nothing.
 *
 * The address is learnt by sending one message and seeing where the transport's own client posts it, so that any such
 * transport will do. What comes down is polled for once a second only: else every message would cost the server a second
 * request.
 */
const POLL_MS = 1_000;
const PROBE = 'where to?';

async function open({ module, url, options }: EndpointOrder): Promise<EndpointAnswer> {
  const client: ClientModule = await import(module);
  const learnt = Promise.withResolvers<string>();
  const watched: Platform = {
    ...platform,
    openHttp(version) {
      const http = platform.openHttp(version);
      return {
        EventSource: http.EventSource,
        async fetch(target, request) {
          if (request.body === PROBE) learnt.resolve(target);
          if (request.method === 'GET') await sleep(POLL_MS);
          return await http.fetch(target, request);
        },
        stream: http.stream,
        close: () => http.close(),
      };
    },
  };
  // Without its session the endpoint answers 404, and whoever sends to it counts that.
  const receiver = { message() {}, lost() {} };
  const { signal } = new AbortController();
  const session = await client.connect(url, receiver, { options, encoding: 'text', platform: watched, signal });
  await session.send(PROBE);
  return { answer: 'open', url: await learnt.promise };
}

serveIpc(open);
