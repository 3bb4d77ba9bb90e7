import { connect as dial } from 'node:net';
import { describe, expect, test } from 'vitest';
import { makeIdentity } from '../../security/identity.ts';
import { Kit } from '../../testing/kit.ts';
import { subjects } from '../../testing/subjects.ts';
import { findTransport, loadServer } from '../../transports/index.ts';
import { ABUSE_LIMITS, FROZEN, runAttacks } from './harness.ts';

/** Runs at once; each mostly waits. */
const AT_ONCE = 4;
const PATIENT = 400_000;

const available = (await subjects()).filter(({ unavailable }) => unavailable === undefined);
const names = available.map(({ name }) => name);

const withPlaces = semaphore(AT_ONCE);
/** SCTP and QUIC give a silent peer up by themselves after half a minute: ours has to come first, so nothing else goes on meanwhile. */
const placesOf = (name: string): number => (findTransport(name)?.entry.datagrams ? AT_ONCE : 1);

describe.concurrent('bad peers are cut, nobody else notices, and nothing stays of them', () => {
  test.each(names)('%s', { timeout: PATIENT }, async (name) => {
    const found = findTransport(name)!;
    const { failures, attacks, probed } = await withPlaces(placesOf(name), () => runAttacks(found));
    expect(failures).toEqual([]);
    expect(attacks.length).toBeGreaterThan(2);
    // Five of each probe at the least, however soon the attacks are over.
    expect(probed).toBeGreaterThanOrEqual(100);
  });

  test.each(names.filter((name) => findTransport(name)?.entry.datagrams))(
    '%s without its defence keeps a frozen subscriber, and that is found',
    { timeout: PATIENT },
    async (name) => {
      const options = { limits: { ...ABUSE_LIMITS, backlogBytes: 1e9 }, only: [FROZEN] };
      const { failures } = await withPlaces(placesOf(name), () => runAttacks(findTransport(name)!, options));
      expect(failures).toEqual([expect.stringMatching(/^a frozen subscriber: was /)]);
    },
  );

  // The defence switched off by settings: the check has to see that it is.
  test.each([
    ['a flood of messages', { messagesPerSecond: 1e9 }, /a flood of messages: the peer was not cut/],
    ['connections that say nothing', { handshakeMs: 60_000 }, /connections that say nothing: the peer was not cut/],
    [FROZEN, { backlogBytes: 1e9 }, /a frozen subscriber: was not cut/],
  ] as const)('without its defence, %s is found', { timeout: PATIENT }, async (attack, limits, found) => {
    const options = { limits: { ...ABUSE_LIMITS, ...limits }, only: [attack] };
    const { failures } = await withPlaces(placesOf('ws'), () => runAttacks(findTransport('ws')!, options));
    expect(failures).toEqual([expect.stringMatching(found)]);
  });
});

const overTcp = available.filter(({ entry, variant }) => variant === null && entry.port !== 'udp');
test.concurrent.each(overTcp)('$name: over TLS, a connection that says nothing is cut', async ({ entry }) => {
  await using kit = new Kit();
  const identity = await makeIdentity(['127.0.0.1']);
  const limits = { ...ABUSE_LIMITS, handshakeMs: 500 };
  const { url } = await kit.listen(await loadServer(entry), { limits, identity });
  const socket = dial(Number(new URL(url).port), '127.0.0.1');
  // Half a record of a ClientHello, and then no more.
  socket.write(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01));
  socket.on('error', () => {}).resume();
  await new Promise((resolve) => socket.once('close', resolve));
});

/** Lets work in as places become free, in the order in which it came. */
function semaphore(places: number): <Value>(taken: number, work: () => Promise<Value>) => Promise<Value> {
  let free = places;
  const waiting: { readonly taken: number; readonly enter: () => void }[] = [];
  const admit = (): void => {
    while (waiting.length > 0 && waiting[0]!.taken <= free) {
      const { taken, enter } = waiting.shift()!;
      free -= taken;
      enter();
    }
  };
  return async (taken, work) => {
    await new Promise<void>((enter) => {
      waiting.push({ taken, enter });
      admit();
    });
    try {
      return await work();
    } finally {
      free += taken;
      admit();
    }
  };
}
