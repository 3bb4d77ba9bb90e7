import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeResults } from '../../reports/testing/fixtures.ts';
import { parseResults } from '../results/file.ts';
import { prepareFolder, RunFiles, type RunFolder } from './folder.ts';

const place = mkdtempSync(join(tmpdir(), 'wirebench-test-'));
afterAll(() => rmSync(place, { recursive: true }));
let made = 0;

const results = makeResults({ transports: { ws: {} }, trials: 1 });
const page = (): Promise<string> => Promise.resolve('<!doctype html>');

function filesIn(changes: Partial<RunFolder> = {}) {
  const said: string[] = [];
  const io = { resolve: (path: string) => resolve(place, path), info: (text: string) => void said.push(text) };
  const folder = { ...prepareFolder(`run-${++made}`, io), ...changes };
  return { folder, files: new RunFiles(folder, io), said };
}

describe('files of a run', () => {
  test('are written where the user wants them', async () => {
    const { files, folder, said } = filesIn();
    files.save(results);
    const kept = await files.finish(results, page);
    expect(kept).toEqual({ results: folder.results, report: folder.report, problems: [] });
    expect(readFileSync(resolve(place, folder.report), 'utf8')).toBe('<!doctype html>');
    expect(said).toEqual([]);
  });

  test.each([
    ['a full disk', { results: '/dev/full' }, /the disk is full/],
    ['a folder of that name', { results: '.' }, /it is a folder/],
    ['a file in the place of the folder', { restore: () => mkdirSync('/dev/null/x') }, /its folder is a file/],
  ])('results that meet %s are told of once, tried again, and kept elsewhere', async (_, changes, why) => {
    const { files, said } = filesIn(changes);
    for (let trial = 0; trial < 3; trial++) files.save(results);
    expect(said).toEqual([expect.stringMatching(why)]);
    const kept = await files.finish(results, page);
    const path = kept.results ?? '';
    expect(kept.problems).toEqual([expect.stringMatching(why)]);
    expect(kept.problems[0]).toContain(`It was written to ${path} instead`);
    expect(parseResults(readFileSync(path, 'utf8'), path).id).toBe(results.id);
    expect(kept.report).toBe(join(dirname(path), 'report.html'));
    expect(existsSync(kept.report ?? '')).toBe(true);
    rmSync(dirname(path), { recursive: true });
  });

  test('a disk that has room again has all of the run, and nothing is said at the end', async () => {
    const { files, folder, said } = filesIn();
    const path = resolve(place, folder.results);
    mkdirSync(path);
    files.save(results);
    rmSync(path, { recursive: true });
    const kept = await files.finish(results, page);
    expect(kept.problems).toEqual([]);
    expect(parseResults(readFileSync(path, 'utf8'), path).id).toBe(results.id);
    expect(said).toHaveLength(1);
  });

  test('earlier results stay whole if later ones find no room', () => {
    const { files, folder } = filesIn();
    files.save(results);
    const path = resolve(place, folder.results);
    const before = readFileSync(path, 'utf8');
    mkdirSync(`${path}.${process.pid}.partial`);
    files.save({ ...results, id: 'later' });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test.each<readonly [what: string, changes: Partial<RunFolder>, page: () => Promise<string>, why: RegExp]>([
    ['meets a full disk', { report: '/dev/full' }, page, /^\/dev\/full could not be written: the disk is full/],
    ['cannot be laid out', {}, () => Promise.reject(new Error('no bundler')), /report\.html .*: no bundler/],
  ])('a report that %s is named with the command that makes it', async (_, changes, laidOut, why) => {
    const { files, folder } = filesIn(changes);
    files.save(results);
    const { problems, ...kept } = await files.finish(results, laidOut);
    expect(kept).toEqual({ results: folder.results, report: null });
    expect(problems).toEqual([expect.stringMatching(why)]);
    expect(problems[0]).toContain(`\`npm run report -- ${folder.results}\``);
  });
});

test('a folder in which nothing can be written is refused before anything starts', () => {
  writeFileSync(join(place, 'file'), '');
  const io = { resolve: (path: string) => resolve(place, path), info: () => {} };
  for (const folder of ['file', 'file/below', '/dev/full/below', '/proc/below']) {
    expect(() => prepareFolder(folder, io), folder).toThrow(/^cannot write to .*; name another folder with --out$/);
  }
});
