import { expect, test } from 'vitest';
import { makeResults } from '../../testing/fixtures.ts';
import { unequalIn } from './unequal.ts';

const run = (effective: Readonly<Record<string, Record<string, string | number | boolean>>>) =>
  makeResults({
    transports: Object.fromEntries(Object.entries(effective).map(([id, each]) => [id, { effective: each }])),
  });

test('a setting that all who have it hold alike is equal; one that differs is named with who holds what, and why', () => {
  const found = unequalIn(
    run({
      a: { tcpNoDelay: true, heartbeat: 'none' },
      b: { tcpNoDelay: true, heartbeat: 'none' },
      c: { tcpNoDelay: true, heartbeat: 'every 25 s', qos: 1 },
    }),
  );
  expect(found).toEqual([
    {
      setting: 'heartbeat',
      held: [
        { value: 'none', names: ['a', 'b'] },
        { value: 'every 25 s', names: ['c'] },
      ],
      why: expect.stringContaining('keeps its default'),
    },
  ]);
});

test('what transports promise is part of what is not equal', () => {
  const results = run({ a: {}, b: {} });
  const transports = results.transports.map((one) =>
    one.id === 'b'
      ? { ...one, capabilities: { ...one.capabilities, reliable: false, upstream: 'request' as const } }
      : one,
  );
  expect(unequalIn({ ...results, transports }).map(({ setting }) => setting)).toEqual(['client to server', 'delivery']);
});

test('a setting nobody thought of has a reason that claims no more than is known', () => {
  expect(unequalIn(run({ a: { shoeSize: 1 }, b: { shoeSize: 2 } }))[0]?.why).toBe(
    'The library’s default or the protocol decides this.',
  );
});
