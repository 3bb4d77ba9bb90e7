import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ECHO, makeResults, type RunSpec, SEVEN } from '../../../reports/testing/fixtures.ts';
import { wirebench } from '../../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const THREE = { tcp: SEVEN.tcp ?? {}, ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} };
const QUIET = Object.fromEntries(Object.entries(THREE).map(([id, spec]) => [id, { ...spec, noise: 0.004 }]));
const SLOWER = { ...QUIET, ws: { ...QUIET.ws, p50Ms: 0.17 * 1.2 } };

/** Writes an invented run and returns its path. */
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

type Flags = Readonly<Record<string, string | true>>;

/** Output, with spaces for line breaks, and exit code. */
async function compare(
  before: string,
  after: string,
  flags: Flags = {},
): Promise<{ code: number | null; text: string }> {
  const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [value])]);
  const { code, stdout, stderr } = await compared([before, after, ...given]);
  return { code, text: (stdout + stderr).replaceAll(/\s+/g, ' ') };
}

const compared = (args: readonly string[], environment: Record<string, string> = {}) =>
  wirebench(['compare', ...args], { environment });

describe('exit codes', () => {
  const strict = { 'fail-on': 'inconclusive' } as const;

  test.each<[string, number, [string, string, Flags?], RegExp]>([
    ['equals', 0, [base, same], /No regression was shown; no comparison is inconclusive\. $/],
    ['equals, strictly', 0, [base, same, strict], /no comparison is inconclusive/],
    ['a regression', 11, [base, slow], /Regression: ws, p\d\d latency \+\d\d % \(echo\) and 1 more\. $/],
    ['a regression beyond what is allowed', 11, [base, slow, { 'max-regression': '5%' }], /by more than 5\.00 %: ws/],
    [
      'a regression within what is allowed',
      0,
      [base, slow, { 'max-regression': '50%' }],
      /No regression by more than 50\.0 %/,
    ],
    ['a regression that is ignored', 0, [base, slow, { 'fail-on': 'never' }], /ignored because of --fail-on never\. $/],
    ['a regression in another figure', 0, [base, slow, { metrics: 'bytes,cpu' }], /No regression/],
    ['an improvement', 0, [slow, base], /2 better/],
    ['inconclusive', 0, [base, noisy], /inconclusive: \d+ not separated\. $/],
    ['inconclusive, strictly', 12, [base, noisy, strict], /inconclusive: \d+ not separated\. $/],
    ['a case that is missing, strictly', 12, [base, without, strict], /inconclusive: 1 only in the base run/],
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
    const { code, text } = await compare(...args);
    expect(text).toMatch(last);
    expect(code).toBe(expected);
    expect(text).not.toContain('\u001b');
  });

  test.each<[Flags, RegExp]>([
    [{ 'fail-on': 'wors' }, /--fail-on takes worse, inconclusive, never, not "wors", did you mean "worse"\?/],
    [{ 'max-regression': '5' }, /--max-regression takes a percentage such as 5%, not "5"/],
    [{ 'max-regression': '-5%' }, /--max-regression takes a percentage/],
    [{ metrics: 'p98' }, /unknown figure "p98", did you mean "p99"\?/],
    [{ metrics: '' }, /--metrics names no figure/],
    [{ json: true, markdown: true }, /each print to stdout/],
  ])('%j is refused', async (flags, message) => {
    expect(await compare(base, same, flags)).toEqual({ code: 2, text: expect.stringMatching(message) });
  });

  test.each<[string[], number, RegExp]>([
    [[base, same], 0, /no comparison is inconclusive/],
    [[base, slow, '--fail-on', 'worse', '--max-regression', '5%'], 11, /Regression/],
    [[base, noisy, '--fail-on', 'inconclusive'], 12, /inconclusive:/],
    [[base, otherSize], 13, /No answer/],
    [[base], 2, /missing argument <new\.json>/],
    [[base, join(folder, 'nowhere.json')], 2, /cannot read .*nowhere\.json/],
    [[base, same, '--fial-on', 'worse'], 2, /unknown flag --fial-on, did you mean "--fail-on"\?/],
    [[base, same, quick], 2, /unexpected argument/],
    [['--help'], 0, /--max-regression <percent>[\s\S]*12 +inconclusive/],
  ])('the command: %j, %i', async (args, expected, message) => {
    const { code, stdout, stderr } = await compared(args);
    expect(stdout + stderr).toMatch(message);
    expect(code).toBe(expected);
    expect(code === 2 ? stdout : stderr).toBe('');
  });

  test('all problems are reported at once', async () => {
    const { stderr } = await compared([
      'a.json',
      'b.json',
      '--metrics',
      'x',
      '--fail-on',
      'y',
      '--max-regression',
      'z',
    ]);
    expect(stderr).toMatch(/^(- .*\n){4}- cannot read b\.json.*\n$/);
  });

  test('results of another version are refused', async () => {
    const future = join(folder, 'future.json');
    writeFileSync(future, '{"schema": "wirebench/2"}');
    const { code, text } = await compare(base, future);
    expect({ code, text }).toEqual({
      code: 2,
      text: expect.stringMatching(/has schema "wirebench\/2", this version reads wirebench\/1/),
    });
  });
});

describe('output', () => {
  test('--json is one document, with the exit code in it', async () => {
    const { code, stdout } = await compared([base, slow, '--json', '--max-regression', '5%']);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'wirebench-comparison/1',
      exitCode: code,
      asked: { failOn: 'worse', maxRegression: 0.05, metrics: null },
      counts: { worse: 2 },
      base: { id: 'base' },
      new: { id: 'slow' },
    });
  });

  test('--out writes a page; an unwritable file is refused', async () => {
    const out = join(folder, 'page.html');
    const { code, text } = await compare(base, slow, { out });
    expect({ code, page: readFileSync(out, 'utf8') }).toEqual({
      code: 11,
      page: expect.stringMatching(/^<!doctype html>/),
    });
    expect(text).toContain(`Page: ${out}`);
    expect(await compare(base, slow, { out: join(folder, 'no', 'such', 'page.html') })).toEqual({
      code: 2,
      text: expect.stringMatching(/cannot write .*; name another file with --out/),
    });
  });

  test('--markdown prints, and appends to the summary of a job', async () => {
    const summary = join(folder, 'summary.md');
    writeFileSync(summary, 'before\n');
    const { stdout } = await compared([base, slow, '--markdown'], { GITHUB_STEP_SUMMARY: summary });
    expect(stdout).toMatch(/^## Wirebench: two runs compared\n/);
    expect(readFileSync(summary, 'utf8')).toBe(`before\n${stdout}\n`);
  });

  test('an unwritable job summary is reported, and is no failure', async () => {
    const { code, stderr } = await compared([base, same, '--markdown'], { GITHUB_STEP_SUMMARY: folder });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^cannot append to GITHUB_STEP_SUMMARY: /);
  });
});
