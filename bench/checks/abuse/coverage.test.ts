import { expect, test } from 'vitest';
import { nameOf, surfaceOf, transportChoices } from '../../transports/index.ts';
import { attacksOn } from './attacks.ts';
import type { AttackKind } from './tools/surface.ts';

/** Patterns of the names of each kind's attacks. A frozen subscriber is tried on every transport, by `harness.ts`. */
const KINDS: Readonly<Record<AttackKind, RegExp>> = {
  'too large a message': /over the limit/,
  'a head without end': /endless header|continued without end/,
  'a silent connection': /say nothing/,
  'a message in pieces': /fragments|one-byte|byte at a time/,
  'a compression bomb': /compress/,
  'a flood of messages': /a flood of messages/,
};

test.each(transportChoices().map((choice) => [nameOf(choice), choice] as const))(
  '%s withstands attacks of every kind, or says why one does not apply',
  async (_, choice) => {
    const surface = surfaceOf(choice)!;
    const names = (await attacksOn(choice, surface)).map(({ name }) => name);
    const untried = Object.entries(KINDS).filter(([, pattern]) => !names.some((name) => pattern.test(name)));
    expect(untried.map(([kind]) => kind).sort()).toEqual(Object.keys(surface.untried ?? {}).sort());
  },
);

test('a transport from outside the repository gets no attacks on a protocol that it does not declare', async () => {
  const { surface: _, ...entry } = transportChoices()[0]!.entry;
  expect(await attacksOn({ entry: { ...entry, id: 'outside' }, variant: null }, undefined)).toEqual([]);
  expect(surfaceOf({ entry: { ...entry, id: 'outside' }, variant: null })).toBeUndefined();
});
