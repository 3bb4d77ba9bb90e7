import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { makeResults, SEVEN, type TransportSpec } from '../../reports/testing/fixtures.ts';
import { cli, type Ended, endStarted, start, startProgram, until } from '../testing/command.ts';
import { wirebench } from '../testing/in-process.ts';
import { EXIT } from './exit.ts';

/** Produces every exit code by a real cause, in a process of its own. */
const folder = mkdtempSync(join(tmpdir(), 'wirebench-exit-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const ndjson = pathToFileURL(fileURLToPath(new URL('../../examples/transport/ndjson.ts', import.meta.url))).href;

/** Makes a plugin whose transport is faulty. */
function plugin(name: string, source: string): string {
  const path = join(folder, `${name}.ts`);
  const entry = `export const transport = { ...example, id: '${name}' };\n`;
  writeFileSync(path, `import { transport as example, listen as serve } from '${ndjson}';\n${entry}${source}`);
  return path;
}
const reexport = (what: string): string => `export { ${what} } from '${ndjson}';\n`;

const dies = plugin(
  'dies',
  `${reexport('connect')}export const listen = () => { throw new Error('no such pipe'); };\n`,
);
/** Code of a server that drops every third message. */
const loses = plugin(
  'loses',
  `${reexport('connect')}let count = 0;
   export const listen = (application, settings) =>
     serve((message, reply, broadcast) => { if (++count % 3 > 0) application(message, reply, broadcast); }, settings);\n`,
);
/** Environment in which the command throws this error, as a fault of our own would. */
function faulty(name: string, error: string): Record<string, string> {
  const path = join(folder, `${name}.mjs`);
  const atOnce = `setTimeout(() => { throw ${error}; }, 0);`;
  writeFileSync(path, `if (process.argv[1]?.endsWith('cli.ts')) ${atOnce}\n`);
  return { NODE_OPTIONS: `--import ${pathToFileURL(path).href}` };
}
const throws = faulty('throws', "new Error('nobody expects this')");
const opensTooMuch = faulty('opens', "Object.assign(new Error('socket EMFILE'), { code: 'EMFILE' })");

const QUIET: Record<string, TransportSpec> = { ws: { p50Ms: 1, noise: 0.004 }, sse: { p50Ms: 2, noise: 0.004 } };
function results(name: string, transports: Record<string, TransportSpec>, seed: number, trials = 7): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ ...makeResults({ transports, trials, seed }), id: name }));
  return path;
}
const base = results('base', QUIET, 1);
const slow = results('slow', { ...QUIET, ws: { p50Ms: 1.3, noise: 0.004 } }, 2);
const slower = results('slower', { ...QUIET, ws: { p50Ms: 4, noise: 0.004 } }, 5);
const restless = results('restless', { ws: { p50Ms: 1, noise: 0.1 }, sse: { p50Ms: 2, noise: 0.1 } }, 3);
const quick = results('quick', SEVEN, 4, 1);

const load = ({ rate = 100, trials = 1, clients = 4, seconds = 0.3 } = {}): string[] => [
  ...[
    '--scenarios',
    'echo',
    '--clients',
    `${clients}`,
    '--rate',
    `${rate}`,
    '--size',
    '64',
    '--duration',
    `${seconds}`,
  ],
  ...['--warmup', '0', '--trials', `${trials}`, '--link', 'loopback'],
];
/** Flags of a run that opens sessions, which has no schedule that a busy machine could miss. */
const CONNECT = ['--scenarios', 'connect', '--clients', '4', '--trials', '1', '--link', 'loopback'];
const MISSED = ['--threshold', 'tcp.connect.sessionRate>100000000/s'];
/** Number of sessions that is too low for a p99. */
const UNTESTABLE = ['--threshold', 'tcp.connect.connectP99<1s'];
let runs = 0;
const run = (...args: string[]): string[] => ['run', ...args, '--out', join(folder, `run-${++runs}`)];
const own = (file: string, name: string): string[] => ['--plugin', file, '--transports', name];

type Row = readonly [code: keyof typeof EXIT, what: string, args: readonly string[], says: RegExp];

const ROWS: readonly Row[] = [
  ['done', 'a comparison that finds nothing', ['compare', base, base], /No regression was shown/],
  ['done', 'a run whose trials are valid', run('--transports', 'tcp', ...CONNECT), /\nValid|Quick look/],
  ['usage', 'a transport that there is not', run('--transports', 'wss'), /"wss", did you mean "ws"\?/],
  [
    'threshold',
    'a threshold missed',
    run('--transports', 'tcp', ...CONNECT, ...MISSED),
    /missed {2}tcp\.connect\.sessionRate/,
  ],
  ['regression', 'a run that is slower', ['compare', base, slow], /Regression: ws/],
  [
    'inconclusive',
    'an open answer where none may be',
    ['compare', base, restless, '--fail-on', 'inconclusive'],
    /inconclusive:\s/,
  ],
  [
    'invalid',
    'a load that no generator keeps up with',
    run('--transports', 'tcp', ...load({ rate: 1_000_000, clients: 2, seconds: 0.1 })),
    /trial invalid: schedule kept|Warning: .*invalid/,
  ],
  ['invalid', 'runs that cannot be judged', ['compare', quick, quick], /No answer/],
  ['failed', 'a server that does not start', run(...own(dies, 'dies'), ...load()), /failed {2}.*no such pipe/],
  ['failed', 'a transport that loses messages', run(...own(loses, 'loses'), ...load()), /lost/],
];
/** Codes with tests of their own. */
const OTHERS: readonly Row[0][] = ['unfit', 'interrupted', 'internal'];

describe('a command ends with', () => {
  test.each(ROWS)('%s: %s', async (name, _, args, says) => {
    const { code, stdout, stderr } = await start(args).ended;
    expect(stdout + stderr).toMatch(says);
    expect(code).toBe(EXIT[name]);
    // Every failure has a message.
    expect(stdout + stderr).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  });

  test('internal: an error that nobody caught', async () => {
    const { code, stdout, stderr } = await start(['serve', 'tcp'], throws).ended;
    expect(stderr).toMatch(/^internal error: nobody/m);
    expect(code).toBe(EXIT.internal);
    expect(stdout + stderr).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  });

  test('unfit: a process may not open the files that a default run needs', async () => {
    const strict = `ulimit -n 200; exec "${process.execPath}" "${cli}" doctor --strict`;
    const { code, stdout } = await startProgram('sh', ['-c', strict]).ended;
    expect(stdout).toMatch(/✕ open files +200 \(hard limit 200\)\n +→ /);
    expect(stdout).toMatch(/\nThis machine is not fit to measure on: .*open files/);
    expect(code).toBe(EXIT.unfit);
  });

  test('interrupted: Ctrl-C after a transport has failed', async () => {
    const args = run(...own(dies, 'dies,tcp'), ...load({ trials: 50 }), '--keep-going');
    const { child, said, ended } = start(args);
    await until(() => /\[\d+\/100\].*dies.*failed[\s\S]*tcp/.test(said.stderr));
    child.kill('SIGINT');
    expect((await ended).code).toBe(EXIT.interrupted);
  });

  test('every code has a row', () => {
    expect(new Set([...ROWS.map(([name]) => name), ...OTHERS])).toEqual(new Set(Object.keys(EXIT)));
  });
});

describe('if several codes apply', () => {
  test.each<readonly [keyof typeof EXIT, string, readonly string[]]>([
    ['failed', 'a failure before thresholds', run(...own(dies, 'dies,tcp'), ...CONNECT, ...MISSED, ...UNTESTABLE)],
    [
      'invalid',
      'what could not be tested before a missed threshold',
      run('--transports', 'tcp', ...CONNECT, ...MISSED, ...UNTESTABLE),
    ],
    ['regression', 'a regression before an open answer', ['compare', restless, slower, '--fail-on', 'inconclusive']],
    ['usage', 'a command that cannot be read before all that it would find', ['compare', base, slow, '--fail-on', 'x']],
  ])('%s: %s', async (name, _, args) => {
    expect((await start(args).ended).code).toBe(EXIT[name]);
  });
});

describe('errors say what failed, why and what to try', () => {
  const said = async (args: readonly string[], environment = {}): Promise<Ended> => start(args, environment).ended;
  const told = async (...args: string[]): Promise<Ended> => wirebench(args);

  test('the stack is shown only with --verbose', async () => {
    const { code, stderr } = await said(['serve', 'tcp', '--verbose'], throws);
    expect(code).toBe(EXIT.internal);
    expect(stderr).toMatch(/^internal error: nobody expects this$/m);
    expect(stderr).toMatch(/^ +at .*throws\.mjs:\d+:\d+\)?$/m);
  });

  test('too many open files', async () => {
    const { code, stderr } = await said(['serve', 'tcp'], opensTooMuch);
    expect(code).toBe(EXIT.internal);
    expect(stderr).toMatch(
      /^internal error: socket EMFILE\n→ too many open files \(this process may open \d+\): raise/m,
    );
  });

  test.each<readonly [string, readonly string[], RegExp]>([
    ['a flag', ['list', '--jsn'], /unknown flag --jsn, did you mean "--json"\?/],
    ['a flag of run', ['run', '--trasports', 'ws'], /unknown flag --trasports, did you mean "--transports"\?/],
    ['a flag of every command', ['run', '--verbos'], /unknown flag --verbos, did you mean "--verbose"\?/],
    ['a command', ['dctor'], /unknown command 'dctor'\n\(Did you mean doctor\?\)/],
    ['a transport', ['serve', 'sokcetio'], /unknown transport "sokcetio", did you mean "socketio"\?/],
    ['a variant', ['run', '--transports', 'ws:deflat'], /"ws:deflat", did you mean "ws:deflate"\?/],
    ['a colour', ['list', '--color', 'no'], /Allowed choices are auto, always, never/],
  ])('an error suggests the nearest name: %s', async (_, args, says) => {
    const { code, stdout, stderr } = await told(...args);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    expect(stderr).toMatch(says);
  });

  test('a bare command shows three examples', async () => {
    const { code, stdout, stderr } = await told();
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    expect(
      stderr
        .split('Examples:')[1]
        ?.split('Exit codes:')[0]
        ?.match(/npm run/g),
    ).toHaveLength(3);
  });

  test('a missing native module makes only its transport unavailable', async () => {
    const without =
      "import { registerHooks } from 'node:module';" +
      "registerHooks({ resolve(name, context, next) { if (name === 'node-datachannel') " +
      "throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }); return next(name, context); } });";
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(without)}` };
    const listed = await start(['list'], environment).ended;
    expect(listed.code).toBe(EXIT.done);
    expect(listed.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Unavailable here .*webrtc node-datachannel cannot be loaded: Cannot find package; run `npm ci`/,
    );
    const asked = await start(['run', '--transports', 'webrtc'], environment).ended;
    expect(asked.code).toBe(EXIT.usage);
    expect(asked.stderr).toMatch(/webrtc is unavailable here: node-datachannel cannot be loaded: .*; leave it out of/);
  });
});
