import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeResults, SEVEN } from '../../reports/testing/fixtures.ts';
import { formatResults } from '../results/file.ts';
import { cli, endStarted, start, startProgram } from '../testing/command.ts';
import { wirebench } from '../testing/in-process.ts';
import { writeNamed } from './files.ts';
import { prepareFolder } from './folder.ts';
import { columnsIn } from './io.ts';

/** Tests of faults outside the program: files, folders, pipes, limits, signals. */
const folder = mkdtempSync(join(tmpdir(), 'wirebench-unhappy-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const whole = formatResults(makeResults({ transports: SEVEN, trials: 7, seed: 1 }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const results = file('results.json', whole);
mkdirSync(join(folder, 'a-folder'));

describe('unreadable results are named, each with what is wrong', () => {
  const bad: readonly (readonly [string, string])[] = [
    [join(folder, 'none.json'), 'cannot read FILE: there is no such file'],
    [join(folder, 'a-folder'), 'cannot read FILE: it is a folder'],
    [join(results, 'below.json'), 'cannot read FILE: its folder is a file'],
    [file('empty.json', ' \n'), 'FILE is empty; give the results.json that a run wrote'],
    [file('cut.json', whole.slice(0, 5_000)), 'FILE ends in the middle; give the results.json that a run wrote'],
    [file('notes.json', 'p99 was fine'), 'FILE is not JSON; give the results.json that a run wrote'],
    [file('list.json', '[]'), 'FILE does not hold Wirebench results; give the results.json that a run wrote'],
    [file('newer.json', '{"schema":"wirebench/9"}'), 'FILE has schema "wirebench/9", this version reads wirebench/1'],
    [file('hollow.json', '{"schema":"wirebench/1"}'), 'FILE does not match schema wirebench/1:'],
  ];

  test.each(bad)('%s', async (path, says) => {
    const { code, stdout, stderr } = await wirebench(['report', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says.replace('FILE', path));
  });

  test('both files of a comparison, with all other problems', async () => {
    const [first, second] = [join(folder, 'none.json'), join(folder, 'empty.json')];
    const flags = ['--fail-on', 'wrse', '--metrics', 'p98', '--max-regression', 'much'];
    const { code, stderr } = await wirebench(['compare', first, second, ...flags]);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(5);
    expect(stderr).toContain('--fail-on takes worse, inconclusive, never, not "wrse", did you mean "worse"?');
    for (const path of [first, second]) expect(stderr).toContain(path);
  });
});

describe('an unwritable place is refused with a reason', () => {
  test.each([
    [join(folder, 'nowhere', 'page.html'), /: its folder does not exist; name another file with --out$/],
    [join(results, 'page.html'), /: its folder is a file; name another file with --out$/],
    [join(folder, 'a-folder'), /: it is a folder; name another file with --out$/],
    [join(folder, 'x'.repeat(300)), /: its name is too long; name another file with --out$/],
  ])('%s', (path, says) => {
    const before = readdirSync(folder);
    expect(writeNamed(path, 'text', '--out', { resolve })).toEqual([expect.stringMatching(says)]);
    // No partial file is left behind.
    expect(readdirSync(folder)).toEqual(before);
  });

  test('a folder below a file', () => {
    expect(() => prepareFolder(join(results, 'run'), { resolve, info() {} })).toThrow(
      /: it is a file, or a part of its path is one; name another folder with --out$/,
    );
  });
});

test.each<readonly [string, readonly string[]]>([
  ['micro', ['--trasports', 'ws', '--size', '2', '--seconds', 'soon']],
  ['ceiling', ['--transports', 'wss', '--size', '2', '--trails', '3']],
  ['crosscheck', ['--rte', '5', '--size', '2', '--freeze', '9']],
  ['aa', ['--transport', 'wss', '--trials', '2', '--yess']],
  ['wire', ['--transports', 'wss', '--size', '2', '--jsn']],
])('%s reports all problems at once', async (command, flags) => {
  const { code, stdout, stderr } = await wirebench([command, ...flags]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(3);
  expect(stderr).toMatch(/^- unknown flag --\w+, did you mean "--\w+"\?$/m);
});

test('an empty list of transports and a missing plugin are refused', async () => {
  expect((await wirebench(['ceiling', '--transports', ''])).stderr).toMatch(/names no transport; there are: tcp, ws/);
  const { code, stderr } = await wirebench(['run', '--plugin', 'none.ts']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: '--plugin none.ts: there is no such file\n' });
});

describe('pipes', () => {
  const list = `"${process.execPath}" "${cli}" list`;
  const shell = (script: string) => startProgram('bash', ['-c', script]).ended;

  test.each([
    ['whoever reads stops early', `${list} --json | head -c 1; exit \${PIPESTATUS[0]}`],
    ['stdin is closed', `${list} <&- >/dev/null`],
    ['stdout is closed', `${list} >&-`],
    ['stderr is closed', `${list} 2>&- >/dev/null`],
  ])('%s is no error', async (_, script) => {
    expect(await shell(script)).toMatchObject({ code: 0, stderr: '' });
  });

  test('a full disk is an error', async () => {
    const { code, stderr } = await shell(`${list} >/dev/full`);
    expect(code).toBe(1);
    expect(stderr).toBe('cannot write to stdout: the disk is full\n');
  });

  test('$COLUMNS is used if it is a number of columns', () => {
    const found = ['60', '', 'wide', '-5', '0', '1e3', undefined].map((COLUMNS) => columnsIn({ COLUMNS }));
    expect(found).toEqual([60, 80, 80, 80, 80, 80, 80]);
  });
});

test.each([
  ['ceiling --transports ws', /^100 sessions need 300 open files in the server, .* use fewer --clients$/m],
  ['crosscheck', /^50 connections need 150 open files in the server, .* use fewer --connections$/m],
  [
    'run --transports ws --link loopback',
    /^100 sessions of ws need 200 open files in the server, .* use fewer --clients$/m,
  ],
])('%s is refused if a process may not open enough files', async (command, says) => {
  const script = `ulimit -n 64; exec "${process.execPath}" "${cli}" ${command}`;
  const { code, stdout, stderr } = await startProgram('bash', ['-c', script]).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(says);
});

test.each(['SIGINT', 'SIGTERM'] as const)('a command that only reads and writes ends at once on %s', async (signal) => {
  const pipe = join(folder, `${signal}.json`);
  execFileSync('mkfifo', [pipe]);
  const { child, ended } = start(['report', pipe]);
  // A pipe opens for writing only when it has a reader, so the command waits for ever until the signal comes.
  const writer = await open(pipe, 'w');
  child.kill(signal);
  expect(await ended).toEqual({ code: null, stdout: '', stderr: '' });
  expect(child.signalCode).toBe(signal);
  await writer.close();
});
