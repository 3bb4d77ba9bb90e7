import { expect, test } from 'vitest';
import { makeResults } from '../../testing/fixtures.ts';
import { cautionsOf } from './cautions.ts';

test('a run that was made in the lab says so, with its browser, its network and its cuts', () => {
  const { environment } = makeResults({ transports: { ws: {} } });
  const lab = { browser: 'Firefox 140', clockResolutionSeconds: 0.001, path: 'proxy' as const, cuts: [] };
  expect(cautionsOf(environment)).toEqual([]);
  expect(cautionsOf({ ...environment, lab })).toEqual([
    'Made by hand in the lab: one session of each transport in Firefox 140, whose clock has steps of 1ms; a proxy on this machine made ' +
      'the network. It shows how transports behave; `npm run bench` measures which is better.',
  ]);
  const cuts = [{ kind: 'silent' as const, fromSeconds: 2, seconds: 5 }];
  expect(cautionsOf({ ...environment, lab: { ...lab, path: 'namespaces', cuts } })[0]).toMatch(
    /the relay made the network\. The path was cut 1 time meanwhile\./,
  );
});
