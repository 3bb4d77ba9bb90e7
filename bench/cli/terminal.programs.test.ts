import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { columnsOf } from '../../reports/terminal/text.ts';
import { BROADCAST, ECHO, makeResults, SEVEN, type TransportSpec } from '../../reports/testing/fixtures.ts';
import { endStarted, start, until } from '../testing/command.ts';
import { wirebench } from '../testing/in-process.ts';
import {
  blocksIn,
  hasCommands,
  hasEscape,
  hasPaint,
  startOnTerminal,
  type TerminalOptions,
} from '../testing/terminal.ts';
import { needs } from '../testing/unavailable.ts';

await needs('terminal');

/** Tests of output on a terminal, and of what must not be printed elsewhere. */
const folder = mkdtempSync(join(tmpdir(), 'wb-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

function results(name: string, transports: Record<string, TransportSpec>, seed: number): string {
  const path = join(folder, `${name}.json`);
  const run = makeResults({ transports, scenarios: [ECHO, BROADCAST], trials: 7, seed });
  const leftOut = [
    { name: 'webtransport', kind: 'unavailable', reason: 'unavailable here: it needs a glibc of 2.38 or later' },
  ];
  writeFileSync(path, JSON.stringify({ ...run, id: name, plan: { ...run.plan, leftOut } }));
  return path;
}
const WIDE = { ...SEVEN, 'plugin-転送プロトコル-🚀': { p50Ms: 3 } };
const base = results('base', WIDE, 1);
const pair = { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} };
const few = results('few', pair, 1);
const fewSlow = results('few-slow', { ...pair, ws: { ...pair.ws, p50Ms: 0.3 } }, 2);
const slow = results('slow', { ...WIDE, ws: { ...SEVEN.ws, p50Ms: 0.3 } }, 2);

let runs = 0;
const SMALL = ['--clients', '5', '--rate', '200', '--duration', '0.3', '--warmup', '0.1', '--link', 'loopback'];
const run = (...more: string[]): string[] => [
  ...['run', '--quick', '--transports', 'tcp,ws', '--scenarios', 'echo', ...SMALL],
  ...['--out', join(folder, `${++runs}`), ...more],
];
const wire = (): string[] => [
  ...['wire', '--transports', 'tcp,ws', '--size', '64', '--link', 'loopback', '--out', join(folder, `${++runs}`)],
];

const on = (args: readonly string[], options: TerminalOptions) => startOnTerminal(args, options).ended;
/** Runs a command in this process, on a terminal of a given width. */
const written = (args: readonly string[], columns: number, environment: Record<string, string> = {}) =>
  wirebench(args, { columns, environment: { TERM: 'xterm-256color', ...environment } });
/** Runs a command in this process, with pipes. */
const piped = (args: readonly string[], environment: Record<string, string> = {}) =>
  wirebench(args, { environment: { TERM: 'xterm-256color', ...environment } });
/** Beginning of a synchronized update. */
const BEGIN = '\x1b[?2026h';
/** Lines as a terminal shows them, without escape codes that move the cursor. A block is drawn over the one before it. */
const linesOf = (shown: string): string[] =>
  stripVTControlCharacters(
    shown
      .split(BEGIN)
      .filter((part, at) => at > 0 || part !== '')
      .join('\n'),
  )
    .replaceAll('\r', '')
    .trimEnd()
    .split('\n');
/** Lines that are wider than the terminal. A command stays whole, so that it can be copied. */
const tooLong = (lines: readonly string[], columns: number): string[] =>
  lines.filter((line) => columnsOf(line) > columns && !/^ *(?:npm|npx|apt-get) /.test(line));
/** Joins the lines of prose, which differ between widths only in their breaks. */
const wordsOf = (shown: string): string[] =>
  linesOf(shown)
    .join(' ')
    .split(/[\s·]+/);

describe.each([60, 80, 160])('at %i columns', (columns) => {
  test('run prints its plan, draws small blocks, and ends with decision, table, warnings and path', async () => {
    const { stdout: shown, code } = await on(run(), { columns });
    expect([0, 13]).toContain(code);
    const lines = linesOf(shown);
    expect(tooLong(lines, columns)).toEqual([]);
    const { before, blocks, after } = blocksIn(shown);
    expect(linesOf(before)[0]).toMatch(/^2 cases × 1 trial = 2 trials, about \d+ s\.$/);
    const order = [
      /^For echo with 5 clients/m,
      /^(Quick look|Invalid)/m,
      /^transport /m,
      /^Not covered: /m,
      /^Warning: /m,
      /^Report:$/m,
    ];
    const places = order.map((part) => linesOf(after).join('\n').search(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(lines.at(-1)).toBe(join(folder, `${runs}`, 'report.html'));
    // A block at the beginning of each trial and one at the end, because nothing is drawn during a trial.
    expect(blocks).toHaveLength(3);
    // Cases that differ only in their transports are labelled by those.
    const trials = linesOf(blocks.at(-1) ?? '').slice(2);
    expect(trials.map((line) => line.slice(2, 8)).toSorted()).toEqual([' tcp  ', ' ws   ']);
    for (const block of blocks) expect(linesOf(block).length).toBeLessThanOrEqual(12);
  });

  test.each<readonly [string, readonly string[], RegExp]>([
    ['compare', ['compare', base, slow], /^Regression: ws, /m],
    ['compare --all', ['compare', base, slow, '--all'], /^plugin-転送\S* +\S/m],
    ['choose', ['choose', slow, '--preset', 'dashboard'], /^What would change the answer$/m],
    ['list', ['list'], /^Scenarios \(--scenarios\)$/m],
    ['doctor', ['doctor'], /^This machine is (fit|not fit) to measure on/m],
    ['help', ['--help'], /^Exit codes:$/m],
    ['an error', ['run', '--transports', 'wss', '--scenarios', 'eho', '--threshold', 'x'], /did you mean "ws"/],
  ])('%s is not wider', async (_, args, says) => {
    const { stdout, stderr } = await written(args, columns);
    const shown = stdout + stderr;
    expect(tooLong(linesOf(shown), columns)).toEqual([]);
    expect(linesOf(shown).join('\n')).toMatch(says);
    expect(hasCommands(shown)).toBe(false);
  });
});

test('wire fits a narrow terminal', async () => {
  const { stdout: shown } = await on(wire(), { columns: 60 });
  expect(tooLong(linesOf(shown), 60)).toEqual([]);
  expect(linesOf(blocksIn(shown).after).join('\n')).toMatch(/^transport +size +way[\s\S]*^Report:$/m);
});

test.each([['run'], ['choose'], ['compare'], ['aa']])(
  'at 40 columns %s --help stands below its flags',
  async (command) => {
    const { stdout: shown, code } = await written([command, '--help'], 40);
    expect(code).toBe(0);
    expect(tooLong(linesOf(shown), 40)).toEqual([]);
    expect(linesOf(shown).join('\n')).toMatch(/^ {2}--json\n {6}print \S/m);
  },
);

test('texts of a list go below their names if there is no room beside them', async () => {
  const { stdout: shown } = await written(['list'], 40);
  expect(tooLong(linesOf(shown), 40)).toEqual([]);
  expect(linesOf(shown).join('\n')).toMatch(
    /^ {2}ws\n {6}WebSocket · text and binary,\n {6}upstream on the connection$/m,
  );
});

test.each<readonly [string, readonly string[], RegExp]>([
  ['micro', ['micro', '--transports', 'ws', '--seconds', '0.001'], /^ {6}ws frame, masked +[\d,]+ /m],
  [
    'ceiling',
    ['ceiling', '--transports', 'ws', '--clients', '5', '--duration', '0.1', '--trials', '1'],
    /^ws +echo +[\d.]+ .*≤ 1\.5 µs beyond [✓✕]$/m,
  ],
])('%s fits a narrow terminal', async (_, args, says) => {
  const { stdout: shown, code } = await on(args, { columns: 60 });
  expect(code).toBe(0);
  expect(tooLong(linesOf(shown), 60)).toEqual([]);
  expect(linesOf(shown).join('\n')).toMatch(says);
});

test('width and colours of a real terminal are detected', async () => {
  const { stdout: shown } = await on(['compare', base, slow], { columns: 60 });
  expect(tooLong(linesOf(shown), 60)).toEqual([]);
  expect(tooLong(linesOf(shown), 50)).not.toEqual([]);
  expect(hasPaint(shown)).toBe(true);
  expect(hasPaint((await on(['compare', base, slow], { environment: { NO_COLOR: '1' } })).stdout)).toBe(false);
});

test('prose is complete on a narrow terminal', async () => {
  const [narrow, wide] = await Promise.all([60, 160].map((columns) => on(['list'], { columns })));
  expect(wordsOf(narrow!.stdout)).toEqual(wordsOf(wide!.stdout));
});

describe('escape codes', () => {
  const compared = ['compare', few, fewSlow];

  test.each<readonly [string, readonly string[]]>([
    ['run', run()],
    ['compare', compared],
    ['choose', ['choose', few]],
    ['list', ['list']],
    ['doctor', ['doctor']],
    ['wire', wire()],
    ['--help', ['run', '--help']],
    ['a bare command', []],
    ['an unknown flag', ['list', '--jsn']],
  ])('%s writes none to a pipe', async (_, args) => {
    const { stdout, stderr } = await piped(args);
    expect(hasEscape(stdout + stderr)).toBe(false);
    expect(stdout + stderr).not.toBe('');
  });

  test('a pipe gets none if the other output is a terminal', async () => {
    const [out, err] = [join(folder, 'out.txt'), join(folder, 'err.txt')];
    const { stdout: talk } = await on(run(), { redirect: `>'${out}'` });
    expect(hasCommands(talk)).toBe(true);
    expect(hasEscape(readFileSync(out, 'utf8'))).toBe(false);
    expect(readFileSync(out, 'utf8')).toMatch(/\nReport:\n/);

    const { stdout: result } = await on(run(), { redirect: `2>'${err}'` });
    expect(hasPaint(result)).toBe(true);
    expect(hasCommands(result)).toBe(false);
    expect(hasEscape(readFileSync(err, 'utf8'))).toBe(false);
    expect(readFileSync(err, 'utf8')).toMatch(/\[2\/2\] block 1\/1 /);
  });

  test.each([[{ TERM: 'dumb' }], [{ CI: 'true' }]])(
    'a terminal that is none (%j) gets none, and a line a trial',
    async (environment) => {
      const { stdout: shown } = await on(run(), { environment });
      expect(hasEscape(shown)).toBe(false);
      expect(linesOf(shown).join('\n')).toMatch(/^\[1\/2\] block 1\/1 /m);
    },
  );

  type Surroundings = readonly [
    flags: readonly string[],
    environment: Record<string, string>,
    terminal: boolean,
    pipe: boolean,
  ];
  test.each<Surroundings>([
    [[], {}, true, false],
    [[], { NO_COLOR: '1' }, false, false],
    [[], { FORCE_COLOR: '1' }, true, true],
    [[], { FORCE_COLOR: '0' }, false, false],
    [[], { NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
    [[], { TERM: 'dumb' }, false, false],
    [[], { CI: 'true' }, false, false],
    [[], { CI: 'true', FORCE_COLOR: '1' }, true, true],
    [['--color', 'always'], { NO_COLOR: '1', TERM: 'dumb' }, true, true],
    [['--color', 'never'], { FORCE_COLOR: '1' }, false, false],
    [['--color', 'auto'], { NO_COLOR: '1' }, false, false],
  ])('colour with %j and %j: on a terminal %s, in a pipe %s', async (flags, environment, terminal, pipe) => {
    const args = [...compared, ...flags];
    const [shown, plain] = [await written(args, 80, environment), await piped(args, environment)];
    expect([hasPaint(shown.stdout), hasPaint(plain.stdout)]).toEqual([terminal, pipe]);
    expect(hasCommands(shown.stdout + plain.stdout)).toBe(false);
    expect(linesOf(shown.stdout).join('\n')).toContain('▼ worse');
  });

  test('documents have no colours', async () => {
    const always = ['--color', 'always'];
    const json = await piped([...compared, '--json', ...always]);
    const markdown = await piped([...compared, '--markdown', ...always]);
    expect(hasEscape(json.stdout + markdown.stdout)).toBe(false);
    expect(JSON.parse(json.stdout)).toMatchObject({ exitCode: 11 });
  });

  test('NO_COLOR leaves the block without colours', async () => {
    const { stdout: shown } = await on(run(), { environment: { NO_COLOR: '1' } });
    expect(hasPaint(shown)).toBe(false);
    expect(hasCommands(shown)).toBe(true);
  });
});

test('Ctrl-C on a terminal: the announcement goes below the block, and the report follows', async () => {
  const out = join(folder, 'interrupted');
  const { child, said, ended } = startOnTerminal([...run('--trials', '50', '--keep-going'), '--out', out]);
  await until(() => blocksIn(said.stdout).blocks.length > 2);
  child.stdin.write('\u0003');
  expect((await ended).code).toBe(130);
  const after = linesOf(blocksIn(said.stdout).after);
  // The terminal shows the key too.
  expect(after.find((line) => !/^(?:\^C)?$/.test(line))).toBe('Stopping. Press Ctrl-C again to stop at once.');
  expect(after.at(-1)).toBe(join(out, 'report.html'));
});

describe('--quiet', () => {
  test('leaves only the result', async () => {
    const { stdout, stderr } = await start(run('--quiet')).ended;
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^For echo[\s\S]*\nReport:\n.*report\.html\n$/);
    const { stdout: shown } = await on(run('--quiet'), {});
    expect(hasCommands(shown)).toBe(false);
  });

  test('does not silence errors', async () => {
    const { code, stderr } = await wirebench(['run', '--quiet', '--transports', 'wss']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('did you mean "ws"?') });
  });
});

describe('a long run', () => {
  const long = ['run', '--transports', 'tcp', '--scenarios', 'echo', ...SMALL, '--duration', '1000', '--trials', '1'];
  const question = /This takes about 17 min\. Continue\?/;

  test('is asked about on a terminal, and a no is respected', async () => {
    const out = join(folder, 'declined');
    const { child, said, ended } = startOnTerminal([...long, '--out', out], {});
    await until(() => question.test(said.stdout));
    child.stdin.write('n\n');
    expect((await ended).code).toBe(130);
    expect(() => readFileSync(join(out, 'results.json'))).toThrow(/ENOENT/);
  });

  test.each<readonly [string, readonly string[], RegExp]>([
    ['aa', [], /^40 identical pairs and 10 slowed pairs, 7 trials a side: 700 trials, about \d+ min\.$/m],
    ['ceiling', ['--trials', '30'], /^Runs our closed loops and bare ones in turn: about \d+ min\.$/m],
    ['crosscheck', ['--duration', '200'], /^Compares another load generator with ours: about \d+ min\.$/m],
    ['micro', ['--seconds', '30'], /^Measures encoding and decoding step by step: about \d+ min\.$/m],
    ['wire', ['--trials', '100', '--transports', 'tcp,ws'], /^8 cases × 100 trials = 800 trials, about \d+ min\.$/m],
  ])('of %s is announced with its time, and asked about in the same way', async (command, flags, plan) => {
    const { code, stdout, stderr } = await wirebench([command, ...flags], { columns: 120, typed: 'n\n' });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/This takes about \d+ min\. Continue\? \(--yes skips this question\) \[Y\/n\]/);
    expect(linesOf(stderr).join('\n')).toMatch(plan);
  });

  test('a question that is wider than the terminal breaks between words', async () => {
    const { child, said, ended } = startOnTerminal(['aa'], { columns: 40 });
    await until(() => said.stdout.includes('[Y/n] '));
    child.stdin.write('n\n');
    expect((await ended).code).toBe(130);
    const lines = linesOf(said.stdout);
    expect(tooLong(lines, 40)).toEqual([]);
    expect(lines.join('\n')).toMatch(
      /^This takes about \d+ min\. Continue\?\n\(--yes skips this question\) \[Y\/n\] n$/m,
    );
  });

  test.each([
    ['--yes', ['--yes'], {}],
    ['CI', [], { CI: 'true' }],
    ['--quiet', ['--quiet'], {}],
  ])('is not asked about with %s', async (_, flags, environment) => {
    const out = join(folder, `unasked-${flags[0] ?? 'ci'}`);
    const { child, said, ended } = startOnTerminal([...long, ...flags, '--out', out], { environment });
    await until(() => isThere(join(out, 'results.json')));
    child.stdin.write('\u0003');
    expect((await ended).code).toBe(130);
    expect(said.stdout).not.toMatch(question);
  });

  test('is not asked about if stdin is no terminal', async () => {
    const out = join(folder, 'piped');
    const { child, said, ended } = start([...long, '--out', out]);
    await until(() => isThere(join(out, 'results.json')));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(said.stderr).not.toMatch(question);
  });
});

function isThere(file: string): boolean {
  try {
    return readFileSync(file).length > 0;
  } catch {
    return false;
  }
}
