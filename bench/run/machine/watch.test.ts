import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MOUNTS, machineTree } from './testing/tree.ts';
import { MachineWatch } from './watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-watch-'));
afterAll(() => rmSync(folder, { recursive: true }));

const stat = (times: number, microseconds: number) => ({
  'sys/fs/cgroup/cpu.stat': `nr_throttled ${times}\nthrottled_usec ${microseconds}\n`,
});
const QUOTA = {
  'proc/self/cgroup': '0::/\n',
  'proc/self/mountinfo': MOUNTS.v2,
  'sys/fs/cgroup/cpu.max': '200000 100000',
};

test('throttling counts while work is done, and not between', async () => {
  const tree = mkdtempSync(join(folder, 'tree-'));
  const watch = new MachineWatch(machineTree(tree, { ...QUOTA, ...stat(5, 1_000) }));
  await watch.during(async () => {});
  expect(watch.seen).toEqual({ quota: { cores: 2, times: 0, seconds: 0 }, others: [] });
  // Processes that start may use up the quota.
  machineTree(tree, stat(9, 9_000));
  await watch.during(async () => void machineTree(tree, stat(11, 39_000)));
  expect(watch.seen.quota).toEqual({ cores: 2, times: 2, seconds: expect.closeTo(0.03) });
});

test('another run counts once it was seen, also if it has ended since', async () => {
  const tree = mkdtempSync(join(folder, 'tree-'));
  const watch = new MachineWatch(machineTree(tree, { 'proc/200/cmdline': 'node\0wirebench.js\0run\0' }));
  watch.look();
  rmSync(join(tree, 'proc/200'), { recursive: true });
  watch.look();
  expect(watch.seen.others).toEqual([{ pid: 200, command: 'run' }]);
});

test('without a quota nothing is said of throttling', async () => {
  const watch = new MachineWatch({ proc: '', sys: '' });
  await watch.during(async () => {});
  expect(watch.seen).toEqual({ others: [] });
});
