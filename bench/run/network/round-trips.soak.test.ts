import { afterAll, beforeAll, describe, expect } from 'vitest';
import { countAll, farLink, inTheory, strictly, TOLERANCE } from '../../testing/network/round-trips.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { needs, unavailable } from '../../testing/unavailable.ts';
import { capabilitiesOf } from '../../transports/index.ts';
import type { RelayedLink } from './relayed-link.ts';

await needs('privateLink');

let link: RelayedLink;
beforeAll(async () => {
  link = await farLink();
});
afterAll(() => link.close());

describe.each(await subjects())('$name', (subject) => {
  unavailable(subject.unavailable);
  const { name, entry } = subject;
  const ways = [
    { tls: false, auth: null },
    { tls: true, auth: null },
    { tls: false, auth: 'ES256' },
    { tls: true, auth: 'ES256' },
  ] as const;

  for (const { tls, auth } of ways) {
    if ((tls && entry.tls === false) || (auth !== null && capabilitiesOf(subject).auth !== true)) continue;
    const how = `${tls ? 'over TLS' : 'without TLS'}${auth === null ? '' : ', with a token'}`;
    soak(`${name}: as many round trips as its handshake has, ${how}`, 300, async () => {
      const one = { name, tls, auth };
      const found =
        (await countAll([one], link, { atOnce: 1, excess: strictly })).get(one) ?? expect.fail('not measured');
      expect(Math.abs(strictly(found))).toBeLessThan(TOLERANCE);
      return `${found.measured.toFixed(2)} of ${inTheory(found).toFixed(2)} round trips`;
    });
  }
});
