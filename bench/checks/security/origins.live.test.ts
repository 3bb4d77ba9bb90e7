import { describe, expect, test } from 'vitest';
import { errorText } from '../../error-text.ts';
import { onlyTransport } from '../../testing/subjects.ts';
import { everyParty, type Party, PartyKit, refusalOf } from './testing/parties.ts';
import { type Relay, raw, relay, statusesOf } from './testing/relay.ts';

/** True if a page can reach the server. Any page can open a WebSocket, even if its protocol is not meant for browsers. */
const isReachable = ({ browser }: Party, url: string): boolean =>
  url.startsWith('ws:') || (browser && url.startsWith('http:'));

const parties = await everyParty();
const reachable: Party[] = [];
for (const party of parties) {
  if (party.unavailable !== undefined) continue;
  await using kit = new PartyKit();
  if (isReachable(party, (await kit.serve(party)).url)) reachable.push(party);
}

const LISTED = ['https://app.example', 'https://other.example:8443'];
const NOT_LISTED = [
  'null',
  '',
  'https://evil.example',
  'https://app.example.evil.example',
  'https://evil-app.example',
  'https://sub.app.example',
  'https://app.example.',
  'https://app.example:443',
  'https://app.example:8443',
  'https://other.example',
  'http://app.example',
  'wss://app.example',
  'HTTPS://APP.EXAMPLE',
  'https://APP.example',
  'https://app.example/',
  'https://app.example@evil.example',
  'https://app.example https://evil.example',
  'https://evil.example, https://app.example',
  'file://',
];

/** Origins that resemble the server's own. */
const IMITATIONS: readonly ((own: URL) => string)[] = [
  () => 'null',
  () => '',
  () => 'https://evil.example',
  ({ host }) => `https://${host}`,
  ({ host }) => `ws://${host}`,
  ({ host }) => host,
  ({ hostname }) => `http://${hostname}`,
  ({ hostname, port }) => `http://${hostname}:${Number(port) - 1}`,
  ({ origin }) => `${origin}0`,
  ({ hostname, port }) => `http://${hostname}.evil.example:${port}`,
  ({ origin }) => `${origin}.evil.example`,
  ({ host }) => `http://evil-${host}`,
  ({ host }) => `http://evil.${host}`,
  ({ port }) => `http://localhost:${port}`,
  ({ host }) => `HTTP://${host}`,
  ({ origin }) => `${origin}/`,
  ({ host }) => `http://evil.example@${host}`,
  ({ origin }) => `http://evil.example,${origin}`,
  ({ origin }) => `${origin} http://evil.example`,
  ({ origin }) => `http://evil.example/?${origin}`,
];

/** Asserts that the server refuses the real client, as run by a page of the origin, with a 403 that no page may read. */
async function isRefused(kit: PartyKit, party: Party, url: string, pageOf?: (own: string) => string): Promise<void> {
  const between = await relay(kit, url, pageOf);
  const reason = errorText(await refusalOf(kit.join(party, between.url)));
  const requests = between.overheard.map((one) => one.requests);
  expect(reason, `${requests}`).not.toBe('');
  expect({ requests, statuses: [...new Set(statusesOf(between))] }).toEqual({ requests, statuses: [403] });
  expect(said(between)).not.toMatch(/access-control-/i);
}

/** Asserts that the server admits the real client, as run by a page of the origin. */
async function isAdmitted(kit: PartyKit, party: Party, url: string, pageOf?: (own: string) => string): Promise<Relay> {
  const between = await relay(kit, url, pageOf);
  const peer = await kit.join(party, between.url);
  expect(await peer.echo('hello')).toBe('hello');
  return between;
}

const said = ({ overheard }: Relay): string => overheard.map(({ down }) => down).join('\n');

test('there are transports that a page can reach', () => {
  // WIREBENCH_ONLY may leave none.
  expect(reachable.length).toBeGreaterThan(onlyTransport === undefined ? 4 : -1);
});

/** Transports whose server cannot see a request's origin, so that a list of origins admits no client at all. */
const originless = parties.filter(({ entry }) => entry.port === 'udp');

test.for(originless)('$name: with origins listed, admits no client', async (party, { skip }) => {
  if (party.unavailable !== undefined) skip(party.unavailable);
  await using kit = new PartyKit();
  const { url } = await kit.serve(party, { origins: LISTED });
  expect(errorText(await refusalOf(kit.join(party, url)))).toMatch(party.unauthorized);
});

describe.each(reachable)('$name', (party) => {
  test('admits its own pages and what is no page, and no others', async () => {
    await using kit = new PartyKit();
    const { url } = await kit.serve(party);
    const bystander = await kit.join(party, url);
    for (const own of [undefined, (origin: string) => origin]) {
      expect(said(await isAdmitted(kit, party, url, own))).not.toMatch(/access-control-/i);
    }
    for (const imitation of IMITATIONS) await isRefused(kit, party, url, (own) => imitation(new URL(own)));
    expect(await bystander.echo('undisturbed')).toBe('undisturbed');
    expect(bystander.losses).toEqual([]);
  });

  test('with origins listed, admits their pages and nobody else', async () => {
    await using kit = new PartyKit();
    const { url } = await kit.serve(party, { origins: LISTED });
    for (const origin of LISTED) {
      const between = await isAdmitted(kit, party, url, () => origin);
      // Every answer lets the page read it, and tells caches not to give it to a page of another origin.
      for (const { down } of between.overheard) {
        for (const head of headsOf(down).filter((one) => !one.startsWith('HTTP/1.1 101'))) {
          expect(head).toMatch(new RegExp(`^access-control-allow-origin: ${origin}\r$`, 'im'));
          expect(head).toMatch(/^vary:.*origin\r$/im);
          expect(head).not.toMatch(/allow-credentials/i);
        }
      }
    }
    await isRefused(kit, party, url);
    await isRefused(kit, party, url, (own) => own);
    await Promise.all(NOT_LISTED.map((origin) => isRefused(kit, party, url, () => origin)));
  });

  test('is not taken in by two origins, or by how the header is written', async () => {
    await using kit = new PartyKit();
    const { url } = await kit.serve(party, { origins: LISTED });
    const between = await isAdmitted(kit, party, url, () => LISTED[0]!);
    const [request = ''] = between.overheard[0]?.requests ?? [];
    const listed = `Origin: ${LISTED[0]}\r\n`;
    const evil = 'Origin: https://evil.example\r\n';
    expect(request).toContain(listed);
    for (const headers of [
      listed + evil,
      evil + listed,
      listed + listed,
      evil.toUpperCase(),
      evil.replace(' ', '\t '),
    ]) {
      const answer = await raw(url, request.replace(listed, headers));
      expect({ headers, answer }).toEqual({ headers, answer: expect.stringMatching(/^HTTP\/\S+ 403 /) });
    }
  });

  test('answers a page that asks beforehand, if it is listed', async () => {
    await using kit = new PartyKit();
    const { url } = await kit.serve(party, { origins: LISTED });
    const between = await isAdmitted(kit, party, url, () => LISTED[0]!);
    const [, path = '/', version = ''] = /^[A-Z]+ (\S+) (\S+)/.exec(between.overheard[0]?.requests[0] ?? '') ?? [];
    const asked = (origin: string): Promise<string> =>
      raw(
        url,
        `OPTIONS ${path} ${version}\r\nHost: a\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: POST\r\n` +
          'Access-Control-Request-Headers: authorization\r\n\r\n',
      );
    const answer = await asked(LISTED[0]!);
    expect(answer).toMatch(/^HTTP\/\S+ 20[04] /);
    expect(answer).toMatch(/^access-control-allow-origin: https:\/\/app\.example\r$/im);
    const refused = await asked('https://evil.example');
    expect(refused).toMatch(/^HTTP\/\S+ 403 /);
    expect(refused).not.toMatch(/access-control-/i);
  });
});

/** Heads of the answers on one connection, found by how a head begins, because the length of the bodies is not known. */
const headsOf = (down: string): string[] =>
  Array.from(down.matchAll(/HTTP\/(?:1\.1|2) \d{3} [^\r]*\r\n(?:[^\r\n]+\r\n)*\r\n/g), ([head]) => head);
