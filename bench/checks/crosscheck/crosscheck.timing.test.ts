import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { textOf } from '../../run/limits.ts';
import { commandOf } from '../../run/process-tree.ts';
import { until } from '../../testing/command.ts';
import { allChildrenOf } from '../../testing/processes.ts';
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

// Requests are counted here, not timed: several comparisons run at once.
describe.concurrent('under one load', () => {
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
    const before = children();
    const interruption = new AbortController();
    const checking = underFreeze(entry, OPTIONS, around(interruption.signal), () => {});
    const refused = expect(checking).rejects.toThrow('enough');
    await until(() => children().some(isStopped));
    const during = children().filter((pid) => !before.includes(pid));
    expect(during.length).toBeGreaterThanOrEqual(3);
    interruption.abort(new Error('enough'));
    await refused;
    expect(during.filter(isRunning)).toEqual([]);
  });

  test('a server that dies is the reason given', async () => {
    const before = children();
    const checking = compare(entry, { ...OPTIONS, durationSeconds: 60 }, around(), () => {});
    const refused = expect(checking).rejects.toThrow('the server was ended by SIGKILL');
    await until(() => children().some((pid) => commandOf(pid).includes('load/worker.ts')));
    const during = children().filter((pid) => !before.includes(pid));
    process.kill(during.find((pid) => commandOf(pid).includes('servers/main.ts'))!, 'SIGKILL');
    await refused;
    expect(during.filter(isRunning)).toEqual([]);
  });
});

const children = (): number[] => allChildrenOf(process.pid).map(({ pid }) => pid);
const isStopped = (pid: number): boolean => /^State:\tT/m.test(textOf(`/proc/${pid}/status`) ?? '');
const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`);
