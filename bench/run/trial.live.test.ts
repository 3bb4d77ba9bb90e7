import { expect, test, vi } from 'vitest';
import { decode } from '../load/histogram.ts';
import { SAMPLES_BEYOND } from '../results/rules.ts';
import type { LatencySummary, MeasuredTrial, Trial } from '../results/schema.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { PATIENT } from '../testing/patience.ts';
import { childrenOf } from '../testing/processes.ts';
import { planTrial, singleTrial } from '../testing/single-trial.ts';
import { subjects } from '../testing/subjects.ts';
import { capabilitiesOf } from '../transports/index.ts';
import { runTrial } from './trial.ts';

const LOAD = { clients: 10, rate: 500, size: 64, seconds: 0.4 };
const planned = (transport: string, scenario: string, changes: Partial<PlannedCase> = {}): PlannedCase =>
  planTrial(transport, scenario, { ...LOAD, ...changes });

const settings = singleTrial({ warmupSeconds: 0.2 });

function measured(trial: Trial): MeasuredTrial {
  if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
  return trial;
}

test.for(await subjects())(
  '$name: the accounting of an echo and of a broadcast closes to the message',
  async (found, { skip }) => {
    if (found.unavailable !== undefined) skip(found.unavailable);
    const { name } = found;
    const { reliable, ordered } = capabilitiesOf(found);
    const echo = measured((await runTrial(planned(name, 'echo'), settings)).trial);
    const broadcast = measured((await runTrial(planned(name, 'broadcast', { rate: 50 }), settings)).trial);
    const none = { unsent: 0, duplicated: 0, corrupt: 0, unexpected: 0, errors: {} };
    const kept = { ...none, ...(reliable ? { lost: 0 } : {}), ...(ordered ? { reordered: 0 } : {}) };
    expect(echo.messages).toMatchObject({ due: 200, sent: 200, expected: 200, ...kept });
    expect(broadcast.messages).toMatchObject({ due: 20, sent: 20, expected: 200, ...kept });
    for (const { messages, latency, wire, usage, processes = [] } of [echo, broadcast]) {
      for (const [name, summary] of Object.entries(latency.summary ?? {})) {
        const histogram = decode(latency[name as keyof LatencySummary] ?? '');
        const beyond = (share: number): boolean => histogram.totalCount * (1 - share) + 1e-6 >= SAMPLES_BEYOND;
        const at = (share: number): number | null =>
          beyond(share) ? histogram.getValueAtPercentile(share * 100) / 1e9 : null;
        expect(summary, name).toEqual({
          count: histogram.totalCount,
          p50: at(0.5),
          p90: at(0.9),
          p99: at(0.99),
          'p99.9': at(0.999),
          max: histogram.maxValue / 1e9,
        });
      }
      expect(Object.keys(latency.summary ?? {}).toSorted()).toEqual(
        Object.keys(latency)
          .filter((name) => name !== 'summary')
          .toSorted(),
      );
      const sumOf = (role: string, key: 'cpuSeconds' | 'rssBytes'): number =>
        processes.filter((one) => one.role === role).reduce((sum, one) => sum + one[key], 0);
      for (const side of ['server', 'generator'] as const) {
        expect(sumOf(side, 'cpuSeconds')).toBeCloseTo(usage[side].cpuSeconds, 9);
        expect(sumOf(side, 'rssBytes')).toBe(usage[side].rssBytes);
      }
      expect(messages.delivered + messages.lost).toBe(messages.expected);
      expect(decode(latency.response).totalCount).toBe(messages.delivered);
      expect(decode(latency.service).totalCount).toBe(messages.delivered);
      expect(decode(latency.lag).totalCount).toBe(messages.sent);
      expect(decode(latency.connect).totalCount).toBe(10);
      // A transport with a UDP port sends datagrams only.
      if (found.entry.port === undefined) expect(wire.setupDown).toBeGreaterThan(0);
      // Datagrams are not counted at the sockets.
      if (wire.datagrams) continue;
      // Every payload byte crossed a socket; compressed ones took at least six bits.
      expect(wire.up).toBeGreaterThan(messages.sent * 48);
      expect(wire.down).toBeGreaterThan(messages.delivered * 48);
    }
  },
);

test('bytes per message are exact: what is put around a message is what the protocols say', async () => {
  const down = async (id: string): Promise<number> => {
    const trial = measured((await runTrial(planned(id, 'broadcast', { rate: 50 }), settings)).trial);
    return trial.wire.down / trial.messages.delivered - 64;
  };
  // reference: length prefix; RFC 6455 §5.2; Engine.IO + `42["m",""]` + frame; PUBLISH with a topic of three characters.
  expect(await down('tcp')).toBe(4);
  expect(await down('ws')).toBe(2);
  expect(await down('socketio')).toBe(2 + '42["m",""]'.length);
  expect(await down('mqtt')).toBe(1 + 1 + 2 + 3);
});

test('three workers offer the same load as one, and lose nothing between them', async () => {
  const { trial } = await runTrial(planned('ws', 'broadcast', { rate: 50 }), { ...settings, workers: 3 });
  const { messages, usage, processes = [] } = measured(trial);
  expect(messages).toMatchObject({ due: 20, sent: 20, expected: 200, delivered: 200, lost: 0, duplicated: 0 });
  expect(usage.generator.workers).toBe(3);
  expect(processes.map(({ role }) => role)).toEqual(['server', 'generator', 'generator', 'generator']);
  expect(new Set(processes.map(({ host, runtime }) => `${host} ${runtime}`))).toEqual(
    new Set([`local node ${process.versions.node}`]),
  );
});

test('a server that is killed fails the trial with its reason, and leaves nothing', async () => {
  const running = runTrial(planned('ws', 'echo', { seconds: 20 }), settings);
  const server = await childRunning('servers/main.ts');
  process.kill(server, 'SIGKILL');
  const { trial } = await running;
  expect(trial.state).toBe('failed');
  expect(trial.reasons.join()).toMatch(/the server was ended by SIGKILL/);
  expect(children()).toEqual([]);
});

test('a load worker that is killed fails the trial too', async () => {
  const running = runTrial(planned('ws', 'echo', { seconds: 20 }), settings);
  process.kill(await childRunning('load/worker.ts'), 'SIGKILL');
  const { trial } = await running;
  expect(trial.state).toBe('failed');
  expect(trial.reasons.join()).toMatch(/a load worker was ended by SIGKILL/);
  expect(children()).toEqual([]);
});

test('a module that cannot be served fails the trial with what it said', async () => {
  const entry = { ...planned('ws', 'echo').entry, id: 'no-such-transport' };
  const { trial } = await runTrial(planned('ws', 'echo', { entry }), settings);
  expect(trial).toMatchObject({ state: 'failed', reasons: [expect.stringMatching(/no-such-transport/)] });
});

test('servers start over a network whose patience is no whole number of milliseconds', async () => {
  const { trial } = await runTrial(planned('sse', 'echo', { dimensions: { network: 'rtt=0.33ms' } }), settings);
  expect(trial).not.toMatchObject({ state: 'failed' });
});

test('aborting ends a trial and its processes', async () => {
  const controller = new AbortController();
  const reason = new Error('stop');
  const running = runTrial(planned('ws', 'echo', { seconds: 20 }), { ...settings, signal: controller.signal });
  await childRunning('load/worker.ts');
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(children()).toEqual([]);
});

const children = () => childrenOf(process.pid);

async function childRunning(file: string): Promise<number> {
  const found = await vi.waitUntil(() => children().find(({ command }) => command.includes(file)), PATIENT);
  return found.pid;
}
