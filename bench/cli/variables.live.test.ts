import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseResults } from '../results/file.ts';
import { endStarted, start } from '../testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-variables-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const RUN = ['--scenarios', 'echo', '--clients', '2', '--rate', '100', '--warmup', '0', '--duration', '0.1'];
const SMALL = [...RUN, '--trials', '1', '--link', 'loopback'];
/** Server that a command starts, which writes down the value of DEBUG that it got. */
const ECHO = `'${process.execPath}' '${join(import.meta.dirname, '../testing/servers/own-echo.ts')}' HOST PORT`;

let count = 0;

/** Runs a command with a module that every Node.js process loads that gets NODE_OPTIONS, and returns the files of these processes. */
async function withPreload(args: readonly string[], environment: Record<string, string> = {}) {
  const log = join(folder, `log-${++count}`);
  const preload = join(folder, `preload-${count}.cjs`);
  writeFileSync(log, '');
  const line = `(process.argv[1] ?? '') + ' ' + process.env.DEBUG + ' ' + process.env.MY_SETTING + '\\n'`;
  writeFileSync(preload, `require('node:fs').appendFileSync(${JSON.stringify(log)}, ${line});\n`);
  const ended = await start(args, { NODE_OPTIONS: `--require ${preload}`, DEBUG: 'engine*', ...environment }).ended;
  const loaded = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((one) => one.split(' '));
  return { ...ended, loaded: loaded.map(([file = '', ...values]) => [basename(file), ...values]) };
}

const filesOf = (loaded: readonly (readonly string[])[]): string[] =>
  [...new Set(loaded.map(([file = '']) => file))].toSorted();

const resultsIn = (out: string) => parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');

describe('a run', () => {
  test('starts no measured process with NODE_OPTIONS or DEBUG, and names them', async () => {
    const out = join(folder, 'clean');
    const { stderr, stdout, loaded } = await withPreload(
      ['run', '--transports', 'socketio,grpc', ...SMALL, '--json', '--out', out],
      { http_proxy: 'http://127.0.0.1:9' },
    );
    expect(filesOf(loaded)).toEqual(['cli.ts']);
    expect(stderr).toMatch(
      /^Not passed on to the measured processes: DEBUG, .*NODE_OPTIONS.* and http_proxy \(--keep-env NAME passes one on\)/m,
    );
    const { environment, cases } = resultsIn(out);
    expect(environment.variables?.dropped).toEqual(expect.arrayContaining(['DEBUG', 'NODE_OPTIONS', 'http_proxy']));
    expect(environment.variables).toMatchObject({ kept: [], passed: expect.arrayContaining(['HOME', 'PATH']) });
    expect(environment.checks?.find(({ name }) => name === 'variables')?.observed).toMatch(/NODE_OPTIONS/);
    expect(JSON.parse(stdout).environment.variables).toEqual(environment.variables);
    // A proxy that does not exist is in nobody's way.
    for (const { trials } of cases) for (const { state } of trials) expect(state).not.toBe('failed');
  });

  test('passes on what --keep-env names, by flag or file; the command that repeats it does so too', async () => {
    const out = join(folder, 'kept');
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ 'keep-env': ['NODE_OPTIONS', 'MY_SETTING'] }));
    const { stderr, loaded } = await withPreload(
      ['run', '--transports', 'tcp', ...SMALL, '--config', config, '--out', out],
      { MY_SETTING: 'pass-word' },
    );
    expect(loaded).toEqual(
      expect.arrayContaining([
        ['main.ts', 'undefined', 'pass-word'],
        ['worker.ts', 'undefined', 'pass-word'],
      ]),
    );
    expect(stderr).toMatch(/^! Passed on to the measured processes, whose figures they change: NODE_OPTIONS\.$/m);
    const text = readFileSync(join(out, 'results.json'), 'utf8');
    expect(text).not.toMatch(/pass-word|preload-/);
    const { environment, plan } = parseResults(text, 'results');
    expect(environment.variables?.kept.map(({ name }) => name)).toEqual(['MY_SETTING', 'NODE_OPTIONS']);
    expect(plan.command).toContain('--keep-env NODE_OPTIONS,MY_SETTING');
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(
      /variables that change how a runtime works \(--keep-env\): NODE_OPTIONS/,
    );
  });

  test('gives the server of --exec everything, and says what of it changes a runtime', async () => {
    const out = join(folder, 'exec');
    const { stderr, loaded } = await withPreload(
      [
        'run',
        '--transports',
        'ws',
        ...SMALL.filter((one) => !['--link', 'loopback'].includes(one)),
        '--link',
        'loopback',
        '--exec',
        ECHO,
        '--url',
        'ws://HOST:PORT/',
        '--out',
        out,
      ],
      { MY_SETTING: 'pass-word', NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    );
    expect(filesOf(loaded)).toEqual(['cli.ts', 'own-echo.ts']);
    expect(loaded.filter(([file]) => file === 'own-echo.ts')).toContainEqual(['own-echo.ts', 'engine*', 'pass-word']);
    expect(stderr).toMatch(
      /^! The server that --exec starts inherits variables .*: DEBUG, .*NODE_OPTIONS.* NODE_TLS_REJECT_UNAUTHORIZED/m,
    );
    const text = readFileSync(join(out, 'results.json'), 'utf8');
    expect(text).not.toMatch(/pass-word|engine\*|preload-/);
    const { environment } = parseResults(text, 'results');
    expect(environment.variables?.server).toEqual(expect.arrayContaining(['DEBUG', 'MY_SETTING', 'NODE_OPTIONS']));
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/The server that --exec starts inherits variables/);
  });

  test('refuses what cannot be passed on, before anything starts', async () => {
    const out = join(folder, 'refused');
    const keep = ['--keep-env', 'MISSING,WIREBENCH_TOKEN', '--keep-env', 'NODE_TLS_REJECT_UNAUTHORIZED'];
    const { code, stderr, loaded } = await withPreload(['run', ...SMALL, ...keep, '--out', out], {
      WIREBENCH_TOKEN: 's3cret-token',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/MISSING is not set/);
    expect(stderr).toMatch(/the token of WIREBENCH_TOKEN by themselves/);
    expect(stderr).toMatch(/accept every certificate/);
    expect(filesOf(loaded)).toEqual(['cli.ts']);
  });
});

describe('other commands that measure do the same', () => {
  test.each([
    ['wire', ['--transports', 'tcp', '--size', '16', '--link', 'loopback', '--out', join(folder, 'wire')], 'main.ts'],
    ['ceiling', ['--transports', 'tcp', '--clients', '1', '--duration', '0.1', '--trials', '1'], 'bare-tcp.ts'],
    ['micro', ['--transports', 'ws', '--seconds', '0.001'], 'process.ts'],
  ])('%s', async (command, flags, measured) => {
    const clean = await withPreload([command, ...flags, '--json']);
    expect(filesOf(clean.loaded)).toEqual(['cli.ts']);
    expect(clean.stderr).toMatch(/^Not passed on to the measured processes: DEBUG, .*NODE_OPTIONS/m);
    const kept = await withPreload([command, ...flags, '--json', '--keep-env', 'NODE_OPTIONS']);
    expect(filesOf(kept.loaded)).toContain(measured);
    const document = JSON.parse(kept.stdout);
    expect((document.environment ?? document).variables.kept).toMatchObject([{ name: 'NODE_OPTIONS' }]);
  });

  test.each(['aa', 'crosscheck', 'ceiling', 'micro', 'wire'])(
    '%s refuses what cannot be passed on',
    async (command) => {
      const { code, stderr } = await start([command, '--keep-env', 'NO_SUCH_VARIABLE']).ended;
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/NO_SUCH_VARIABLE is not set/) });
    },
  );
});

test('doctor names them, and compare shows the difference', async () => {
  const doctor = await start(['doctor', '--json'], { NODE_OPTIONS: '--no-warnings', DEBUG: 'x' }).ended;
  const found = JSON.parse(doctor.stdout).checks.find(({ name }: { name: string }) => name === 'variables');
  expect(found).toMatchObject({ state: 'note', observed: expect.stringMatching(/DEBUG.*NODE_OPTIONS/) });
  const [clean, kept] = [join(folder, 'clean'), join(folder, 'kept')].map((out) => join(out, 'results.json'));
  const compared = await start(['compare', clean!, kept!, '--json']).ended;
  const { differences } = JSON.parse(compared.stdout);
  expect(differences).toContainEqual({
    what: 'variables passed on (--keep-env)',
    base: 'none',
    new: expect.stringMatching(/^MY_SETTING, NODE_OPTIONS \(SHA-256 [\da-f]{8}…\)$/),
    of: 'settings',
  });
});
