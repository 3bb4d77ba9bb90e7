import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { makeResults } from '../../reports/testing/fixtures.ts';
import { formatResults } from '../results/file.ts';
import { cli, endStarted, start, startProgram } from '../testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-test-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});
const file = join(folder, 'results.json');
const results = formatResults(makeResults({ transports: { ws: {}, sse: {} }, trials: 1 }));
writeFileSync(file, results);
const LINES = /^run,case,[^\n]+\n(?:[^\n]*,(?:ws|sse)[^\n]*\n){2}$/;

test('a pipe is written into, not replaced', async () => {
  const pipe = join(folder, 'pipe');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  const read = text(createReadStream(pipe));
  const { code } = await start(['report', file, '--csv', pipe, '--out', join(folder, 'a.html')]).ended;
  expect([code, lstatSync(pipe).isFIFO()]).toEqual([0, true]);
  expect(await read).toMatch(LINES);
});

test.each([['/dev/stdout'], ['/dev/fd/1'], ['/proc/self/fd/1']])('%s is this command’s own output', async (path) => {
  const shell = `'${process.execPath}' '${cli}' report '${file}' --csv ${path} --out '${join(folder, 'b.html')}' | cat`;
  const { stdout, code } = await startProgram('sh', ['-c', shell]).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(LINES);
});

test('a device stays a device', async () => {
  const { code } = await start(['report', file, '--out', '/dev/null']).ended;
  expect([code, lstatSync('/dev/null').isCharacterDevice()]).toEqual([0, true]);
});

test('results from a pipe are hashed as they were read, and the page is written to the working folder', async () => {
  const shell = `cat results.json | '${process.execPath}' '${cli}' report /dev/stdin`;
  const { code, stdout } = await startProgram('sh', ['-c', shell], {}, 'closed', folder).ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'report.html\n' });
  const hash = createHash('sha256').update(results).digest('hex');
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(hash);
});
