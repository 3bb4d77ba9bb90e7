import { connect as dial } from 'node:net';
import { describe, expect, test } from 'vitest';
import { application } from '../../../servers/application.ts';
import { makeIdentity } from '../../security/identity.ts';
import { isQuick, subjects } from '../../testing/subjects.ts';
import { loadServer } from '../../transports/index.ts';
import { ABUSE_LIMITS, assertStands, FROZEN, runAttacks, UNDEFENDED_SECONDS } from './harness.ts';

const ATTACKS_MS = 400_000;

/** Transports whose abuse is part of `npm test`: one that keeps a connection, and one that also asks anew for each message. */
const QUICK = ['ws', 'sse'];

const all = await subjects();
/** Transports over TCP, without variants: the others need more of the machine and are in abuse.timing.test.ts. */
const overTcp = all.filter(
  ({ name, entry, variant }) => entry.datagrams === undefined && variant === null && (!isQuick || QUICK.includes(name)),
);

// The attacks mostly wait, so several transports are attacked at once.
describe.concurrent('the server cuts bad peers, serves the others as before, and frees its memory', () => {
  test.each(overTcp)('$name', { timeout: ATTACKS_MS }, async (subject) => {
    await assertStands(subject);
  });

  // Settings switch one defence off: the check has to notice.
  const ws = overTcp.filter(({ name }) => name === 'ws');
  describe.each(ws)('without the defence of $name', (subject) => {
    test.each([
      ['a flood of messages', { messagesPerSecond: 1e9 }, /a flood of messages: the peer was not cut/],
      ['connections that say nothing', { handshakeMs: 60_000 }, /connections that say nothing: the peer was not cut/],
      [FROZEN, { backlogBytes: 1e9 }, /a frozen subscriber: the server did not cut it/],
    ] as const)('%s is found', { timeout: ATTACKS_MS }, async (attack, limits, found) => {
      const { failures } = await runAttacks(subject, {
        limits: { ...ABUSE_LIMITS, ...limits },
        only: [attack],
        seconds: UNDEFENDED_SECONDS,
      });
      expect(failures).toEqual([expect.stringMatching(found)]);
    });
  });
});

describe.concurrent('over TLS, a connection that says nothing is cut', () => {
  // WebRTC is included, because its signalling runs over TCP.
  const listening = all.filter(({ entry, variant }) => variant === null && entry.port !== 'udp');
  test.for(listening)('$name', async ({ entry, unavailable }, { skip }) => {
    if (unavailable !== undefined) skip(unavailable);
    const identity = await makeIdentity(['127.0.0.1']);
    const { listen } = await loadServer(entry);
    const limits = { ...ABUSE_LIMITS, handshakeMs: 500 };
    const listener = await listen(application, { host: '127.0.0.1', port: 0, options: {}, limits, identity });
    try {
      const socket = dial(Number(new URL(listener.url).port), '127.0.0.1');
      // The first half of a ClientHello's record, and nothing after it.
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
