import { connect as dial } from 'node:net';
import { describe, expect, test } from 'vitest';
import { application } from '../../servers/application.ts';
import { findTransport, loadServer, transportNames, transports, whyUnavailable } from '../registry.ts';
import { makeIdentity } from '../security/identity.ts';
import { ABUSE_LIMITS, assail, FROZEN } from './harness.ts';

/** Assaults at once: they mostly wait for what should happen to happen. */
const AT_ONCE = 4;
const PATIENT = 400_000;

const available = new Set<string>();
for (const entry of transports) if ((await whyUnavailable(entry)) === undefined) available.add(entry.id);
const names = transportNames().filter((name) => available.has(name.split(':')[0]!));

const inTurn = turnstile(AT_ONCE);

describe.concurrent('bad peers are cut, nobody else notices, and nothing stays of them', () => {
  test.each(names)('%s', { timeout: PATIENT }, async (name) => {
    const found = findTransport(name)!;
    const { failures, attacks, probed } = await inTurn(() => assail(found));
    expect(failures).toEqual([]);
    // What reaches a server over UDP alone finds no connection of TCP to be slow or silent on.
    expect(attacks.length).toBeGreaterThan(found.entry.port === 'udp' ? 1 : 2);
    // Five of each probe at the least, however soon the attacks are over.
    expect(probed).toBeGreaterThanOrEqual(100);
  });

  // The defence switched off by settings: the check has to see that it is.
  test.each([
    ['a flood of messages', { messagesPerSecond: 1e9 }, /a flood of messages: the peer was not cut/],
    ['connections that say nothing', { handshakeMs: 60_000 }, /connections that say nothing: the peer was not cut/],
    [FROZEN, { backlogBytes: 1e9 }, /a frozen subscriber: was not cut/],
  ] as const)('without its defence, %s is found', { timeout: PATIENT }, async (attack, limits, found) => {
    const assault = { limits: { ...ABUSE_LIMITS, ...limits }, only: [attack] };
    const { failures } = await inTurn(() => assail(findTransport('ws')!, assault));
    expect(failures).toEqual([expect.stringMatching(found)]);
  });
});

test('every transport says what is spoken to it', () => {
  expect(transports.filter(({ wire }) => wire === undefined).map(({ id }) => id)).toEqual([]);
});

describe.concurrent('over TLS, a connection that says nothing is cut', () => {
  const overTcp = transports.filter(({ id, wire }) => available.has(id) && wire?.family !== 'datagrams');
  test.each(overTcp)('$id', async (entry) => {
    const identity = await makeIdentity(['127.0.0.1']);
    const { listen } = await loadServer(entry);
    const limits = { ...ABUSE_LIMITS, handshakeMs: 500 };
    const listener = await listen(application, { host: '127.0.0.1', port: 0, options: {}, limits, identity });
    try {
      const socket = dial(Number(new URL(listener.url).port), '127.0.0.1');
      // Half a record of a ClientHello, and then no more.
      socket.write(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01));
      await new Promise((resolve) =>
        socket
          .on('error', () => {})
          .resume()
          .once('close', resolve),
      );
    } finally {
      await listener.close();
    }
  });
});

/** Lets at most so many in at a time. */
function turnstile(most: number): <Value>(work: () => Promise<Value>) => Promise<Value> {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) inside--;
      else next();
    }
  };
}
