import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readGroups } from './cgroup.ts';
import { MOUNTS, machineTree } from './testing/tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-cgroup-'));
afterAll(() => rmSync(folder, { recursive: true }));

const groupsOf = (files: Readonly<Record<string, string>>) =>
  readGroups(machineTree(mkdtempSync(join(folder, 'tree-')), files));
const NONE = { cores: null, memoryBytes: null };

describe('version 2', () => {
  const own = (files: Readonly<Record<string, string>>) =>
    groupsOf({ 'proc/self/cgroup': '0::/user.slice/run.scope\n', 'proc/self/mountinfo': MOUNTS.v2, ...files });
  const GROUP = 'sys/fs/cgroup/user.slice/run.scope';

  test('quota and memory limit of the own group', () => {
    const { limits, throttled } = own({
      [`${GROUP}/cpu.max`]: '150000 100000\n',
      [`${GROUP}/memory.max`]: '1073741824\n',
      [`${GROUP}/cpu.stat`]: 'usage_usec 9\nnr_periods 40\nnr_throttled 7\nthrottled_usec 250000\n',
    });
    expect(limits).toEqual({ cores: 1.5, memoryBytes: 2 ** 30 });
    expect(throttled()).toEqual({ times: 7, seconds: 0.25 });
  });

  test('`max` is no limit', () => {
    const { limits, throttled } = own({ [`${GROUP}/cpu.max`]: 'max 100000\n', [`${GROUP}/memory.max`]: 'max\n' });
    expect({ limits, throttled: throttled() }).toEqual({ limits: NONE, throttled: null });
  });

  test('the smallest of the own and its parents’ limits counts, and so does the throttling of each with a quota', () => {
    const { limits, throttled } = own({
      [`${GROUP}/cpu.max`]: '400000 100000\n',
      [`${GROUP}/cpu.stat`]: 'nr_throttled 1\nthrottled_usec 1000\n',
      'sys/fs/cgroup/user.slice/cpu.max': '100000 50000\n',
      'sys/fs/cgroup/user.slice/cpu.stat': 'nr_throttled 2\nthrottled_usec 3000\n',
      'sys/fs/cgroup/user.slice/memory.max': '536870912\n',
    });
    expect(limits).toEqual({ cores: 2, memoryBytes: 2 ** 29 });
    expect(throttled()).toEqual({ times: 3, seconds: 0.004 });
  });

  test('in a container the root of its namespace has the limits', () => {
    const files = { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '200000 100000\n' };
    expect(own(files).limits.cores).toBe(2);
    // A group outside the namespace cannot be seen; what is mounted can.
    expect(own({ ...files, 'proc/self/cgroup': '0::/../other\n' }).limits.cores).toBe(2);
  });
});

describe('version 1', () => {
  const own = (files: Readonly<Record<string, string>>) =>
    groupsOf({
      'proc/self/cgroup': '5:memory:/job\n3:cpu,cpuacct:/job/run\n1:name=systemd:/x\n',
      'proc/self/mountinfo': MOUNTS.v1,
      ...files,
    });

  test('quota, memory limit and throttling, in a parent too', () => {
    const { limits, throttled } = own({
      'sys/fs/cgroup/cpu,cpuacct/job/run/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us': '250000\n',
      'sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/cpu,cpuacct/job/cpu.stat': 'nr_periods 9\nnr_throttled 4\nthrottled_time 20000000\n',
      'sys/fs/cgroup/memory/job/memory.limit_in_bytes': '268435456\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    });
    expect(limits).toEqual({ cores: 2.5, memoryBytes: 2 ** 28 });
    expect(throttled()).toEqual({ times: 4, seconds: 0.02 });
  });

  test('a container that shows its own group as the root', () => {
    const mount = '31 30 0:28 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n';
    const { limits } = own({
      'proc/self/cgroup': '3:cpu,cpuacct:/docker/abc\n',
      'proc/self/mountinfo': mount,
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '100000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    });
    expect(limits.cores).toBe(1);
  });

  test('-1 is no quota, and the largest number of pages no limit', () => {
    const files = {
      'sys/fs/cgroup/cpu,cpuacct/job/run/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/memory/job/memory.limit_in_bytes': '9223372036854771712\n',
    };
    expect(own(files).limits).toEqual(NONE);
  });
});

test('both versions at once: each controller counts where it is', () => {
  const { limits } = groupsOf({
    'proc/self/cgroup': '4:memory:/job\n1:cpu,cpuacct:/job\n0::/job\n',
    'proc/self/mountinfo': `${MOUNTS.v1}40 30 0:37 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n`,
    'sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us': '300000\n',
    'sys/fs/cgroup/memory/job/memory.limit_in_bytes': '1000000\n',
    'sys/fs/cgroup/unified/job/memory.max': '900000\n',
  });
  expect(limits).toEqual({ cores: 3, memoryBytes: 900_000 });
});

test.each<[string, Record<string, string>]>([
  ['no control groups', {}],
  ['none mounted', { 'proc/self/cgroup': '0::/\n', 'proc/self/mountinfo': '1 0 8:1 / / rw - ext4 /dev/sda rw\n' }],
  [
    'files of another form',
    { 'proc/self/cgroup': 'x\n', 'proc/self/mountinfo': MOUNTS.v2, 'sys/fs/cgroup/cpu.max': 'x\n' },
  ],
])('%s: no limits', (_, files) => {
  const { limits, throttled } = groupsOf(files);
  expect({ limits, throttled: throttled() }).toEqual({ limits: NONE, throttled: null });
});
