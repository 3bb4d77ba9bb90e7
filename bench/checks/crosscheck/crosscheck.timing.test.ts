import { existsSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { endStarted, start, until } from '../../testing/command.ts';
import { wirebench } from '../../testing/in-process.ts';
import { readOrNothing } from '../../testing/processes.ts';
import { needs } from '../../testing/unavailable.ts';
import { findTransport } from '../../transports/index.ts';
import { type CrosscheckOptions, compare, httpTransports, underFreeze } from './crosscheck.ts';
import { analyticTruth } from './freeze.ts';

const OPTIONS: CrosscheckOptions = {
  rate: 200,
  connections: 10,
  durationSeconds: 0.5,
  size: 64,
  freezeSeconds: 0.7,
  frozenLoad: { rate: 50, connections: 5, seconds: 3 },
};
const { entry } = findTransport('sse')!;
const around = (signal = new AbortController().signal) => ({ pinning: undefined, signal });

describe('under one load', () => {
  test.each(httpTransports.map((one) => [one.id, one] as const))(
    '%s: both generators send and complete what was offered',
    async (id, one) => {
      const { transport, readings } = await compare(one, OPTIONS, around(), () => {});
      expect(transport).toBe(id);
      expect(readings.map(({ tool }) => tool)).toEqual(['wirebench, from due', 'wirebench, from sent', 'autocannon']);
      for (const reading of readings) {
        expect(reading).toMatchObject({ due: 100, sent: 100, completed: 100, samples: 100 });
        const { p50, p90, p99, max } = reading.latencySeconds;
        expect([p50, p90, p99, max]).toEqual([p50, p90, p99, max].toSorted((a, b) => a - b));
        expect(p50).toBeGreaterThan(0);
        expect(reading.cpuSecondsPerRequest).toBeGreaterThan(0);
      }
    },
  );

  test('transports without requests upstream are left out', () => {
    expect(httpTransports.map(({ id }) => id)).toEqual(expect.arrayContaining(['sse', 'long-polling']));
    expect(httpTransports.map(({ id }) => id)).not.toContain('ws');
  });
});

describe('while the server stands still', async () => {
  await needs('processTable');

  test('every message that was due meanwhile shows it, and what autocannon adds is counted', async () => {
    const { truth, readings } = await underFreeze(entry, OPTIONS, around(), () => {});
    const { rate, seconds } = OPTIONS.frozenLoad;
    expect(truth).toEqual(analyticTruth(0.7, 3));
    const [ours, corrected, uncorrected] = readings;
    for (const reading of readings) {
      expect(reading).toMatchObject({ due: 150, sent: 150, completed: 150 });
      expect(reading.frozenSeconds).toBeGreaterThanOrEqual(0.69);
    }
    // The stopped server answers nothing: a slow machine can make these times longer, never shorter.
    const min = analyticTruth(ours!.frozenSeconds, seconds);
    expect(ours!.samples).toBe(150);
    for (const name of ['p90', 'p99'] as const) {
      expect(ours!.latencySeconds[name]).toBeGreaterThan(min[name] - 2 / rate);
    }
    expect(uncorrected!.samples).toBe(150);
    // A burst on five connections waited during the freeze: the correction adds a sample for every millisecond of it.
    expect(corrected!.samples).toBeGreaterThan(250);
  });

  test('an interruption during the freeze leaves no process, stopped or not', async () => {
    const before = childrenOf(process.pid);
    const interruption = new AbortController();
    const checking = underFreeze(entry, OPTIONS, around(interruption.signal), () => {});
    const refused = expect(checking).rejects.toThrow('enough');
    await until(() => childrenOf(process.pid).some(isStopped), 30);
    const during = childrenOf(process.pid).filter((pid) => !before.includes(pid));
    expect(during.length).toBeGreaterThanOrEqual(3);
    interruption.abort(new Error('enough'));
    await refused;
    expect(during.filter(isRunning)).toEqual([]);
  });

  test('a server that dies is the reason given', async () => {
    const before = childrenOf(process.pid);
    const checking = compare(entry, { ...OPTIONS, durationSeconds: 60 }, around(), () => {});
    const refused = expect(checking).rejects.toThrow('the server was ended by SIGKILL');
    await until(() => childrenOf(process.pid).some((pid) => commandOf(pid).includes('load/worker.ts')));
    const during = childrenOf(process.pid).filter((pid) => !before.includes(pid));
    process.kill(during.find((pid) => commandOf(pid).includes('servers/main.ts'))!, 'SIGKILL');
    await refused;
    expect(during.filter(isRunning)).toEqual([]);
  });
});

describe('the commands', () => {
  afterAll(endStarted);

  test('crosscheck says how long it takes, and prints one document where asked', async () => {
    const small = ['--rate', '100', '--connections', '5', '--duration', '0.2', '--freeze', '0', '--json'];
    const { code, stdout, stderr } = await start(['crosscheck', ...small]).ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/about \d+ s\.$/m);
    const { options, comparisons, freeze } = JSON.parse(stdout);
    expect(options).toMatchObject({ rate: 100, connections: 5, durationSeconds: 0.2, size: 64 });
    expect(comparisons.map((one: { transport: string }) => one.transport)).toEqual(httpTransports.map(({ id }) => id));
    expect(freeze).toBeNull();
  });

  test('ceiling measures each transport, and beside a bare loop where there is one', async () => {
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
    const bare = (name: string, target: number) => ({ name, target, readings: [one] });
    expect(rows).toEqual([
      { transport: 'tcp', exchange: 'echo', ours: [one], bare: bare('bare-tcp', 1.1) },
      { transport: 'ws', exchange: 'echo', ours: [one], bare: bare('bare-ws', 1.3) },
      { transport: 'sse', exchange: 'echo', ours: [one], bare: null },
      // The client of this transport must be given a setting.
      { transport: 'short-polling', exchange: 'echo', ours: [one], bare: null },
      { transport: 'sse', exchange: 'plain request', ours: [one], bare: bare('autocannon', 1.3) },
      { transport: 'short-polling', exchange: 'plain request', ours: [one], bare: bare('autocannon', 1.3) },
    ]);
  });

  test.each(['crosscheck', 'ceiling'])('Ctrl-C ends %s at once and leaves no process', async (command) => {
    const { child, ended } = start([command]);
    let family: number[] = [];
    await until(() => {
      family = childrenOf(child.pid!);
      return family.some((pid) => commandOf(pid).includes('load/worker.ts'));
    });
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(family.filter(isRunning)).toEqual([]);
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
});

/** Process ids of all child processes, read from /proc. */
function childrenOf(pid: number): number[] {
  return readOrNothing(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

const commandOf = (pid: number): string => readOrNothing(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
const isStopped = (pid: number): boolean => /^State:\tT/m.test(readOrNothing(`/proc/${pid}/status`));
const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`);
