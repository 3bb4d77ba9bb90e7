import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeResults } from '../../reports/testing/fixtures.ts';
import { formatResults, parseResults } from '../results/file.ts';
import { cli, endStarted, startProgram } from '../testing/command.ts';
import { wirebench } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-unwritten-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});
const file = join(folder, 'results.json');
writeFileSync(file, formatResults(makeResults({ transports: { ws: {}, sse: {} } })));
const page = join(folder, 'page.html');

/** Places where nothing can be written, and the reason. */
const PLACES: readonly (readonly [path: string, why: RegExp])[] = [
  ['/dev/full', /the disk is full/],
  [folder, /it is a folder/],
  [join(folder, 'missing', 'file'), /its folder does not exist/],
  [join(file, 'below'), /its folder is a file/],
];

describe.each(PLACES)('with %s as an output', (path, why) => {
  test.each([
    ['report --csv', ['report', file, '--out', page, '--csv', path], /page\.html\n/],
    ['report --hlog', ['report', file, '--out', page, '--hlog', path], /page\.html\n/],
    ['report --out', ['report', file, '--out', path, '--csv', join(folder, 'a.csv')], /^/],
    ['compare --out', ['compare', file, file, '--out', path], /no comparison is inconclusive\.\n/],
    ['choose --markdown', ['choose', file, '--preset', 'chat', '--markdown', path], /What would change the answer/],
  ])('%s says all that it has to say, and ends with 2', async (_, args, says) => {
    const { code, stdout, stderr } = await wirebench(args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(why) });
    expect(stderr).toContain(`cannot write ${path}: `);
    // With a device among the outputs the paths stand on stderr.
    expect(stdout + stderr).toMatch(says);
  });
});

test('report names every output that it could not write, and writes the others', async () => {
  const csv = join(folder, 'b.csv');
  const { code, stderr } = await wirebench(['report', file, '--out', '/dev/full', '--csv', csv, '--hlog', folder]);
  expect(code).toBe(2);
  expect(stderr.match(/cannot write/g)).toHaveLength(2);
  expect(readFileSync(csv, 'utf8')).toMatch(/^run,case,/);
});

test('a job summary that cannot be written is named, and changes no exit code', async () => {
  const environment = { GITHUB_STEP_SUMMARY: '/dev/full' };
  const { code, stdout, stderr } = await wirebench(['compare', file, file, '--markdown'], { environment });
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'cannot append to GITHUB_STEP_SUMMARY: the disk is full\n',
  });
  expect(stdout).toMatch(/^## Wirebench/);
});

test('stdout on a full disk ends nothing: the reason is said, and the exit code is 1', async () => {
  const shell = `'${process.execPath}' '${cli}' report '${file}' --out '${page}' > /dev/full`;
  rmSync(page, { force: true });
  const { code, stderr } = await startProgram('sh', ['-c', shell]).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'cannot write to stdout: the disk is full\n' });
  expect(readFileSync(page, 'utf8')).toContain('</html>');
});

const SMALL = '--transports tcp --scenarios connect --clients 4 --trials 2 --link loopback'.split(' ');

/** Runs a small plan, and takes the place of some of its files once it has begun. */
async function runWithout(names: readonly string[], ...args: readonly string[]) {
  const out = mkdtempSync(join(folder, 'run-'));
  let begun = false;
  return await wirebench(['run', ...SMALL, ...args, '--out', out], {
    onWrite({ stdout, stderr }) {
      if (begun || !/\[1\/2\]|"trial-ended"/.test(stdout + stderr)) return;
      begun = true;
      for (const name of names) {
        rmSync(join(out, name), { force: true });
        mkdirSync(join(out, name));
      }
    },
  });
}

describe('a run', () => {
  test('whose report cannot be written shows its summary, and how to make the report', async () => {
    const { code, stdout, stderr } = await runWithout(['report.html']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^For connecting 4 sessions over a wire without delay or loss: /);
    expect(stdout).toMatch(/Results:\n.*results\.json\n$/);
    expect(stderr).toMatch(
      /report\.html could not be written: it is a folder.*`npm run report -- \S+results\.json`\n$/,
    );
  });

  test('whose results cannot be written goes on, and keeps them elsewhere', async () => {
    const { code, stdout, stderr } = await runWithout(['results.json', 'report.html'], '--ndjson');
    expect(code).toBe(1);
    expect(stderr).toMatch(/results\.json cannot be written: it is a folder\. The run goes on/);
    const path = /It was written to (\S+) instead/.exec(stderr)?.[1] ?? '';
    const { cases } = parseResults(readFileSync(path, 'utf8'), path);
    expect(cases.map(({ trials }) => trials.length)).toEqual([2]);
    const last: unknown = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ exitCode: 1, files: { results: path, report: join(dirname(path), 'report.html') } });
    rmSync(dirname(path), { recursive: true });
  });
});
