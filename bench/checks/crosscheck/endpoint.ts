import { setTimeout as sleep } from 'node:timers/promises';
import { platform } from '../../../clients/platform/node.ts';
import type { ClientModule, Platform } from '../../contract.ts';
import { serveIpc } from '../../ipc.ts';
import type { EndpointAnswer, EndpointOrder } from './protocol.ts';

/**
 * Interval between two polls of the session that is held open. Polling at once would cost the server a second request for every
 * message.
 */
const POLL_MS = 1_000;
const PROBE = 'where to?';

/**
 * Holds a session of a transport open, so that generators can use the session's address as an ordinary HTTP endpoint: a POST of a
 * message to `/messages/<session>` is answered 204.
 *
 * Transports with requests upstream have this endpoint anyway, so nothing is added to a server for the comparison. Unlike a path
 * that does not exist it answers with success, and a POST to it leaves nothing behind. Each message also comes down on the session;
 * this process drops it, which costs the server the same whichever generator sends, and the generators nothing.
 *
 * The address is found by sending one message and noting where the transport's own client posts it, which works for any such
 * transport.
 */
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
  // A lost session needs no handling: the endpoint then answers 404, which the generators count.
  const receiver = { message() {}, unreadable() {}, lost() {} };
  const { signal } = new AbortController();
  const session = await client.connect(url, receiver, { options, encoding: 'text', platform: watched, signal });
  await session.send(PROBE);
  return { answer: 'open', url: await learnt.promise };
}

serveIpc(open);
