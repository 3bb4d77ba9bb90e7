import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { encodeFrame, frameDecoder } from '../codec/frame.ts';
import { ECHO } from '../codec/header.ts';
import { decode } from '../load/histogram.ts';
import { Messages } from '../load/messages.ts';
import type { MeasuredTrial } from '../results/schema.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { planTrial, singleTrial } from '../testing/single-trial.ts';
import { runTrial } from './trial.ts';

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

/** Time that a slow server takes for each message of a session. */
const SLOW_MS = 20;
/** Load of more than a slow server delivers in its window and the drain together. */
const LOAD = { clients: 2, rate: 2_500, size: 64, seconds: 0.5 };
const PER_SESSION = (LOAD.rate * LOAD.seconds) / LOAD.clients;

/** Calls `handle` for one item after the other, each a while after the one before. */
function stopAndWait<Item>(handle: (item: Item) => void): (item: Item) => void {
  const waiting: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    const item = waiting.shift();
    timer = item === undefined ? undefined : setTimeout(next, SLOW_MS);
    if (item !== undefined) handle(item);
  };
  closing.push(() => clearTimeout(timer));
  return (item) => {
    waiting.push(item);
    if (timer === undefined) next();
  };
}

type Habit = (message: string, sender: WebSocket, all: ReadonlySet<WebSocket>) => void;

async function webSocketServer(habit: Habit): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  closing.push(() => server.close());
  server.on('connection', (socket) => socket.on('message', (data) => habit(String(data), socket, server.clients)));
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Echoes the messages of each session one at a time. */
function echoSlowly(): Habit {
  const queues = new WeakMap<WebSocket, (message: string) => void>();
  return (message, sender) => {
    const queue = queues.get(sender) ?? stopAndWait<string>((next) => sender.send(next));
    queues.set(sender, queue);
    queue(message);
  };
}

/** Server of frames over TCP that broadcasts one message at a time. */
async function tcpServer(): Promise<string> {
  const sockets = new Set<{ write(bytes: Buffer): void }>();
  const publish = stopAndWait<Buffer>((frame) => {
    for (const socket of sockets) socket.write(frame);
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.write(encodeFrame(''));
    const read = frameDecoder(
      1_000,
      (frame) => publish(encodeFrame(String(frame))),
      () => {},
    );
    socket.on('data', read).on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }).listen(0, '127.0.0.1');
  closing.push(() => server.close());
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function measure(transport: string, scenario: string, changes: Partial<PlannedCase>): Promise<MeasuredTrial> {
  const { trial } = await runTrial(planTrial(transport, scenario, { ...LOAD, ...changes }), singleTrial());
  if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
  return trial;
}

/** Broken rules without those that a busy machine breaks. */
const brokenIn = ({ broken = [] }: MeasuredTrial): string[] =>
  broken.filter(({ rule }) => !['schedule-kept', 'generator-not-saturated'].includes(rule)).map(({ text }) => text);

test.concurrent.each([
  { transport: 'ws', scenario: 'echo', receivers: 1, serve: () => webSocketServer(echoSlowly()) },
  { transport: 'tcp', scenario: 'broadcast', receivers: LOAD.clients, serve: tcpServer },
])('$transport that delivers one message at a time is overloaded by $scenario, and loses nothing', async (subject) => {
  const { transport, scenario, receivers, serve } = subject;
  const trial = await measure(transport, scenario, { target: await serve() });
  const { messages, overload, latency, timeline = [] } = trial;
  const { expected, delivered, lost, overdue } = messages;
  expect(brokenIn(trial)).toEqual([]);
  expect(delivered).toBeGreaterThan(100);
  expect(overdue).toBeGreaterThan(300);
  expect(overdue).toBe(lost);
  expect(delivered + lost).toBe(expected);
  // A slow server sends one message of each queue in each pause.
  expect(overload?.sustainedRate).toBeLessThanOrEqual((LOAD.clients * 1_000) / (SLOW_MS - 1));
  expect(overload?.sustainedRate).toBeGreaterThan(delivered / receivers / 7);
  expect(overload?.atLeast.count).toBe(expected);
  expect(decode(latency.response).totalCount).toBe(delivered);
  const bounds = decode(latency.overdue ?? '');
  expect(bounds.totalCount).toBe(overdue);
  // Missing messages were due in the window, and waited for until five seconds after its end.
  expect(bounds.minNonZeroValue / 1e9).toBeGreaterThanOrEqual(4.9);
  expect(bounds.maxValue / 1e9).toBeLessThanOrEqual(5.6);
  expect(overload?.atLeast.p99).toBeGreaterThan(4.9);
  expect(timeline.reduce((sum, slice) => sum + (slice.overdue ?? 0), 0)).toBe(overdue);
  expect(timeline.reduce((sum, slice) => sum + slice.delivered, 0)).toBe(delivered);
});

test.concurrent('what is missing of a session that fell silent is lost, whatever is queued for the others', async () => {
  const slowly = echoSlowly();
  let [first, count]: [WebSocket | undefined, number] = [undefined, 0];
  const url = await webSocketServer((message, sender, all) => {
    first ??= sender;
    if (sender === first && ++count > 20) return;
    slowly(message, sender, all);
  });
  const trial = await measure('ws', 'echo', { target: url });
  const { lost, overdue = 0 } = trial.messages;
  expect(overdue).toBeGreaterThan(150);
  expect(lost - overdue).toBe(PER_SESSION - 20);
  expect(brokenIn(trial)).toEqual([expect.stringMatching(/^605 of 1250 deliveries lost, and \d+ were still queued/)]);
});

test.concurrent('a gap before the last arrival is lost, while messages of another run arrive in between', async () => {
  const other = new Messages({ seed: 1, size: 100, encoding: 'text', opcode: ECHO, senders: 9, run: 'zzzz' });
  const slowly = echoSlowly();
  let count = 0;
  const url = await webSocketServer((message, sender, all) => {
    count++;
    if (count === 10 || count === 20) return;
    if (count % 5 === 0 && count <= 100) sender.send(String(other.build(count % 9, count)));
    slowly(message, sender, all);
  });
  const trial = await measure('ws', 'echo', { target: url });
  const { lost, overdue = 0, foreign, corrupt, unexpected, duplicated } = trial.messages;
  expect({ lost: lost - overdue, foreign, corrupt, unexpected, duplicated }).toEqual({
    lost: 2,
    foreign: 18,
    corrupt: 0,
    unexpected: 0,
    duplicated: 0,
  });
  expect(brokenIn(trial)).toEqual([
    expect.stringContaining('2 of 1250 deliveries lost'),
    expect.stringContaining('messages of another run arrived: 18'),
  ]);
});
