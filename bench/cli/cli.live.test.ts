import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseResults } from '../results/file.ts';
import { resultsSchema } from '../results/schema.ts';
import { scenarios as registered } from '../scenarios/index.ts';
import { cli, type Ended, endStarted, start, until } from '../testing/command.ts';
import { wirebench } from '../testing/in-process.ts';
import { childrenOf, isRunning, type RunningProcess } from '../testing/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-test-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const SMALL = [
  '--clients',
  '5',
  '--rate',
  '200',
  '--size',
  '64',
  '--duration',
  '0.2',
  '--warmup',
  '0.1',
  '--trials',
  '1',
];

/** Runs the command as a process. */
const measured = (...args: string[]): Promise<Ended> => start(args).ended;

describe('run', () => {
  test('measures, writes results and report, and ends with the report’s path', async () => {
    const out = join(folder, 'plain');
    const { code, stdout, stderr } = await measured('run', '--transports', 'tcp,ws', ...SMALL, '--out', out);
    // A busy machine may make a trial invalid; nothing may be lost or fail.
    expect([0, 13]).toContain(code);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe(join(out, 'report.html'));
    const results = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
    expect(results).toMatchObject({ state: 'complete', plan: { profile: 'custom', trials: 1 } });
    expect(results.cases.map(({ transport, scenario }) => `${transport}/${scenario}`).toSorted()).toEqual([
      'tcp/broadcast',
      'tcp/echo',
      'ws/broadcast',
      'ws/echo',
    ]);
    expect(results.cases.every(({ effective }) => effective.tcpNoDelay === true)).toBe(true);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    // Without a terminal there is a line per trial and no escape code.
    expect(stderr).toMatch(/\[4\/4\] block 1\/1/);
    expect(stdout + stderr).not.toContain('\x1b');
    expect(readdirSync(out).toSorted()).toEqual(['report.html', 'results.json']);
  });

  test('--json prints the results document and nothing else', async () => {
    const out = join(folder, 'json');
    const { stdout } = await measured(
      'run',
      '--transports',
      'tcp',
      '--scenarios',
      'echo',
      ...SMALL,
      '--out',
      out,
      '--json',
    );
    expect(resultsSchema.parse(JSON.parse(stdout)).state).toBe('complete');
    expect(stdout).toBe(readFileSync(join(out, 'results.json'), 'utf8'));
  });

  test('report makes an identical page again', async () => {
    const again = join(folder, 'again.html');
    const { code, stdout } = await measured('report', join(folder, 'plain', 'results.json'), '--out', again);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(again);
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(join(folder, 'plain', 'report.html'), 'utf8'));
  });

  test('results that are already in the folder are renamed', async () => {
    const out = join(folder, 'json');
    const before = readFileSync(join(out, 'results.json'), 'utf8');
    await measured('run', '--transports', 'tcp', '--scenarios', 'echo', ...SMALL, '--out', out);
    expect(readFileSync(join(out, 'results.1.json'), 'utf8')).toBe(before);
    expect(readFileSync(join(out, 'results.json'), 'utf8')).not.toBe(before);
  });

  test('settings come from a file too; flags take precedence', async () => {
    const config = join(folder, 'bench.json');
    writeFileSync(
      config,
      JSON.stringify({
        transports: ['tcp'],
        scenarios: 'echo',
        clients: 3,
        rate: 100,
        duration: 0.1,
        warmup: 0,
        trials: 1,
      }),
    );
    const out = join(folder, 'config');
    const { stdout } = await measured('run', '--config', config, '--clients', '2', '--out', out, '--json');
    const { cases, plan } = parseResults(stdout, 'stdout');
    expect(cases.map(({ id }) => id)).toEqual(['tcp/echo/c2/r100/s128/text']);
    expect(plan).toMatchObject({ durationSeconds: 0.1, warmupSeconds: 0 });
  });

  test('bad input ends with exit code 2 and lists every problem before anything starts', async () => {
    const out = join(folder, 'never');
    const bad = [
      '--transports',
      'wss',
      '--scenarios',
      'eho',
      '--clients',
      '0',
      '--rate',
      '-1',
      '--size',
      '8',
      '--clinets',
      '5',
    ];
    const { code, stdout, stderr } = await wirebench(['run', ...bad, '--out', out]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    for (const part of ['"ws"', '"echo"', '--clients takes', '--rate takes', '--size takes', '"--clients"'])
      expect(stderr).toContain(part);
    expect(stderr.trimEnd().split('\n')).toHaveLength(6);
    expect(existsSync(out)).toBe(false);
  });

  test('a bad configuration file is named with its keys', async () => {
    const config = join(folder, 'bad.json');
    writeFileSync(config, '{"transport": "ws", "clients": "many"}');
    const { code, stderr } = await wirebench(['run', '--config', config]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/unknown key "transport", did you mean "transports"\?/);
    expect(stderr).toMatch(/clients in .*bad\.json takes whole numbers/);
    expect((await wirebench(['run', '--config', join(folder, 'none.json')])).code).toBe(2);
  });

  test.each(['/proc/wirebench', join(folder, 'bench.json'), join(folder, 'bench.json', 'below')])(
    'a folder that cannot be written to (%s) is refused before measuring',
    async (out) => {
      const { code, stderr } = await wirebench(['run', '--quick', '--out', out]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/cannot write to .*; name another folder with --out/);
    },
  );

  test('Ctrl-C keeps what was measured, marks the report and leaves no process', async () => {
    const out = join(folder, 'interrupted');
    const long = [...SMALL.slice(0, -2), '--trials', '50', '--keep-going'];
    const { child, said, ended } = start(['run', '--transports', 'tcp,ws', ...long, '--out', out]);
    await until(() => said.stderr.includes('[2/200]'));
    const family = await familyOf(child);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    const results = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
    expect(results.state).toBe('interrupted');
    expect(results.cases.flatMap(({ trials }) => trials).length).toBeGreaterThanOrEqual(2);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/interrupted/i);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(join(out, 'report.html'));
    expect(family.filter(isRunning)).toEqual([]);
  });

  test('children of a killed command end by themselves', async () => {
    const { child, said, ended } = start([
      'run',
      '--transports',
      'tcp',
      ...SMALL.slice(0, -2),
      '--trials',
      '50',
      '--keep-going',
      '--out',
      join(folder, 'killed'),
    ]);
    await until(() => said.stderr.includes('[1/100]'));
    const family = await familyOf(child);
    child.kill('SIGKILL');
    await ended;
    await until(() => !family.some(isRunning));
    // The file written after the trial before is complete.
    parseResults(readFileSync(join(folder, 'killed', 'results.json'), 'utf8'), 'results');
  });

  test('a server that dies fails its trial; the run continues and ends with 14', async () => {
    const out = join(folder, 'died');
    const args = [
      '--transports',
      'tcp,ws',
      '--scenarios',
      'echo',
      '--clients',
      '5',
      '--rate',
      '200',
      '--duration',
      '1',
      '--warmup',
      '0',
      '--trials',
      '1',
    ];
    const { child, ended } = start(['run', ...args, '--out', out]);
    const server = () => childrenOf(child.pid).find(({ command }) => command.includes('servers/main.ts'))?.pid;
    let pid: number | undefined;
    await until(() => {
      pid = server();
      return pid !== undefined;
    });
    process.kill(pid!, 'SIGKILL');
    expect((await ended).code).toBe(14);
    const results = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
    const trials = results.cases.flatMap((one) => one.trials);
    expect(results.state).toBe('complete');
    expect(trials).toHaveLength(2);
    expect(trials.filter(({ state }) => state === 'failed')).toMatchObject([
      { reasons: [expect.stringMatching(/SIGKILL/)] },
    ]);
  });
});

describe('the other commands', () => {
  test('list has everything, as text and as JSON', async () => {
    const { transports, scenarios } = JSON.parse((await wirebench(['list', '--json'])).stdout);
    expect(transports.map(({ id }: { id: string }) => id)).toContain('graphql');
    for (const one of transports)
      expect(one).toMatchObject({
        title: expect.any(String),
        capabilities: expect.any(Object),
        variants: expect.any(Array),
      });
    expect(scenarios.map(({ id }: { id: string }) => id)).toEqual(registered.map(({ id }) => id));
    const { code, stdout } = await wirebench(['list']);
    expect(code).toBe(0);
    for (const { id } of transports) expect(stdout).toContain(id);
  });

  test('serve serves until it is interrupted', async () => {
    const { child, said, ended } = start(['serve', 'tcp']);
    await until(() => said.stdout.includes('\n'));
    const { hostname, port } = new URL(said.stdout.trim());
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    const taken = await wirebench(['serve', 'ws', '--port', port]);
    expect(taken).toMatchObject({ code: 14, stdout: '' });
    expect(taken.stderr).toMatch(/port \d+ on 127\.0\.0\.1 is taken; name another with --port/);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  test('doctor prints its findings, as text and as JSON', async () => {
    const { code, stdout } = await wirebench(['doctor', '--json']);
    expect(code).toBe(0);
    const { checks } = JSON.parse(stdout);
    for (const one of checks)
      expect(one).toMatchObject({ name: expect.any(String), state: expect.stringMatching(/^(ok|note|unfit)$/) });
    expect((await measured('doctor')).stdout).toMatch(/^ [✓!✕] runtime/);
  });

  test.each([
    [[], /Usage: wirebench/],
    [['rnu'], /unknown command 'rnu'/],
    [['serve'], /missing argument <transport>/],
    [['serve', 'wss'], /unknown transport "wss", did you mean "ws"\?/],
    [['serve', 'ws', '--port', '70000'], /--port takes a whole number/],
    [['report'], /missing argument <results\.json>/],
    [['report', 'nowhere.json'], /cannot read nowhere\.json/],
    [['report', cli], /is not JSON/],
    [['list', '--jsn'], /unknown flag --jsn, did you mean "--json"/],
  ])('%j ends with exit code 2 and says why', async (args, message) => {
    const { code, stderr } = await wirebench(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('results of another major version are refused', async () => {
    const file = join(folder, 'future.json');
    writeFileSync(file, '{"schema": "wirebench/2"}');
    const { code, stderr } = await wirebench(['report', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has schema "wirebench\/2", this version reads wirebench\/1/);
  });

  test('help shows examples and exit codes', async () => {
    const { code, stdout } = await measured('run', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:/);
    expect(stdout).toMatch(/130 +interrupted/);
  });
});

/** Waits for processes to be there, because there are none between two trials. */
async function familyOf(child: ChildProcess): Promise<RunningProcess[]> {
  let family: RunningProcess[] = [];
  await until(() => {
    family = childrenOf(child.pid);
    return family.length > 1;
  });
  return family;
}
