import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RoundTrips } from '../../results/schema.ts';
import { countAll, farLink, type OpenedCase, relatively, TOLERANCE } from '../../testing/network/round-trips.ts';
import { subjects } from '../../testing/subjects.ts';
import { capabilitiesOf, findTransport, handshakeOf } from '../../transports/index.ts';
import type { RelayedLink } from './relayed-link.ts';

/** Trials at once: they wait for the network nearly all the time. */
const AT_ONCE = 8;

/** Every transport with all that a handshake can need, and without any of it each variant that has a handshake of its own. */
const cases: readonly OpenedCase[] = (await subjects())
  .filter(({ entry, variant, unavailable }) => {
    if (unavailable !== undefined) return false;
    return variant === null ? true : variant.roundTrips !== undefined && variant.roundTrips !== entry.roundTrips;
  })
  .map((subject) => ({
    subject,
    steps: handshakeOf(subject, { tls: false, auth: false, rttSeconds: 1 })?.length ?? 0,
  }))
  .toSorted((a, b) => b.steps - a.steps)
  .map(({ subject }) => {
    const isWhole = subject.variant === null;
    const auth = isWhole && capabilitiesOf(subject).auth === true ? 'ES256' : null;
    return { name: subject.name, tls: isWhole && subject.entry.tls !== false, auth };
  });

/** Round trips of a handshake without the times that it lets pass. */
const withoutPauses = ({ name, tls, auth }: OpenedCase): number =>
  (handshakeOf(findTransport(name)!, { tls, auth: auth !== null, rttSeconds: 0 }) ?? []).reduce(
    (sum, { roundTrips }) => sum + roundTrips,
    0,
  );

let link: RelayedLink;
let counted: ReadonlyMap<OpenedCase, RoundTrips>;
beforeAll(async () => {
  link = await farLink();
  counted = await countAll(cases, link, { atOnce: AT_ONCE, excess: relatively });
}, 300_000);
afterAll(() => link.close());

describe('a session is usable after as many round trips as its handshake has', () => {
  test.each(cases)('$name, TLS: $tls, token: $auth', (one) => {
    const found = counted.get(one) ?? expect.fail('it was not measured');
    // A session cannot be faster than the round trips that it waits for; a timer may have begun before.
    expect(found.measured - withoutPauses(one)).toBeGreaterThan(-0.1);
    expect(relatively(found)).toBeLessThan(TOLERANCE);
    const sum = found.parts.reduce((before, { roundTrips }) => before + roundTrips, 0);
    expect(sum).toBeCloseTo(found.measured, 6);
  });
});
