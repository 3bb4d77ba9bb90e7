import { describe, expect, test } from 'vitest';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { ABUSE_LIMITS, assertStands, FROZEN, runAttacks } from './harness.ts';

const ATTACKS_MS = 400_000;

const all = await subjects();
/** Variants that compress or poll take more CPU time, so they run apart from the plain transports. */
const variants = all.filter(({ entry, variant }) => entry.datagrams === undefined && variant !== null);
/** SCTP and QUIC drop a silent peer after half a minute. The server's own limit has to act before that, so nothing else runs meanwhile. */
const overUdp = all.filter(({ entry }) => entry.datagrams);

// The attacks mostly wait, so several variants are attacked at once.
describe.concurrent('the server of a variant cuts bad peers, serves the others as before, and frees its memory', () => {
  test.each(variants)('$name', { timeout: ATTACKS_MS }, async (subject) => {
    await assertStands(subject);
  });
});

describe.each(overUdp)('$name', (subject) => {
  unavailable(subject.unavailable);

  test('the server cuts bad peers, serves the others as before, and frees its memory', { timeout: ATTACKS_MS }, () =>
    assertStands(subject),
  );

  test('the check notices that a server without its defence keeps a frozen subscriber', {
    timeout: ATTACKS_MS,
  }, async () => {
    const options = { limits: { ...ABUSE_LIMITS, backlogBytes: 1e9 }, only: [FROZEN] };
    const { failures } = await runAttacks(subject, options);
    expect(failures).toEqual([
      expect.stringMatching(/^a frozen subscriber: the (?:server did not cut it|peer was told)/),
    ]);
  });
});
