import { expect, test } from 'vitest';
import { examine } from './checks.ts';
import type { Readings } from './readings.ts';
import type { RuntimeReading } from './runtimes.ts';

const fit: Readings = {
  node: '24.21.0',
  pinnedNode: '24.21.0',
  cores: 4,
  physicalCores: 4,
  limits: { cores: null, memoryBytes: null },
  throttledTimes: null,
  otherRuns: [],
  canBind: true,
  openFiles: { soft: 20_000, hard: 20_000 },
  ports: 28_232,
  somaxconn: 4_096,
  congestionControl: 'cubic',
  privateLink: [],
  networks: null,
  clockResolutionNs: 50,
  loopbackMicroseconds: 40,
  variables: { kept: ['MY_SETTING'], dropped: ['EDITOR', 'npm_config_cache'] },
  busiestCore: { cores: '1', share: 0.01 },
  stolenShare: 0,
};

const busy = (share: number): Readings['busiestCore'] => ({
  cores: '1',
  share,
  programs: [{ name: 'backup', processes: [812], seconds: share / 2 }],
});

test('load by others names the core that has most of it, and the program', () => {
  const found = examine({ ...fit, busiestCore: busy(0.6) }).find(({ name }) => name === 'load by others');
  expect(found?.observed).toBe('60.0 % of core 1, mostly backup (process 812)');
});

test('a fit machine has no findings', () => {
  expect(examine(fit).map(({ state, fix }) => `${state}${fix}`)).toEqual(examine(fit).map(() => 'ok'));
});

test.each<[string, Partial<Readings>, 'note' | 'unfit', RegExp]>([
  ['runtime', { node: '20.0.0' }, 'note', /npm scripts/],
  ['cores', { cores: 1 }, 'unfit', /two/],
  ['cores', { cores: 2, physicalCores: 1 }, 'note', /measure on two cores/],
  ['CPU quota', { limits: { cores: 1.5, memoryBytes: null }, throttledTimes: 9 }, 'unfit', /at least 2 cores/],
  ['memory limit', { limits: { cores: null, memoryBytes: 2 ** 28 } }, 'note', /at least 1024 MiB/],
  ['other runs', { otherRuns: [{ pid: 77, command: 'aa' }] }, 'unfit', /let it finish/],
  ['pinning', { canBind: false }, 'note', /taskset is not installed \(`apt-get install util-linux`\)/],
  ['open files', { openFiles: { soft: 1_024, hard: 20_000 } }, 'note', /ulimit -n 20000/],
  ['open files', { openFiles: { soft: 200, hard: 500 } }, 'unfit', /hard limit to at least 512/],
  ['ephemeral ports', { ports: 1_000 }, 'note', /ip_local_port_range/],
  ['accept queue', { somaxconn: 128 }, 'note', /somaxconn=4096/],
  ['private link', { privateLink: 'no private link: unshare failed' }, 'note', /userns/],
  [
    'private link',
    { privateLink: [{ name: 'accept queue', error: 'no such file', consequence: 'the kernel’s own limit holds' }] },
    'note',
    /^nothing to do: the kernel’s own limit holds$/,
  ],
  ['networks', { networks: 'no network: VXLAN device failed' }, 'note', /^leave --network out.*VXLAN/],
  ['clock', { clockResolutionNs: 1_000_000 }, 'unfit', /other hardware/],
  ['loopback', { loopbackMicroseconds: 5_000 }, 'unfit', /close other programs/],
  [
    'variables',
    { variables: { kept: [], dropped: ['DEBUG', 'EDITOR', 'NODE_OPTIONS'] } },
    'note',
    /^unset them, .*; --keep-env DEBUG,NODE_OPTIONS passes them on$/,
  ],
  ['variables', { variables: { kept: ['LD_PRELOAD'], dropped: [] } }, 'note', /^unset them.*--exec does not inherit/],
  ['load by others', { busiestCore: busy(0.1) }, 'note', /close other programs/],
  ['load by others', { busiestCore: busy(0.6) }, 'unfit', /close other programs/],
  ['stolen time', { stolenShare: 0.02 }, 'note', /more trials/],
  ['stolen time', { stolenShare: 0.2 }, 'unfit', /more trials/],
])('%s: %j is a finding with its fix', (name, changes, state, fix) => {
  const found = examine({ ...fit, ...changes }).filter((one) => one.state !== 'ok');
  expect(found).toEqual([{ name, state, observed: expect.any(String), fix: expect.stringMatching(fix) }]);
});

test('limits that are large enough are told, and are no finding', () => {
  const limits = { cores: 2.5, memoryBytes: 2 ** 31 };
  const found = examine({ ...fit, cores: 8, physicalCores: 4, limits, throttledTimes: 3 });
  const observed = new Map(found.map((one) => [one.name, `${one.state}: ${one.observed}`]));
  expect(observed.get('CPU quota')).toBe('ok: 2.5 cores’ time, used up 3 times so far');
  expect(observed.get('memory limit')).toBe('ok: 2048 MiB');
  expect(observed.get('cores')).toBe('ok: 4 (8 hardware threads)');
});

test('readings that the system does not provide are called unknown, not ok', () => {
  const silent = {
    cores: null,
    openFiles: null,
    ports: null,
    somaxconn: null,
    congestionControl: null,
    busiestCore: null,
    stolenShare: null,
  };
  const unknown = examine({ ...fit, ...silent }).filter(({ observed }) => observed.startsWith('not known'));
  expect(unknown.map(({ state }) => state)).toEqual(new Array(7).fill('note'));
});

test('a runtime of servers is named with its version; without it, a remedy is', () => {
  const found = (one: object) =>
    examine({ ...fit, runtimes: [{ name: 'bun', title: 'Bun', ...one } as RuntimeReading] }).find(
      ({ name }) => name === 'servers on Bun',
    );
  expect(found({ place: '/opt/bun', version: '1.4.5' })).toMatchObject({ state: 'ok', observed: '1.4.5 (/opt/bun)' });
  expect(found({ missing: 'Bun is not installed (`npm run runtimes`)' })).toMatchObject({
    state: 'note',
    observed: expect.stringContaining('npm run runtimes'),
    fix: expect.stringContaining('--runtime'),
  });
  expect(found({ place: '/opt/bun', failed: 'it ended with code 1' })).toMatchObject({
    state: 'note',
    observed: '/opt/bun does not start: it ended with code 1',
  });
});

test('a browser is named with the time that it takes to start; without one, a remedy is', () => {
  const found = (browser: Readings['browser'] & {}) =>
    examine({ ...fit, browser }).find(({ name }) => name === 'browser');
  expect(found({ path: '/usr/bin/chromium', runtime: 'chromium 140.0', startSeconds: 0.273 })).toEqual({
    name: 'browser',
    state: 'ok',
    observed: 'chromium 140.0 (/usr/bin/chromium), which starts in 0.27 s',
    fix: '',
  });
  expect(found({ missing: 'no Chromium was found' })).toMatchObject({
    state: 'note',
    observed: 'no Chromium was found',
    fix: expect.stringContaining('leave --clients-in out'),
  });
  expect(found({ path: '/opt/chrome', failed: 'it ended' })).toMatchObject({
    state: 'note',
    observed: '/opt/chrome does not start: it ended',
  });
  expect(examine(fit).some(({ name }) => name === 'browser')).toBe(false);
});
