import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { afterAll, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { decode } from '../load/histogram.ts';
import { newRunId } from '../load/run-id.ts';
import type { MeasuredTrial } from '../results/schema.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { measureForeign, planTrial, singleTrial } from '../testing/single-trial.ts';
import { runTrial } from './trial.ts';

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

const LOAD = { clients: 4, rate: 200, size: 64, seconds: 0.5 };

/**
 * WebSocket server that broadcasts to those that `isFor` chooses.
 *
 * @param atOnce number of connections that are opened together: those of as many runs, so that all are there before any sends
 */
async function broadcastServer(isFor: (socket: WebSocket, sender: WebSocket) => boolean, atOnce = 1): Promise<string> {
  const waiting: ((accept: boolean) => void)[] = [];
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient(_, accept) {
      waiting.push(accept);
      if (waiting.length === atOnce) for (const one of waiting.splice(0)) one(true);
    },
  });
  closing.push(() => server.close());
  server.on('connection', (sender) =>
    sender.on('message', (data) => {
      for (const socket of server.clients) if (isFor(socket, sender)) socket.send(String(data));
    }),
  );
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function measure(
  transport: string,
  scenario: string,
  { runId = newRunId(), ...changes }: Partial<PlannedCase> & { runId?: string },
): Promise<MeasuredTrial> {
  const { trial } = await runTrial(planTrial(transport, scenario, { ...LOAD, ...changes }), singleTrial({ runId }));
  if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
  return trial;
}

/** Broken rules without those that a busy machine breaks. */
const brokenIn = ({ broken = [] }: MeasuredTrial): string[] =>
  broken.filter(({ rule }) => !['schedule-kept', 'generator-not-saturated'].includes(rule)).map(({ text }) => text);

test.concurrent('two runs at one broadcast server at once keep their figures', async () => {
  const load = { target: await broadcastServer(() => true, 2), seconds: 1.5 };
  const trials = await Promise.all([measure('ws', 'broadcast', load), measure('ws', 'broadcast', load)]);
  const messages = { expected: 1_200, delivered: 1_200, lost: 0, duplicated: 0, corrupt: 0, unexpected: 0 };
  for (const trial of trials) {
    expect(trial.messages).toMatchObject(messages);
    expect(trial.messages.foreign).toBeGreaterThan(0);
    expect(brokenIn(trial)).toEqual([expect.stringMatching(/^messages of another run arrived: \d+;/)]);
  }
});

test.concurrent('two runs at one broker have topics of their own', async () => {
  const broker = await Aedes.createBroker();
  const topics = new Set<string>();
  broker.on('publish', ({ topic }, client) => {
    if (client !== null) topics.add(topic);
  });
  const server = createServer(broker.handle).listen(0, '127.0.0.1');
  closing.push(() => {
    broker.close();
    server.close();
  });
  await once(server, 'listening');
  const target = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const trials = await Promise.all([
    measure('mqtt', 'broadcast', { target, runId: 'one-' }),
    measure('mqtt', 'broadcast', { target, runId: 'two_' }),
    measure('mqtt', 'echo', { target, runId: '3rd3' }),
  ]);
  for (const trial of trials) {
    expect(brokenIn(trial)).toEqual([]);
    expect(trial.messages).toMatchObject({ lost: 0, foreign: 0, duplicated: 0 });
  }
  expect([...topics].filter((topic) => topic.endsWith('/all')).toSorted()).toEqual([
    'wirebench/one-/all',
    'wirebench/two_/all',
  ]);
  expect([...topics].filter((topic) => !/^wirebench\/(one-\/all|two_\/all|3rd3\/[a-z2-7]{8})$/.test(topic))).toEqual(
    [],
  );
});

test.concurrent('a broadcast to all but the sender closes as one, and is named if taken for one to everyone', async () => {
  const target = await broadcastServer((socket, sender) => socket !== sender);
  const { scenario } = planTrial('ws', 'broadcast');
  const toOthers = await measure('ws', 'broadcast', { target, scenario: { ...scenario, reaches: 'others' } });
  expect(brokenIn(toOthers)).toEqual([]);
  expect(toOthers.messages).toMatchObject({ sent: 100, expected: 300, delivered: 300, lost: 0, unexpected: 0 });
  expect(decode(toOthers.latency.last ?? '').totalCount).toBe(100);
  const toAll = await measure('ws', 'broadcast', { target });
  expect(brokenIn(toAll)).toEqual([expect.stringMatching(/^100 of 400 deliveries lost; .* use --reaches others$/)]);
});

test.concurrent('a broadcast to everyone is named if taken for one to the others', async () => {
  const target = await broadcastServer(() => true);
  const { scenario } = planTrial('ws', 'broadcast');
  const trial = await measure('ws', 'broadcast', { target, scenario: { ...scenario, reaches: 'others' } });
  expect(trial.messages).toMatchObject({ expected: 300, delivered: 300, lost: 0, unexpected: 100 });
  expect(brokenIn(trial)).toEqual([
    '100 unexpected; 100 came back to their sender: if the server sends to everyone, leave --reaches others out',
  ]);
});

test.concurrent('a plan finds that a broadcast reaches all but the sender, while another run sends', async () => {
  const target = await broadcastServer((socket, sender) => socket !== sender);
  const scenario = { ...planTrial('ws', 'broadcast').scenario, reaches: 'others' } as const;
  const other = measure('ws', 'broadcast', { target, scenario, seconds: 3 });
  const settings = { scenarios: 'broadcast', clients: '3', rate: '100', duration: '0.5' };
  const [found] = await measureForeign(target, 'ws', settings);
  expect(found?.planned).toMatchObject({
    scenario: { reaches: 'others' },
    id: expect.stringContaining('/reaches=others'),
  });
  const { trial } = found ?? {};
  if (trial === undefined || trial.state === 'failed') throw new Error(trial?.reasons.join());
  expect(trial.messages).toMatchObject({ sent: 50, expected: 100, delivered: 100, lost: 0, corrupt: 0, unexpected: 0 });
  expect((await other).messages).toMatchObject({ expected: 1_800, delivered: 1_800, lost: 0, duplicated: 0 });
});
