import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROADCAST, senderPrefix, sequenceDigits } from '../../codec/header.ts';
import { MemoryLog, newEpoch } from '../../codec/replay-log.ts';
import { errorText } from '../../error-text.ts';
import { Peer } from '../../testing/kit.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { capabilitiesOf } from '../../transports/index.ts';
import { openForge } from './testing/forge.ts';
import { everyParty, PartyKit, refusalOf } from './testing/parties.ts';
import { relay } from './testing/relay.ts';

const parties = await everyParty();
const ALGORITHMS = ['HS256', 'ES256'] as const;
const forges = { HS256: openForge('HS256'), ES256: openForge('ES256') };
/** Text of every broadcast, and of nothing else. */
const MARK = 'for admitted sessions only';

const news = (sequence: number): string => senderPrefix(BROADCAST, 0) + sequenceDigits(sequence) + MARK;

describe.each(parties)('$name', (party) => {
  unavailable(party.unavailable);

  test.each(ALGORITHMS)('admits good %s tokens, also unusual ones', async (algorithm) => {
    await using kit = new PartyKit();
    const { rules, good, unusual } = forges[algorithm];
    const { url } = await kit.serve(party, { tokens: rules });
    for (const token of [good('somebody'), ...unusual.map((one) => one.token)]) {
      const peer = await kit.join(party, url, { token });
      expect(await peer.echo('hello')).toBe('hello');
    }
  });

  test.each(ALGORITHMS)('refuses every bad %s token, and admitted sessions lose nothing', async (algorithm) => {
    await using kit = new PartyKit();
    const { rules, good, bad } = forges[algorithm];
    expect(bad.length).toBeGreaterThan(18);
    const { url } = await kit.serve(party, { tokens: rules });
    const [sender, listener] = await Promise.all(
      ['sender', 'listener'].map((subject) => kit.join(party, url, { token: good(subject) })),
    );
    // The relay carries only TCP; traffic over UDP is encrypted and cannot be read by a relay.
    const between = party.entry.port === 'udp' ? { url, overheard: [] } : await relay(kit, url);

    const attempts = bad.map(async ({ what, token, stoppedEarly }) => {
      const peer = new Peer();
      const reason = errorText(await refusalOf(kit.join(party, between.url, { token, peer })));
      return { what, stoppedEarly, reason, received: peer.received.length };
    });
    // An unreliable transport may lose a broadcast while sixty other sessions try to open.
    const { reliable } = capabilitiesOf(party);
    let sent = 0;
    const publish = async (): Promise<void> => {
      await sender!.send(news(sent++));
      if (reliable) await Promise.all([sender!.has(sent), listener!.has(sent)]);
    };
    const publishing = (async () => {
      while (sent < 10) await publish();
    })();
    const [attempted] = await Promise.all([Promise.all(attempts), publishing]);
    await publish();

    for (const { what, stoppedEarly, reason, received } of attempted) {
      expect({ what, received }).toEqual({ what, received: 0 });
      expect(reason, what).toMatch(stoppedEarly === true ? /./ : party.unauthorized);
    }
    expect(between.overheard.filter(({ down }) => down.includes(MARK))).toEqual([]);
    const all = Array.from({ length: sent }, (_, index) => news(index));
    for (const peer of [sender!, listener!]) {
      if (reliable) expect(peer.received).toEqual(all);
      else expect(all).toEqual(expect.arrayContaining([...peer.received]));
      expect(peer.losses).toEqual([]);
    }
  });
});

describe.each(parties.filter((party) => (capabilitiesOf(party).resume ?? 'none') !== 'none'))('$name', (party) => {
  unavailable(party.unavailable);

  test('gives what was missed to a session with a good token alone, whatever place it brings', async () => {
    await using kit = new PartyKit();
    const { rules, good, bad } = forges.ES256;
    const log = new MemoryLog(newEpoch());
    const listener = await kit.serve(party, { tokens: rules, log });
    const publish = async (): Promise<void> => {
      const { id, message } = log.append(news(0));
      await listener.broadcast(message, id);
    };
    const before = await kit.join(party, listener.url, { token: good('somebody') });
    await publish();
    await before.has(1);
    const resume = before.resumeToken() ?? log.last;
    await publish();
    await Promise.all(
      [undefined, ...bad.map(({ token }) => token)].map(async (token) => {
        const peer = new Peer();
        await refusalOf(kit.join(party, listener.url, { token, resume, peer }));
        expect(peer.received).toEqual([]);
      }),
    );
    const peer = await kit.join(party, listener.url, { token: good('somebody'), resume });
    // A session that only its server process can restore is not lost yet, so it is not restored.
    if (capabilitiesOf(party).resumeEndsWithServer !== true) expect(await peer.has(1)).toEqual([news(0)]);
    expect(await peer.echo('hello')).toBe('hello');
  });
});

/** Runs for all transports at once, because nearly all of the time is waiting. */
describe('a token that expires ends its session', () => {
  const LIFE_SECONDS = 2;
  const outcomes = new Map<string, { losses: Error[]; lateMs: number; other: Peer }>();
  const kit = new PartyKit();
  afterAll(() => kit[Symbol.asyncDispose]());

  beforeAll(async () => {
    const { rules, good } = forges.ES256;
    const watch = async (party: (typeof parties)[number]): Promise<void> => {
      const { url } = await kit.serve(party, { tokens: rules });
      const other = await kit.join(party, url, { token: good('other') });
      const token = good('short', LIFE_SECONDS);
      const endMs = Date.now() + LIFE_SECONDS * 1e3;
      const peer = await kit.join(party, url, { token });
      await peer.echo('hello');
      await peer.isLost();
      outcomes.set(party.name, { losses: peer.losses, lateMs: Date.now() - endMs, other });
    };
    await Promise.allSettled(parties.filter((party) => party.unavailable === undefined).map(watch));
  });

  test.for(parties)('$name', async ({ name, unavailable }, { skip }) => {
    if (unavailable !== undefined) skip(unavailable);
    const outcome = outcomes.get(name);
    if (outcome === undefined) throw new Error('the server did not end the session');
    const { losses, lateMs, other } = outcome;
    // Libraries round a token's expiry to the second.
    expect(lateMs).toBeGreaterThan(-1_000);
    expect(lateMs).toBeLessThan(5_000);
    expect(await other.echo('still here')).toBe('still here');
    expect(other.losses).toEqual([]);
    expect(losses).toHaveLength(1);
  });
});
