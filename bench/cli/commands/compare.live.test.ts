import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ECHO, makeResults, type RunSpec, SEVEN } from '../../../reports/testing/fixtures.ts';
import { endStarted, start } from '../../testing/command.ts';
import { UsageError } from '../exit.ts';
import { type CompareFlags, compareCommand } from './compare.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-compare-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const THREE = { tcp: SEVEN.tcp ?? {}, ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} };
const QUIET = Object.fromEntries(Object.entries(THREE).map(([id, spec]) => [id, { ...spec, noise: 0.004 }]));
const SLOWER = { ...QUIET, ws: { ...QUIET.ws, p50Ms: 0.17 * 1.2 } };

/** Writes an invented run, and says where. */
function file(name: string, spec: Partial<RunSpec> = {}): string {
  const path = join(folder, `${name}.json`);
  const results = { ...makeResults({ transports: QUIET, trials: 7, ...spec }), id: name };
  if (!existsSync(path)) writeFileSync(path, JSON.stringify(results));
  return path;
}

const base = file('base');
const same = file('same', { seed: 2 });
const slow = file('slow', { seed: 3, transports: SLOWER });
const restless = Object.fromEntries(Object.entries(THREE).map(([id, spec]) => [id, { ...spec, noise: 0.08 }]));
const noisy = file('noisy', { seed: 4, transports: restless });
const quick = file('quick', { seed: 5, trials: 1 });
const otherSize = file('other-size', { seed: 6, scenarios: [{ ...ECHO, size: 1024 }] });
const six = { 0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1 };
const faults = Object.fromEntries(
  Object.keys(six).map((block) => [block, { state: 'invalid' as const, reasons: ['late'] }]),
);
const invalid = file('invalid', {
  seed: 7,
  transports: Object.fromEntries(Object.entries(QUIET).map(([id, spec]) => [id, { ...spec, faults }])),
});
const without = file('without', { seed: 8, transports: { tcp: QUIET.tcp ?? {}, ws: QUIET.ws ?? {} } });

/** In this process: what it prints, with blanks for breaks, and its exit code. */
async function compare(
  before: string,
  after: string,
  flags: CompareFlags = {},
): Promise<{ code: number; stdout: string }> {
  const said: string[] = [];
  const write = (text: string): void => void said.push(text);
  const progress = { interactive: false, colour: false, width: () => 80, write };
  const io = { out: write, talk: write, complain: write, width: () => 80, colour: false, progress, asks: false };
  const code = await compareCommand({ base: before, next: after }, flags, io);
  return { code, stdout: said.join('').replaceAll(/\s+/g, ' ') };
}

const wirebench = (args: readonly string[], environment: Record<string, string> = {}) =>
  start(['compare', ...args], { GITHUB_STEP_SUMMARY: '', ...environment }).ended;

describe('exit codes', () => {
  const strict = { failOn: 'inconclusive' } as const;

  test.each<[string, number, [string, string, CompareFlags?], RegExp]>([
    ['equals', 0, [base, same], /No regression was shown; nothing is open\. $/],
    ['equals, strictly', 0, [base, same, strict], /nothing is open/],
    ['a regression', 11, [base, slow], /Regression: ws, p\d\d latency \+\d\d % \(echo\) and 1 more\. $/],
    ['a regression beyond what is allowed', 11, [base, slow, { maxRegression: '5%' }], /by more than 5\.00 %: ws/],
    [
      'a regression within what is allowed',
      0,
      [base, slow, { maxRegression: '50%' }],
      /No regression by more than 50\.0 %/,
    ],
    ['a regression that nobody minds', 0, [base, slow, { failOn: 'never' }], /not held against the run\. $/],
    ['a regression in another figure', 0, [base, slow, { metrics: 'bytes,cpu' }], /No regression/],
    ['an improvement', 0, [slow, base], /2 better/],
    ['an open answer', 0, [base, noisy], /open: \d+ not separated\. $/],
    ['an open answer, strictly', 12, [base, noisy, strict], /open: \d+ not separated\. $/],
    ['a case that is missing, strictly', 12, [base, without, strict], /open: 1 only in the base run/],
    ['a regression before an open answer', 11, [noisy, slow, strict], /Regression/],
    ['an invalid run', 13, [base, invalid], /No answer: the new run: no trial is valid\. $/],
    ['an invalid base', 13, [invalid, base], /No answer: the base run: no trial is valid/],
    ['a quick look', 13, [base, quick], /No answer: no comparison could be judged\. $/],
    [
      'another question',
      13,
      [base, otherSize],
      /message size 128 B → 1024 B.*No answer: no comparison could be judged/,
    ],
  ])('%s: %i', async (_, expected, args, last) => {
    const { code, stdout } = await compare(...args);
    expect(stdout).toMatch(last);
    expect(code).toBe(expected);
    expect(stdout).not.toContain('\u001b');
  });

  test.each<[CompareFlags, RegExp]>([
    [{ failOn: 'wors' }, /--fail-on takes worse, inconclusive, never, not "wors", did you mean "worse"\?/],
    [{ maxRegression: '5' }, /--max-regression takes a percentage such as 5%, not "5"/],
    [{ maxRegression: '-5%' }, /--max-regression takes a percentage/],
    [{ metrics: 'p98' }, /unknown figure "p98", did you mean "p99"\?/],
    [{ metrics: '' }, /--metrics names no figure/],
    [{ json: true, markdown: true }, /each print to stdout/],
  ])('%j is refused', async (flags, message) => {
    await expect(compare(base, same, flags)).rejects.toThrow(UsageError);
    await expect(compare(base, same, flags)).rejects.toThrow(message);
  });

  test.each<[string[], number, RegExp]>([
    [[base, same], 0, /nothing is open/],
    [[base, slow, '--fail-on', 'worse', '--max-regression', '5%'], 11, /Regression/],
    [[base, noisy, '--fail-on', 'inconclusive'], 12, /open:/],
    [[base, otherSize], 13, /No answer/],
    [[base], 2, /missing required argument 'new\.json'/],
    [[base, join(folder, 'nowhere.json')], 2, /cannot read .*nowhere\.json/],
    [[base, same, '--fial-on', 'worse'], 2, /unknown option '--fial-on'/],
    [[base, same, quick], 2, /too many arguments/],
    [['--help'], 0, /--max-regression <percent>[\s\S]*12 +open/],
  ])('the command: %j, %i', async (args, expected, message) => {
    const { code, stdout, stderr } = await wirebench(args);
    expect(stdout + stderr).toMatch(message);
    expect(code).toBe(expected);
    expect(code === 2 ? stdout : stderr).toBe('');
  });

  test('all problems are reported at once', async () => {
    await expect(compare('a.json', 'b.json', { metrics: 'x', failOn: 'y', maxRegression: 'z' })).rejects.toThrow(
      /^(- .*\n){4}- cannot read b\.json.*$/,
    );
  });

  test('results of another version are refused', async () => {
    const future = join(folder, 'future.json');
    writeFileSync(future, '{"schema": "wirebench/2"}');
    await expect(compare(base, future)).rejects.toThrow(/has schema "wirebench\/2", this version reads wirebench\/1/);
  });
});

describe('output', () => {
  test('--json is one document, with the exit code in it', async () => {
    const { code, stdout } = await wirebench([base, slow, '--json', '--max-regression', '5%']);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'wirebench-comparison/1',
      exitCode: code,
      asked: { failOn: 'worse', maxRegression: 0.05, metrics: null },
      counts: { worse: 2 },
      base: { id: 'base' },
      new: { id: 'slow' },
    });
  });

  test('--out writes a page; one that cannot be written is refused', async () => {
    const out = join(folder, 'page.html');
    const { code, stdout } = await compare(base, slow, { out });
    expect({ code, page: readFileSync(out, 'utf8') }).toEqual({
      code: 11,
      page: expect.stringMatching(/^<!doctype html>/),
    });
    expect(stdout).toContain(`Page: ${out}`);
    await expect(compare(base, slow, { out: join(folder, 'no', 'such', 'page.html') })).rejects.toThrow(
      /cannot write .*; name another file with --out/,
    );
  });

  test('--markdown is printed, and appended to the summary of a job', async () => {
    const summary = join(folder, 'summary.md');
    writeFileSync(summary, 'before\n');
    const { stdout } = await wirebench([base, slow, '--markdown'], { GITHUB_STEP_SUMMARY: summary });
    expect(stdout).toMatch(/^## Wirebench: two runs compared\n/);
    expect(readFileSync(summary, 'utf8')).toBe(`before\n${stdout}\n`);
  });

  test('a summary that cannot be written is said, and no failure', async () => {
    const { code, stderr } = await wirebench([base, same, '--markdown'], { GITHUB_STEP_SUMMARY: folder });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^cannot append to GITHUB_STEP_SUMMARY: /);
  });
});
