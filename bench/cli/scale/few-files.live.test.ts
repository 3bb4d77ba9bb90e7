import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readResults } from '../../results/file.ts';
import { cli, endStarted, startProgram, until } from '../../testing/command.ts';
import { PATIENCE_MS } from '../../testing/patience.ts';
import { childrenOf, isRunning } from '../../testing/processes.ts';

/** A system on which a process may open few files: 500 sessions need four servers, as they do not spread evenly, and three load workers. */
const FILES = 300;
const SESSIONS = 500;
const [SERVERS, WORKERS] = [4, 3];

const folder = mkdtempSync(join(tmpdir(), 'wirebench-few-files-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

function run(transport: string, ...flags: readonly string[]) {
  const given = ['--transports', transport, '--scenarios', 'idle', '--clients', String(SESSIONS), '--trials', '1'];
  const line = [...given, '--link', 'loopback', '--yes', ...flags].join(' ');
  return startProgram('sh', ['-c', `ulimit -n ${FILES}; exec "${process.execPath}" "${cli}" run ${line}`]);
}

describe('where a process may open few files', () => {
  test('more sessions than that are held by several processes on both sides', {
    timeout: 3 * PATIENCE_MS,
  }, async () => {
    const out = join(folder, 'results');
    const { code, stderr } = await run('ws', '--duration', '0.2', '--out', out).ended;
    expect(stderr).toMatch(
      /3 load processes.*\n4 server processes on one port, because one may not open enough files: ws/,
    );
    const [one] = readResults(join(out, 'results.json')).cases;
    const [trial] = one?.trials ?? [];
    if (trial === undefined || trial.state === 'failed') return expect.fail(trial?.reasons.join() ?? stderr);
    const roles = trial.processes?.map(({ role }) => role);
    expect(roles).toEqual([...Array<string>(SERVERS).fill('server'), ...Array<string>(WORKERS).fill('generator')]);
    expect(trial.messages.errors).toEqual({});
    expect(trial.memory?.steps.at(-1)?.sessions).toBe(SESSIONS);
    expect(trial.opening?.sessions).toBe(SESSIONS);
    // Busy cores may spoil the trial, but nothing may be lost.
    expect([0, 13]).toContain(code);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('500 sessions');
  });

  test('a transport that cannot be spread is refused with the reason and the remedy', async () => {
    const { code, stderr } = await run('long-polling').ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /500 sessions of long-polling need 600 open files in the server.*only 300, and there can be only one server process: a session of long-polling uses several connections.*ulimit -Hn.*or use fewer --clients/,
    );
  });

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'nothing is left after %s',
    { timeout: 3 * PATIENCE_MS },
    async (signal) => {
      const started = run('ws', '--duration', '600', '--out', join(folder, signal));
      const all = () => childrenOf(started.child.pid);
      await until(() => all().length >= SERVERS + WORKERS || started.child.exitCode !== null);
      const processes = all();
      expect(processes.length).toBe(SERVERS + WORKERS);
      started.child.kill(signal);
      await started.ended;
      await until(() => !processes.some(isRunning));
    },
  );
});
