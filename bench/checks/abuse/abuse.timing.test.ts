import { describe, expect, test } from 'vitest';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { assertStands } from './assert-stands.ts';
import { ABUSE_LIMITS, FROZEN, runAttacks } from './harness.ts';

const ATTACKS_MS = 400_000;

const all = await subjects();
/** Compression and polling take more of the cores: nothing but other variants goes on meanwhile. */
const variants = all.filter(({ entry, variant }) => entry.datagrams === undefined && variant !== null);
/** SCTP and QUIC give a silent peer up by themselves after half a minute: ours has to come first, so nothing else goes on meanwhile. */
const overUdp = all.filter(({ entry }) => entry.datagrams);

// They mostly wait for what should happen to happen: several go on at once.
describe.concurrent('bad peers of a variant are cut, nobody else notices, and nothing stays of them', () => {
  test.each(variants)('$name', { timeout: ATTACKS_MS }, async (subject) => {
    await assertStands(subject);
  });
});

describe.each(overUdp)('$name', (subject) => {
  unavailable(subject.unavailable);

  test('bad peers are cut, nobody else notices, and nothing stays of them', { timeout: ATTACKS_MS }, () =>
    assertStands(subject),
  );

  test('without its defence keeps a frozen subscriber, and that is found', { timeout: ATTACKS_MS }, async () => {
    const options = { limits: { ...ABUSE_LIMITS, backlogBytes: 1e9 }, only: [FROZEN] };
    const { failures } = await runAttacks(subject, options);
    expect(failures).toEqual([expect.stringMatching(/^a frozen subscriber: was /)]);
  });
});
