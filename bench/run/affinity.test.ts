import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ownCores, parseCores, pinCores } from './affinity.ts';
import { machineTree } from './machine/testing/tree.ts';
import { defaultWorkers } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-cores-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Tree of /sys in which these cores share hardware with each other. */
const siblings = (...groups: readonly string[]) =>
  machineTree(
    mkdtempSync(join(folder, 'sys-')),
    Object.fromEntries(
      groups.flatMap((group) =>
        parseCores(group).map((core) => [
          `sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`,
          `${group}\n`,
        ]),
      ),
    ),
  );
const EACH_ITS_OWN = siblings();

test('core lists are read as the kernel writes them', () => {
  expect(parseCores('0-2,5')).toEqual([0, 1, 2, 5]);
  expect(parseCores('3')).toEqual([3]);
});

test('the server has a core of its own, the workers share the others in turn', () => {
  expect(pinCores(3, [2, 4, 6], true, EACH_ITS_OWN)).toEqual({ server: '2', workers: ['4', '6', '4'] });
  expect(pinCores(1, [0, 1], true, EACH_ITS_OWN)).toEqual({ server: '0', workers: ['1'] });
});

test('several server processes take up to half of the cores in turn, and the workers the others', () => {
  expect(pinCores(6, [0, 1], true, EACH_ITS_OWN, 6)).toEqual({
    server: '0',
    servers: Array<string>(6).fill('0'),
    workers: Array<string>(6).fill('1'),
  });
  expect(pinCores(3, [0, 1, 2, 3, 4], true, EACH_ITS_OWN, 3)).toEqual({
    server: '0',
    servers: ['0', '1', '0'],
    workers: ['2', '3', '4'],
  });
  const two = pinCores(1, [0, 1, 2, 3, 4, 5, 6, 7], true, EACH_ITS_OWN, 2);
  expect(two).toEqual({ server: '0', servers: ['0', '1'], workers: ['2'] });
});

test('of the hardware threads of one core, one is used', () => {
  // Neighbouring numbers, as on most virtual machines; and numbers far apart, as on most servers.
  expect(pinCores(2, [0, 1, 2, 3], true, siblings('0-1', '2-3'))).toEqual({ server: '0', workers: ['2', '2'] });
  expect(pinCores(2, [0, 1, 2, 3, 4, 5], true, siblings('0,3', '1,4', '2,5'))).toEqual({
    server: '0',
    workers: ['1', '2'],
  });
  // Only one thread of the first core may be used.
  expect(ownCores([1, 2, 3], siblings('0-1', '2-3'))).toEqual([1, 2]);
});

test('where all threads are of one core, they are used and called so', () => {
  expect(pinCores(1, [0, 1], true, siblings('0-1'))).toEqual({ server: '0', workers: ['1'], siblings: true });
});

test('where binding is not to be had, nothing is claimed', () => {
  expect(pinCores(1, [0], true)).toBeUndefined();
  expect(pinCores(1, null, true)).toBeUndefined();
  expect(pinCores(1, [0, 1], false)).toBeUndefined();
});

test.each([
  [4, null, 3],
  [4, 4, 3],
  [8, 2.5, 1],
  [8, 3.9, 2],
  [8, 0.5, 1],
  [1, null, 1],
])('%i cores with a quota of %s have %i load workers', (cores, quota, workers) => {
  expect(defaultWorkers(100, cores, { limits: { cores: quota, memoryBytes: null } })).toBe(workers);
});
