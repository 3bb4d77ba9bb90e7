import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { afterAll, expect, test } from 'vitest';
import { ECHO, makeResults } from '../../../reports/testing/fixtures.ts';
import { formatResults } from '../../results/file.ts';
import { wirebench } from '../../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(inFolder(name), 'utf8');
const file = inFolder('results.json');
const results = makeResults({ transports: { tcp: { floor: true }, ws: {} }, scenarios: [ECHO], trials: 2 });
writeFileSync(file, formatResults(results));

const report = (path: string, ...flags: string[]) => wirebench(['report', path, ...flags]);

test('page, trials and histograms are written to the named files; the page is printed last', async () => {
  const [out, csv, hlog] = ['page.html', 'trials.csv', 'histograms.hlog'].map(inFolder) as [string, string, string];
  const { code, stdout } = await report(file, '--out', out, '--csv', csv, '--hlog', hlog);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${csv}\n${hlog}\n${out}\n` });

  expect(text('page.html')).toContain(createHash('sha256').update(formatResults(results)).digest('hex'));
  expect(text('trials.csv').split('\r\n')).toHaveLength(1 + 4 + 1);
  const log = text('histograms.hlog');
  expect(listTags(log)).toEqual(
    results.cases.flatMap(({ id }) => ['response', 'service', 'lag', 'connect'].map((kind) => `${id}/${kind}`)),
  );
  expect(new HistogramLogReader(log).nextIntervalHistogram()?.totalCount).toBe(1_200);
});

test('the hash is that of the file’s bytes, not of its content', async () => {
  const compact = JSON.stringify(results);
  writeFileSync(inFolder('compact.json'), compact);
  await report(inFolder('compact.json'), '--out', inFolder('compact.html'));
  expect(text('compact.html')).toContain(createHash('sha256').update(compact).digest('hex'));
});

test('neither the results nor another output is overwritten', async () => {
  const before = text('results.json');
  const both = inFolder('both.csv');
  expect(await report(file, '--csv', file, '--hlog', both, '--out', both)).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(
      /^- --csv names the same file as the results\n- --hlog names the same file as --out\n$/,
    ),
  });
  expect(text('results.json')).toBe(before);
  expect(existsSync(both)).toBe(false);
});

test('an unwritable file is reported with its flag', async () => {
  const csv = join(folder, 'nowhere', 'x.csv');
  const { code, stderr } = await report(file, '--csv', csv, '--out', inFolder('x.html'));
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--csv') });
});

test('--band takes the place of the band that the run was made with', async () => {
  const steady = { noise: 0.005 };
  const transports = { ws: { ...steady, p50Ms: 1 }, sse: { ...steady, p50Ms: 1.5 } };
  writeFileSync(inFolder('band.json'), formatResults(makeResults({ transports, trials: 6, band: { p99: 0.02 } })));
  const answer = async (...flags: string[]) => {
    expect(await report(inFolder('band.json'), '--out', inFolder('band.html'), ...flags)).toMatchObject({ code: 0 });
    const [, claim = ''] = /<h1[^>]*>([\s\S]*?)<\/h1>/.exec(text('band.html')) ?? [];
    return claim.replaceAll(/<[^>]+>/g, '').replaceAll('\u00a0', ' ');
  };
  expect(await answer()).toContain('no practical difference at p99 (less than 20 ms)');
  expect(await answer('--band', 'p99=0.1ms,p50=0.1ms')).toContain(
    'use ws: every other choice is shown to be slower at p99',
  );
  expect(await answer('--band', 'cpu=1us')).toContain('no practical difference at p99 (less than 20 ms)');
  expect(await report(file, '--band', 'p98=1ms', '--out', inFolder('no.html'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--band: unknown figure "p98", did you mean "p99"?'),
  });
  expect(existsSync(inFolder('no.html'))).toBe(false);
});
