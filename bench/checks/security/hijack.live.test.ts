import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { onlyTransport } from '../../testing/subjects.ts';
import { openForge } from './testing/forge.ts';
import { everyParty, type Party, PartyKit } from './testing/parties.ts';
import { raw, relay } from './testing/relay.ts';

const { rules, good } = openForge('HS256');
const SESSION = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

const lineOf = (request: string): string => request.slice(0, request.indexOf('\r\n'));
const restOf = (request: string): string => request.slice(request.indexOf('\r\n') + 2);

/** Opens a session of Alice, and resolves with it and the requests that the server got for it. */
async function alices(kit: PartyKit, party: Party) {
  const { url } = await kit.serve(party, { tokens: rules });
  const between = await relay(kit, url);
  const token = good('alice');
  const alice = await kit.join(party, between.url, { token });
  expect(await alice.echo('hello')).toBe('hello');
  return { url, token, alice, requests: between.overheard.flatMap(({ requests }) => requests) };
}

/** Transports with requests that name a session, besides the one that opens it. */
const parties: Party[] = [];
for (const party of await everyParty()) {
  // The relay carries only TCP.
  if (party.entry.port === 'udp') continue;
  await using kit = new PartyKit();
  const { requests } = await alices(kit, party);
  if (requests.some((request) => SESSION.test(lineOf(request)))) parties.push(party);
}

test('there are transports whose requests name a session', () => {
  // WIREBENCH_ONLY may leave none.
  expect(parties.length).toBeGreaterThan(onlyTransport === undefined ? 1 : -1);
});

describe.each(parties)('$name', (party) => {
  test('another one’s session is not found, and nothing says that it is there', async () => {
    await using kit = new PartyKit();
    const { url, token, alice, requests } = await alices(kit, party);
    const mallory = good('mallory');
    const named = requests.filter((request) => SESSION.test(lineOf(request)));
    for (const request of named) {
      const [session = ''] = SESSION.exec(lineOf(request)) ?? [];
      const as = (who: string, id: string): Promise<string> =>
        answerTo(url, request.replaceAll(token, who).replaceAll(session, id));
      const hers = await as(mallory, session);
      expect(hers).toMatch(/^HTTP\/\S+ 404 /);
      expect(hers).not.toContain(session);
      expect(await as(mallory, randomUUID())).toBe(hers);
      // Nor does the answer to a missing or bad token tell whether the session exists.
      for (const bad of ['', 'garbage', good('alice', -1)]) {
        const refused = await as(bad, session);
        expect(refused).toMatch(/^HTTP\/\S+ 401 /);
        expect(await as(bad, randomUUID())).toBe(refused);
      }
      for (const verb of ['GET', 'POST', 'DELETE']) {
        const other = `${verb} ${lineOf(request).split(' ').slice(1).join(' ')}\r\n${restOf(request)}`;
        expect(await answerTo(url, other.replaceAll(token, mallory))).toMatch(/^HTTP\/\S+ 404 /);
      }
    }
    // Alice received none of it, and her session is still open.
    expect(await alice.echo('still here')).toBe('still here');
    expect(alice.received).toEqual(['hello', 'still here']);
    expect(alice.losses).toEqual([]);
  });
});

/** Sends a request and resolves with the whole answer except its date. */
async function answerTo(url: string, request: string): Promise<string> {
  return (await raw(url, request)).replace(/^date: .*\r\n/im, '');
}
