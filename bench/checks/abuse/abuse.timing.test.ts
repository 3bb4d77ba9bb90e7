import { describe, test } from 'vitest';
import { onlyTransport, subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { assertNoticed, assertStands } from './harness.ts';
import { representatives } from './representatives.ts';

const ATTACKS_MS = 400_000;

const all = await subjects();
/** Variants that stand for the others, which are in the soak; all of them where one transport is asked for. */
const variants =
  onlyTransport === undefined ? await representatives(all) : all.filter(({ variant }) => variant !== null);
const isOverUdp = ({ entry }: (typeof all)[number]): boolean => entry.datagrams === true;
/** SCTP and QUIC drop a silent peer after half a minute. The server's own limit has to act before that, so nothing else runs meanwhile. */
const overUdp = all.filter((one) => isOverUdp(one) && (one.variant === null || variants.includes(one)));

// Variants that compress or poll take more CPU time, so they run apart from the plain transports. The attacks mostly wait, so several
// variants are attacked at once.
describe.concurrent('the server of a variant cuts bad peers, serves the others as before, and frees its memory', () => {
  test.each(variants.filter((one) => !isOverUdp(one)))('$name', { timeout: ATTACKS_MS }, async (subject) => {
    await assertStands(subject);
  });
});

describe.each(overUdp)('$name', (subject) => {
  unavailable(subject.unavailable);

  test('the server cuts bad peers, serves the others as before, and frees its memory', { timeout: ATTACKS_MS }, () =>
    assertStands(subject),
  );

  test('the check notices that a server without its defence keeps a frozen subscriber', { timeout: ATTACKS_MS }, () =>
    assertNoticed(subject),
  );
});
