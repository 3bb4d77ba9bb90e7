import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROADCAST, senderPrefix, sequenceDigits } from '../../codec/header.ts';
import { errorText } from '../../error-text.ts';
import { makeIdentity } from '../../security/identity.ts';
import { makeMint } from '../../security/tokens.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { capabilitiesOf } from '../../transports/index.ts';
import { everyParty, PartyKit, refusalOf } from './testing/parties.ts';

const parties = await everyParty();
const ours = await makeIdentity(['127.0.0.1']);
/** Trusted certificate of another host. */
const elsewhere = await makeIdentity(['elsewhere.example'], []);
/** Certificate of this host that no authority has signed. */
const stranger = await makeIdentity(['127.0.0.1']);
const before = getCACertificates('default');

beforeAll(() => setDefaultCACertificates([ours.certificate, elsewhere.certificate]));
afterAll(() => setDefaultCACertificates(before));

describe.each(parties)('$name over TLS', (party) => {
  unavailable(party.unavailable);

  test.each(['HS256', 'ES256'] as const)(
    'carries echo and broadcast for sessions with an %s token',
    async (algorithm) => {
      await using kit = new PartyKit();
      const mint = await makeMint(algorithm);
      const { url } = await kit.serve(party, { identity: ours, tokens: mint.rules });
      const token = await mint.issue('somebody', 60);
      const [peer, other] = [await kit.join(party, url, { token }), await kit.join(party, url, { token })];
      expect(await peer.echo('Grüße')).toBe('Grüße');
      const large = 'a'.repeat(Math.min(200_000, capabilitiesOf(party).mostBytes ?? Number.POSITIVE_INFINITY));
      expect(await peer.echo(large)).toBe(large);
      const news = `${senderPrefix(BROADCAST, 0)}${sequenceDigits(0)}news`;
      await peer.send(news);
      expect((await other.has(1))[0]).toBe(news);
      expect((await peer.has(3))[2]).toBe(news);
      const late = await mint.issue('somebody', -60);
      expect(errorText(await refusalOf(kit.join(party, url, { token: late })))).toMatch(party.unauthorized);
    },
  );

  test.each([
    ['that no authority has signed', stranger, /self-signed|unable to verify|unknown|certificate/i],
    ['for another host', elsewhere, /alt ?names|host ?name|certificate/i],
  ])('refuses a certificate %s, and says so', async (_, identity, words) => {
    await using kit = new PartyKit();
    const { url } = await kit.serve(party, { identity });
    expect(errorText(await refusalOf(kit.join(party, url)))).toMatch(words);
  });
});
