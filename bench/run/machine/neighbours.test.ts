import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { neighbours } from './neighbours.ts';
import { machineTree } from './testing/tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-neighbours-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OWN = 100;

/** Files of a process: its arguments, parent and cores. */
const processFiles = (pid: number | 'self', words: readonly string[], parent = 1, cores = '0-3') => ({
  [`proc/${pid}/cmdline`]: words.map((word) => `${word}\0`).join(''),
  [`proc/${pid}/stat`]: `${pid} (node) S) S ${parent} 1 1 0\n`,
  [`proc/${pid}/status`]: `Name:\tnode\nCpus_allowed_list:\t${cores}\n`,
});
const SELF = {
  ...processFiles(OWN, ['/opt/node', '/w/bench/cli.ts', 'run'], 99),
  ...processFiles('self', []),
  ...processFiles(99, ['node', '/w/node_modules/.bin/wirebench', 'run'], 98),
  ...processFiles(98, ['sh', '-c', 'node wirebench.js run']),
};
const found = (files: Readonly<Record<string, string>>) =>
  neighbours(machineTree(mkdtempSync(join(folder, 'tree-')), { ...SELF, ...files }), OWN);

describe('another Wirebench that measures is found', () => {
  test.each([
    [['node', 'wirebench.js', 'run', '--quick'], 'run'],
    [['/usr/bin/node', '/home/other/wirebench/bench/cli.ts', 'aa'], 'aa'],
    [['node', '/app/node_modules/.bin/wirebench', '--quiet', 'wire'], 'wire'],
    [['node', '--no-warnings', '/pkg/bench/cli.js', '--color', 'never', 'ceiling'], 'ceiling'],
    [['node', 'wirebench.js', 'crosscheck'], 'crosscheck'],
    [['/x/node', '/w/bench/cli.ts', 'micro', '--json'], 'micro'],
  ])('%j', (words, command) => {
    expect(found(processFiles(200, words))).toEqual([{ pid: 200, command }]);
  });

  test('a command that is two processes counts once', () => {
    const files = {
      ...processFiles(200, ['node', '/app/node_modules/.bin/wirebench', 'run']),
      ...processFiles(201, ['/opt/node', '/app/bench/cli.ts', 'run'], 200),
    };
    expect(found(files)).toEqual([{ pid: 201, command: 'run' }]);
  });
});

describe('nothing else is', () => {
  test('not this command and the processes that started it', () => expect(found({})).toEqual([]));

  test.each([
    ['a plan', ['node', 'wirebench.js', 'run', '--plan']],
    ['help', ['node', 'wirebench.js', 'run', '--help']],
    ['a report', ['node', 'wirebench.js', 'report', 'run.json']],
    ['a comparison', ['node', '/w/bench/cli.ts', 'compare', 'a', 'b']],
    ['a load worker', ['node', '/w/bench/load/worker.ts']],
    ['an editor', ['vim', 'wirebench.js', 'run']],
    ['a shell', ['sh', '-c', 'node wirebench.js run']],
    ['another program', ['node', 'server.js', 'run']],
    ['a dead process', []],
  ])('%s', (_, words) => expect(found(processFiles(200, words))).toEqual([]));

  test('one on other cores', () => {
    const words = ['node', 'wirebench.js', 'run'];
    expect(found(processFiles(200, words, 1, '4-7'))).toEqual([]);
    expect(found(processFiles(200, words, 1, '3-7'))).toHaveLength(1);
    // Cores that are not known may be the same.
    const { 'proc/200/status': _, ...unknown } = processFiles(200, words);
    expect(found(unknown)).toHaveLength(1);
  });

  test('without a /proc', () => expect(neighbours({ proc: '' })).toEqual([]));
});
