import { expect, test } from 'vitest';
import { makeResults, type TransportSpec } from '../../testing/fixtures.ts';
import { identify, MAX_LOOKS, markerPath } from './identity.ts';

const FAMILIES = ['floor', 'socket', 'stream', 'polling', 'broker', 'rpc', 'peer', 'none of these'];

/** `count` transports, as the families come round or all of one. */
const identities = (count: number, familyOf: (index: number) => string) => {
  const transports: Record<string, TransportSpec> = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`t${index}`, { family: familyOf(index) }]),
  );
  const identity = identify(makeResults({ transports, trials: 1, done: 0 }));
  return Object.keys(transports).map(identity);
};

const lookOf = (identity: ReturnType<typeof identities>[number]) => `${identity.dash} ${markerPath(identity, 64)}`;

test.each([
  ['all of one family', () => 'socket'],
  ['families that come round', (index: number) => FAMILIES[index % FAMILIES.length] ?? ''],
  ['most of them of one family', (index: number) => (index % 3 === 0 ? 'polling' : 'socket')],
])('dash and marker together belong to one transport alone: %s', (_what, familyOf) => {
  for (const count of [2, 8, 32, MAX_LOOKS]) {
    const all = identities(count, familyOf);
    expect(new Set(all.map(lookOf)).size).toBe(count);
    expect(new Set(all.map(({ symbolId }) => symbolId)).size).toBe(count);
  }
});

test('the first of each family has a solid line, and beyond what can be told apart there is still a look', () => {
  const all = identities(MAX_LOOKS + 10, (index) => FAMILIES[index % FAMILIES.length] ?? '');
  expect(all.slice(0, FAMILIES.length).map(({ dash }) => dash)).toEqual(FAMILIES.map(() => 'none'));
  expect(all.every((identity) => markerPath(identity, 64).startsWith('M'))).toBe(true);
});
