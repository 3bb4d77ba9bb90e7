import { describe, expect, test } from 'vitest';
import {
  capabilitiesOf,
  findTransport,
  nameOf,
  surfaceOf,
  type TransportEntry,
  transportChoices,
  transports,
  whyUnguarded,
} from './index.ts';

const named = transportChoices().map((choice) => [nameOf(choice), choice] as const);

test('every name is one of its own, and finds its transport and variant again', () => {
  expect(new Set(named.map(([name]) => name)).size).toBe(named.length);
  for (const [name, choice] of named) expect(findTransport(name)).toEqual(choice);
});

test.each(['carrier-pigeon', 'ws:nothing', 'ws:deflate:deflate', ''])('there is no "%s"', (name) => {
  expect(findTransport(name)).toBeUndefined();
});

test.each(named)('%s says how it refuses a session without a token exactly where it asks for one', (_, choice) => {
  const { auth } = capabilitiesOf(choice);
  expect(surfaceOf(choice)?.refusals.unauthorized !== undefined).toBe(auth === true);
});

describe('what cannot be guarded', () => {
  const [first] = transports;
  const entryOf = (auth: object, ofVariant: object = {}): TransportEntry => ({
    ...first!,
    id: 'guarded',
    capabilities: { binary: false, ordered: true, reliable: true, upstream: 'connection', ...auth },
    variants: [{ id: 'other', title: 'Other', options: {}, capabilities: ofVariant }],
  });
  const asked = { tls: false, auth: 'ES256' };

  test('is said by the declared capability alone, whatever is known of its refusals', () => {
    expect(whyUnguarded({ entry: entryOf({}), variant: null }, asked)).toBe('does not check tokens');
    expect(whyUnguarded({ entry: entryOf({ auth: false }), variant: null }, asked)).toBe('does not check tokens');
    expect(whyUnguarded({ entry: entryOf({ auth: true }), variant: null }, asked)).toBeUndefined();
  });

  test('may be one variant', () => {
    const entry = entryOf({ auth: true }, { auth: false });
    expect(whyUnguarded({ entry, variant: entry.variants[0]! }, asked)).toBe('does not check tokens');
    expect(whyUnguarded({ entry, variant: null }, asked)).toBeUndefined();
  });
});
