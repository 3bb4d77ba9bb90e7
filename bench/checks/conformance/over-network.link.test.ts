import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RelayedLink, relayedLink } from '../../run/network/relayed-link.ts';
import { networkFrom } from '../../testing/network/network-from.ts';
import { onlyTransport, subjectNames, subjects } from '../../testing/subjects.ts';
import { networkChecks } from './network-checks.ts';
import { checkOverNetwork } from './over-network.ts';

/** Transports that stand for all: streams, requests, a broker, HTTP/2 and datagrams. The soak has the others. */
const CHOSEN: readonly string[] = ['tcp', 'ws', 'sse', 'mqtt', 'grpc', 'webrtc'];
const names = subjectNames().filter((name) => onlyTransport !== undefined || CHOSEN.includes(name));

let link: RelayedLink;
beforeAll(async () => {
  const { signal } = new AbortController();
  const lines = Math.max(1, names.length);
  link = await relayedLink({ network: networkFrom('wifi-bad'), seed: 1, lines, core: undefined, signal });
});
afterAll(() => link.close());

describe.concurrent('over wifi-bad', async () => {
  const unavailable = new Map((await subjects()).map((subject) => [subject.name, subject.unavailable]));

  test.for(names.map((name, line) => ({ name, line })))(
    '$name keeps what it promises',
    { timeout: 240_000 },
    async ({ name, line }, { skip }) => {
      const why = unavailable.get(name);
      if (why !== undefined) skip(why);
      const { failures, seen } = await checkOverNetwork(name, link, line);
      expect(failures).toEqual([]);
      expect(seen).toHaveLength(networkChecks.length);
    },
  );
});
