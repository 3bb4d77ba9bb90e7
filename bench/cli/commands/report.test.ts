import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { afterAll, expect, test } from 'vitest';
import { ECHO, makeResults } from '../../../reports/testing/fixtures.ts';
import { formatResults } from '../../results/file.ts';
import { UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { reportCommand } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(inFolder(name), 'utf8');
const file = inFolder('results.json');
const results = makeResults({ transports: { tcp: { floor: true }, ws: {} }, scenarios: [ECHO], trials: 2 });
writeFileSync(file, formatResults(results));

function listening(): { io: Io; said: () => string } {
  let said = '';
  const out = (part: string): void => {
    said += part;
  };
  const progress = { interactive: false, colour: false, width: () => 80, write: () => {} };
  const quiet = { talk: () => {}, complain: () => {}, asks: false };
  return { io: { out, ...quiet, width: () => 80, colour: false, progress }, said: () => said };
}

test('page, trials and histograms are written where they were asked for, the page named last', async () => {
  const { io, said } = listening();
  const [out, csv, hlog] = ['page.html', 'trials.csv', 'histograms.hlog'].map(inFolder) as [string, string, string];
  expect(await reportCommand(file, { out, csv, hlog }, io)).toBe(0);
  expect(said()).toBe(`${csv}\n${hlog}\n${out}\n`);

  expect(text('page.html')).toContain(createHash('sha256').update(formatResults(results)).digest('hex'));
  expect(text('trials.csv').split('\r\n')).toHaveLength(1 + 4 + 1);
  const log = text('histograms.hlog');
  expect(listTags(log)).toEqual(
    results.cases.flatMap(({ id }) => ['response', 'service', 'lag', 'connect'].map((kind) => `${id}/${kind}`)),
  );
  expect(new HistogramLogReader(log).nextIntervalHistogram()?.totalCount).toBe(1_200);
});

test('the hash is that of the file, however it is laid out', async () => {
  const compact = JSON.stringify(results);
  writeFileSync(inFolder('compact.json'), compact);
  await reportCommand(inFolder('compact.json'), { out: inFolder('compact.html') }, listening().io);
  expect(text('compact.html')).toContain(createHash('sha256').update(compact).digest('hex'));
});

test('nothing is written over the results, nor one file over another', async () => {
  const before = text('results.json');
  const both = inFolder('both.csv');
  await expect(reportCommand(file, { csv: file, hlog: both, out: both }, listening().io)).rejects.toThrow(UsageError);
  await expect(reportCommand(file, { csv: file }, listening().io)).rejects.toThrow(
    /--csv names the same file as the results/,
  );
  expect(text('results.json')).toBe(before);
  expect(existsSync(both)).toBe(false);
});

test('a file that cannot be written is named with its flag', async () => {
  const csv = join(folder, 'nowhere', 'x.csv');
  await expect(reportCommand(file, { csv, out: inFolder('x.html') }, listening().io)).rejects.toThrow(/--csv/);
});
