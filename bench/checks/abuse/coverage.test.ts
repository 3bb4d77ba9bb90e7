import { expect, test } from 'vitest';
import { findTransport, transportNames, transports } from '../../transports/index.ts';
import { attacksOn } from './attacks.ts';

/** What every transport should stand, and which attacks try it. A frozen subscriber is tried in `harness.ts`, on all of them. */
const KINDS: Readonly<Record<string, RegExp>> = {
  'too large a message': /over the limit/,
  'a head without end': /endless header|continued without end/,
  'a silent connection': /say nothing/,
  'a message in pieces': /fragments|one-byte|byte at a time/,
  'a compression bomb': /compress/,
  'a flood of messages': /a flood of messages/,
};

/** Where there is no such attack, and why. */
const HOLES: readonly (readonly [kind: string, names: readonly string[], why: string])[] = [
  ['a head without end', ['tcp', 'mqtt', 'mqtt:qos1', 'mqtt:qos2'], 'begins with lengths, not with lines of text'],
  ['a compression bomb', ['tcp', 'mqtt', 'mqtt:qos1', 'mqtt:qos2'], 'the protocol knows no compression'],
  ['a compression bomb', ['socketio:polling'], 'Engine.IO reads a body as it comes, whatever its coding'],
  ...['a head without end', 'a compression bomb'].map(
    (kind) =>
      [
        kind,
        ['webtransport', 'webtransport:datagram'],
        'heads are HTTP/3’s, which is the library’s, and it packs no messages',
      ] as const,
  ),
];

test('what no attack tries on a transport is known, and why', () => {
  const found = transportNames().flatMap((name) => {
    const tried = attacksOn(findTransport(name)!);
    return Object.entries(KINDS)
      .filter(([, of]) => !tried.some((attack) => of.test(attack.name)))
      .map(([kind]) => `${kind}: ${name}`);
  });
  const known = HOLES.flatMap(([kind, names]) => names.map((name) => `${kind}: ${name}`));
  expect(found.sort()).toEqual(known.sort());
});

test('every transport says what is spoken to it', () => {
  expect(transports.filter(({ wire }) => wire === undefined).map(({ id }) => id)).toEqual([]);
});
