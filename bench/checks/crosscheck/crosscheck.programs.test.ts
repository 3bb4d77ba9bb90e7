import { existsSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { endStarted, start, until } from '../../testing/command.ts';
import { wirebench } from '../../testing/in-process.ts';
import { allChildrenOf, type RunningProcess } from '../../testing/processes.ts';
import { needs } from '../../testing/unavailable.ts';
import type { Target } from './ceiling.ts';
import { httpTransports } from './crosscheck.ts';

await needs('processTable');
afterAll(endStarted);

/** Time for a dozen short trials, each with its processes, beside other tests. */
const TRIALS_MS = 180_000;

test('crosscheck says how long it takes, and prints one document where asked', { timeout: TRIALS_MS }, async () => {
  const small = ['--rate', '100', '--connections', '5', '--duration', '0.2', '--freeze', '0', '--json'];
  const { code, stdout, stderr } = await start(['crosscheck', ...small]).ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/about \d+ s\.$/m);
  const { options, comparisons, freeze } = JSON.parse(stdout);
  expect(options).toMatchObject({ rate: 100, connections: 5, durationSeconds: 0.2, size: 64 });
  expect(comparisons.map((one: { transport: string }) => one.transport)).toEqual(httpTransports.map(({ id }) => id));
  expect(freeze).toBeNull();
});

test('ceiling measures each transport, and beside a bare loop where there is one', { timeout: TRIALS_MS }, async () => {
  const small = [
    '--transports',
    'tcp,ws,sse,short-polling',
    '--clients',
    '5',
    '--duration',
    '0.2',
    '--trials',
    '1',
    '--json',
  ];
  const { code, stdout } = await start(['ceiling', ...small]).ended;
  expect(code).toBe(0);
  const { rows, loop } = JSON.parse(stdout);
  expect(loop).toBe('closed');
  expect(rows).toHaveLength(6);
  const one = { cpuSecondsPerMessage: expect.any(Number), messagesPerSecond: expect.any(Number) };
  const bare = (name: string, target: Target) => ({ name, target, readings: [one] });
  expect(rows).toEqual([
    { transport: 'tcp', exchange: 'echo', ours: [one], bare: bare('bare-tcp', { beyondSeconds: 1.5e-6 }) },
    { transport: 'ws', exchange: 'echo', ours: [one], bare: bare('bare-ws', { beyondSeconds: 1.5e-6 }) },
    { transport: 'sse', exchange: 'echo', ours: [one], bare: null },
    // The client of this transport must be given a setting.
    { transport: 'short-polling', exchange: 'echo', ours: [one], bare: null },
    { transport: 'sse', exchange: 'plain request', ours: [one], bare: bare('autocannon', { ratio: 1.3 }) },
    { transport: 'short-polling', exchange: 'plain request', ours: [one], bare: bare('autocannon', { ratio: 1.3 }) },
  ]);
});

test.each(['crosscheck', 'ceiling'])('Ctrl-C ends %s at once and leaves no process', async (command) => {
  const { child, ended } = start([command]);
  let family: readonly RunningProcess[] = [];
  await until(() => {
    family = allChildrenOf(child.pid);
    return family.some(({ command }) => command.includes('load/worker.ts'));
  });
  child.kill('SIGINT');
  const { code, stdout } = await ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(family.filter(({ pid }) => existsSync(`/proc/${pid}`))).toEqual([]);
});

test.each([
  [['crosscheck', '--rate', 'x', '--freeze', '-1'], /--rate takes a whole number.*\n.*--freeze takes a number/],
  [['crosscheck', '--rate', '10'], /--rate must be at least --connections/],
  [['crosscheck', '--rate', '50', '--duration', '0.5'], /--rate × --duration must be at least --connections/],
  [['ceiling', '--trials', '1.5'], /--trials takes a whole number from 1/],
  [['ceiling', '--transports', 'wss'], /unknown transport "wss", did you mean "ws"/],
])('%j ends with exit code 2 and says why', async (args, message) => {
  const { code, stderr } = await wirebench(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
