import { expect, test } from 'vitest';
import { examine } from './checks.ts';
import type { Readings } from './readings.ts';

const fit: Readings = {
  node: '24.21.0',
  pinnedNode: '24.21.0',
  cores: 4,
  canBind: true,
  openFiles: { soft: 20_000, hard: 20_000 },
  ports: 28_232,
  somaxconn: 4_096,
  congestionControl: 'cubic',
  privateLink: true,
  clockResolutionNs: 50,
  loopbackMicroseconds: 40,
  busyShare: 0.01,
  stolenShare: 0,
};

test('a fit machine has no findings', () => {
  expect(examine(fit).map(({ state, fix }) => `${state}${fix}`)).toEqual(examine(fit).map(() => 'ok'));
});

test.each<[string, Partial<Readings>, 'note' | 'unfit', RegExp]>([
  ['runtime', { node: '20.0.0' }, 'note', /npm scripts/],
  ['cores', { cores: 1 }, 'unfit', /two/],
  ['pinning', { canBind: false }, 'note', /taskset/],
  ['open files', { openFiles: { soft: 1_024, hard: 20_000 } }, 'note', /ulimit -n 20000/],
  ['open files', { openFiles: { soft: 200, hard: 500 } }, 'unfit', /hard limit to at least 512/],
  ['ephemeral ports', { ports: 1_000 }, 'note', /ip_local_port_range/],
  ['accept queue', { somaxconn: 128 }, 'note', /somaxconn=4096/],
  ['private link', { privateLink: 'no private link: unshare failed' }, 'note', /userns/],
  ['clock', { clockResolutionNs: 1_000_000 }, 'unfit', /other hardware/],
  ['loopback', { loopbackMicroseconds: 5_000 }, 'unfit', /close other programs/],
  ['load by others', { busyShare: 0.1 }, 'note', /close other programs/],
  ['load by others', { busyShare: 0.6 }, 'unfit', /close other programs/],
  ['stolen time', { stolenShare: 0.02 }, 'note', /more trials/],
  ['stolen time', { stolenShare: 0.2 }, 'unfit', /more trials/],
])('%s: %j is a finding with its fix', (name, changes, state, fix) => {
  const found = examine({ ...fit, ...changes }).filter((one) => one.state !== 'ok');
  expect(found).toEqual([{ name, state, observed: expect.any(String), fix: expect.stringMatching(fix) }]);
});

test('readings that the system does not provide are called unknown, not ok', () => {
  const silent = {
    cores: null,
    openFiles: null,
    ports: null,
    somaxconn: null,
    congestionControl: null,
    busyShare: null,
    stolenShare: null,
  };
  const unknown = examine({ ...fit, ...silent }).filter(({ observed }) => observed.startsWith('not known'));
  expect(unknown.map(({ state }) => state)).toEqual(new Array(7).fill('note'));
});
