import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeResults } from '../../reports/testing/fixtures.ts';
import { formatResults, readHashedResults, writeWhole } from './file.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;
const fresh = (text?: string): string => {
  const path = join(folder, `${++made}`);
  if (text !== undefined) writeFileSync(path, text);
  return path;
};

test('a file is replaced and keeps its mode', () => {
  const path = fresh('old');
  chmodSync(path, 0o600);
  const before = statSync(path).ino;
  writeWhole(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(path).ino).not.toBe(before);
});

test.each([
  ['a file', true],
  ['no file yet', false],
])('a link to %s stays a link, and its file is written', (_, exists) => {
  const path = fresh(exists ? 'old' : undefined);
  const [link, outer] = [fresh(), fresh()];
  symlinkSync(path, link);
  // A relative link leads on from its own folder.
  symlinkSync(link.slice(folder.length + 1), outer);
  writeWhole(outer, 'new');
  expect(lstatSync(path).isFile()).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect([readlinkSync(link), lstatSync(outer).isSymbolicLink()]).toEqual([path, true]);
});

test('a file with two names keeps both', () => {
  const [path, other] = [fresh('old'), fresh()];
  linkSync(path, other);
  writeWhole(path, 'new');
  expect(readFileSync(other, 'utf8')).toBe('new');
});

test('what cannot be written leaves nothing beside it', async () => {
  const before = await readdir(folder);
  expect(() => writeWhole(folder, 'new')).toThrow(/EISDIR/);
  expect(() => writeWhole(join(folder, 'missing', 'file'), 'new')).toThrow(/ENOENT/);
  expect(await readdir(folder)).toEqual(before);
});

test('results that PowerShell saved are read, and the hash is that of the bytes', () => {
  const results = makeResults({ transports: { ws: {} }, trials: 1 });
  const text = formatResults(results);
  const plain = readHashedResults(fresh(text));
  const path = fresh();
  writeFileSync(path, Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]));
  const marked = readHashedResults(path);
  expect(marked.results).toEqual(plain.results);
  expect(marked.sha256).not.toBe(plain.sha256);
  writeFileSync(path, Buffer.from(text, 'utf16le'));
  expect(() => readHashedResults(path, 'run.json')).toThrow(/^run\.json is UTF-16 without a byte order mark/);
});
