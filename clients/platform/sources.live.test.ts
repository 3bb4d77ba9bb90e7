import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyParty, type Party, PartyKit } from '../../bench/checks/security/testing/parties.ts';
import { makeIdentity } from '../../bench/security/identity.ts';
import { countingRelay } from '../../bench/testing/network/counting-relay.ts';
import { needs, unavailable } from '../../bench/testing/unavailable.ts';
import { platform, platformFrom } from './node.ts';

// Only Linux has more than one address on its loopback.
await needs('processTable');

const parties = await everyParty();
const identity = await makeIdentity(['127.0.0.1', 'localhost']);
const before = getCACertificates('default');

beforeAll(() => setDefaultCACertificates([identity.certificate]));
afterAll(() => setDefaultCACertificates(before));

/** Local addresses of this host's UDP sockets: hexadecimal, in the order of the machine. */
const udpAddresses = (): string[] =>
  readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/[\s:]+/)[1] ?? '');

/** Opens a session from each address, and sends a message over it. Returns the addresses that the server saw, sorted. */
async function sourcesSeen(
  kit: PartyKit,
  party: Party,
  secure: boolean,
  sources: readonly string[],
  host = '127.0.0.1',
) {
  const { url } = await kit.serve(party, secure ? { identity } : {});
  const relay = await countingRelay(kit, url);
  for (const source of sources) {
    const peer = await kit.join(party, relay.url.replace('127.0.0.1', host), { surroundings: platformFrom(source) });
    expect(await peer.echo('hello')).toBe('hello');
  }
  return [...relay.sources.keys()].toSorted();
}

describe.each(parties.filter(({ entry }) => !entry.sharesSocket))('$name', (party) => {
  unavailable(party.unavailable);

  test.each([false, true])('comes from the source address of its platform; over TLS: %s', async (secure) => {
    await using kit = new PartyKit();
    const sources = ['127.0.0.3', '127.0.0.7'];
    expect(await sourcesSeen(kit, party, secure, sources)).toEqual(sources);
    if (party.entry.datagrams) expect(udpAddresses()).toEqual(expect.arrayContaining(['0300007F', '0700007F']));
  });

  test('does so at a server that is known by a name with addresses of both families', async () => {
    if (party.entry.datagrams) return;
    await using kit = new PartyKit();
    expect(await sourcesSeen(kit, party, true, ['127.0.0.9'], 'localhost')).toEqual(['127.0.0.9']);
  });
});

test('a transport whose sessions share a socket says so', () => {
  const sharing = parties.filter(({ entry }) => entry.sharesSocket).map(({ name }) => name);
  expect(sharing.every((name) => parties.find((party) => party.name === name)?.entry.datagrams)).toBe(true);
});

test('without a source address the system chooses', async () => {
  const [party] = parties.filter(({ entry }) => !entry.datagrams);
  await using kit = new PartyKit();
  const { url } = await kit.serve(party!);
  const relay = await countingRelay(kit, url);
  await kit.join(party!, relay.url);
  expect(platform.localAddress).toBeUndefined();
  expect([...relay.sources.keys()]).toEqual(['127.0.0.1']);
});
