import { expect, test, vi } from 'vitest';
import type { PlannedCase } from '../scenarios/shape.ts';
import { PATIENT } from '../testing/patience.ts';
import { childrenOf } from '../testing/processes.ts';
import { planTrial, singleTrial } from '../testing/single-trial.ts';
import { onlyTransport, subjects } from '../testing/subjects.ts';
import { ACCOUNTED_CLIENTS, accountsOtherwise, expectAccounts, measured } from '../testing/trials/accounting.ts';
import { runTrial } from './trial.ts';

const LOAD = { clients: ACCOUNTED_CLIENTS, rate: 500, size: 64, seconds: 0.4 };
const planned = (transport: string, scenario: string, changes: Partial<PlannedCase> = {}): PlannedCase =>
  planTrial(transport, scenario, { ...LOAD, ...changes });

const settings = singleTrial({ warmupSeconds: 0.2 });

/** Transports, and variants of which something else is expected; the soak has them all. */
const accounted = (await subjects()).filter(
  (found) => onlyTransport !== undefined || found.variant === null || accountsOtherwise(found),
);

test.for(accounted)(
  '$name: the accounting of an echo and of a broadcast closes to the message',
  async (found, { skip }) => {
    if (found.unavailable !== undefined) skip(found.unavailable);
    const echo = measured((await runTrial(planned(found.name, 'echo'), settings)).trial);
    const broadcast = measured((await runTrial(planned(found.name, 'broadcast', { rate: 50 }), settings)).trial);
    expectAccounts(found, echo, { due: 200, expected: 200 });
    expectAccounts(found, broadcast, { due: 20, expected: 200 });
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
