import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { encodeFrame } from '../bench/codec/frame.ts';
import { MemoryLog } from '../bench/codec/replay-log.ts';
import type { Listener, ServerModule } from '../bench/contract.ts';
import { usualLimits } from '../bench/limits.ts';
import { Kit, within } from '../bench/testing/kit.ts';
import * as httpStream from './http-stream.ts';
import * as longPolling from './long-polling.ts';
import * as sse from './sse.ts';
import * as tcp from './tcp.ts';
import * as ws from './ws.ts';

let kit: Kit;
beforeEach(() => {
  kit = new Kit();
});
afterEach(() => kit[Symbol.asyncDispose]());

function logOf(...messages: readonly string[]): MemoryLog {
  const log = new MemoryLog('qhzkwmda');
  for (const message of messages) log.append(message);
  return log;
}

/** Appends a message and broadcasts it. */
async function publish(log: MemoryLog, listener: Listener, text: string): Promise<void> {
  const { id, message } = log.append(text);
  await listener.broadcast(message, id);
}

const portOf = ({ url }: Listener): number => Number(new URL(url).port);

async function dial(listener: Listener): Promise<Socket> {
  const socket = connect(portOf(listener), '127.0.0.1');
  kit.defer(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Reads until a text has arrived, and returns everything. */
async function readUntil(stream: Socket | IncomingMessage, end: string): Promise<string> {
  let text = '';
  const whole = new Promise<void>((resolve) => {
    const add = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (!text.includes(end)) return;
      stream.off('data', add);
      resolve();
    };
    stream.on('data', add);
  });
  await within(whole, () => `${JSON.stringify(end)} to arrive after ${JSON.stringify(text)}`);
  return text;
}

/** Sends a request. Resolves with the answer, whose body is not read yet. */
function ask(listener: Listener, path: string, more: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(`${listener.url}${path}`, more, resolve);
    kit.defer(() => asked.destroy());
    asked.once('error', reject);
    asked.end();
  });
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += chunk;
  return text;
}

describe('events', () => {
  test('have ids and name the place of a new session, where there is a log', async () => {
    const log = logOf('before');
    const listener = await kit.listen(sse, { log });
    const answer = await ask(listener, '/events');
    const arriving = readUntil(answer, 'news\n\n');
    await publish(log, listener, 'news');
    expect(await arriving).toMatch(/^id: qhzkwmda-0\nevent: session\ndata: [\w-]+\n\nid: qhzkwmda-1\ndata: news\n\n$/);
  });

  test('are as they were, where there is none', async () => {
    const listener = await kit.listen(sse);
    const answer = await ask(listener, '/events', { headers: { 'last-event-id': 'qhzkwmda-0' } });
    const arriving = readUntil(answer, 'news\n\n');
    await listener.broadcast('news');
    expect(await arriving).toMatch(/^event: session\ndata: [\w-]+\n\ndata: news\n\n$/);
  });

  test.each([
    ['the header', '/events', 'qhzkwmda-1'],
    ['the query', '/events?lastEventId=qhzkwmda-1', undefined],
    ['the header rather than the query, which is older', '/events?lastEventId=qhzkwmda-0', 'qhzkwmda-1'],
    ['the query rather than an empty header', '/events?lastEventId=qhzkwmda-1', ''],
  ])('resume from %s', async (_, path, header) => {
    const listener = await kit.listen(sse, { log: logOf('a', 'b', 'c') });
    const headers = header === undefined ? {} : { 'last-event-id': header };
    const text = await readUntil(await ask(listener, path, { headers }), 'data: c\n\n');
    // The greeting has no id: until the rest has arrived, the session's place is the one that it brought.
    expect(text).toMatch(/^event: session\ndata: [\w-]+\n\nid: qhzkwmda-2\ndata: c\n\n$/);
  });
});

describe('cursors', () => {
  const open = async (listener: Listener, query = ''): Promise<{ session: string; cursor?: unknown }> =>
    JSON.parse(await bodyOf(await ask(listener, `/sessions${query}`, { method: 'POST' })));
  const poll = async (listener: Listener, session: string, cursor: unknown): Promise<unknown> =>
    JSON.parse(await bodyOf(await ask(listener, `/messages/${session}?cursor=${cursor}`)));

  test('are numbers where there is no log', async () => {
    const listener = await kit.listen(longPolling);
    const opened = await open(listener, '?cursor=qhzkwmda-0.1');
    expect(Object.keys(opened)).toEqual(['session']);
    await listener.broadcast('news');
    expect(await poll(listener, opened.session, 0)).toEqual({ cursor: 1, messages: ['news'] });
  });

  test('have the place in the log, from the first one on', async () => {
    const log = logOf('before');
    const listener = await kit.listen(longPolling, { log });
    const { session, cursor } = await open(listener);
    expect(cursor).toBe('qhzkwmda-0.0');
    await publish(log, listener, 'news');
    expect(await poll(listener, session, cursor)).toEqual({ cursor: 'qhzkwmda-1.1', messages: ['news'] });
    // An answer that was lost is given again.
    expect(await poll(listener, session, cursor)).toEqual({ cursor: 'qhzkwmda-1.1', messages: ['news'] });
  });

  test.each([
    ['of an earlier process with this log', 'qhzkwmda-0.99', ['b', 'c'], 2],
    ['of a process with another log', 'abcdefgh-2.3', ['a', 'b', 'c'], 3],
    ['of a process without a log', '2', ['a', 'b', 'c'], 3],
    ['that is nonsense', '__proto__', ['a', 'b', 'c'], 3],
  ])('never skip a message: one %s', async (_, brought, messages, count) => {
    const listener = await kit.listen(longPolling, { log: logOf('a', 'b', 'c') });
    const { session, cursor } = await open(listener, `?cursor=${brought}`);
    expect(cursor).toBeUndefined();
    expect(await poll(listener, session, 0)).toEqual({ cursor: `qhzkwmda-2.${count}`, messages });
  });
});

describe('raw TCP', () => {
  const GREETING = encodeFrame('').toString('latin1');

  test('greets a session that does not resume as it does without a log', async () => {
    const listener = await kit.listen(tcp, { log: logOf('a', 'b') });
    const socket = await dial(listener);
    socket.write(Buffer.concat([encodeFrame('hello'), encodeFrame(''), encodeFrame('qhzkwmda-0')]));
    // An empty frame after the first is a message like any other.
    expect(await readUntil(socket, 'qhzkwmda-0')).toBe(
      `${GREETING}${['hello', '', 'qhzkwmda-0'].map((text) => encodeFrame(text).toString('latin1')).join('')}`,
    );
  });

  test('greets a session that resumes again, and sends what it missed', async () => {
    const listener = await kit.listen(tcp, { log: logOf('a', 'b', 'c') });
    const socket = await dial(listener);
    socket.write(Buffer.concat([encodeFrame(''), encodeFrame('qhzkwmda-0'), encodeFrame('hello')]));
    expect(await readUntil(socket, 'hello')).toBe(
      `${GREETING}${GREETING}${['b', 'c', 'hello'].map((text) => encodeFrame(text).toString('latin1')).join('')}`,
    );
  });
});

/** Records that are together more than a system buffers for a connection, and much more than may wait in the server. */
const HUGE = 'x'.repeat(512 * 1_024);
const RECORDS = 64;
const LIMITS = { ...usualLimits(1 << 20), backlogBytes: 128 * 1_024 };

describe('a peer that asks for everything and reads nothing is cut by the rule for backlogs', () => {
  // Backlogs are looked at in virtual time.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());
  const lookAtBacklogs = (): unknown => vi.advanceTimersByTime(500);

  const listen = (server: ServerModule): Promise<Listener> =>
    kit.listen(server, { limits: LIMITS, log: logOf(...new Array<string>(RECORDS).fill(HUGE)) });

  test('over raw TCP', async () => {
    const socket = await dial(await listen(tcp));
    const arriving = readUntil(socket, HUGE.slice(0, 9));
    socket.write(Buffer.concat([encodeFrame(''), encodeFrame('everything')]));
    await arriving;
    socket.pause();
    lookAtBacklogs();
    expect(await restOf(socket)).toBeLessThan(RECORDS * HUGE.length);
  });

  test('over a WebSocket', async () => {
    const { url } = await listen(ws);
    const socket = new WebSocket(`${url}?since=everything`);
    kit.defer(() => socket.terminate());
    socket.once('upgrade', () => socket.pause());
    await once(socket, 'open');
    lookAtBacklogs();
    // The close frame comes behind what is queued. A peer that goes on reading nothing would be cut without it.
    const closed = once(socket, 'close');
    socket.resume();
    expect(await within(closed, 'the session to end')).toEqual([1013, expect.anything()]);
  });

  test.each([
    ['events', sse, '/events?lastEventId=everything'],
    ['lines', httpStream, '/lines?since=everything'],
  ])('over a stream of %s', async (_, server, path) => {
    const answer = await ask(await listen(server), path);
    answer.pause();
    lookAtBacklogs();
    expect(await restOf(answer)).toBeLessThan(RECORDS * HUGE.length);
  });

  test('over polls', async () => {
    const listener = await listen(longPolling);
    const opened = await ask(listener, '/sessions?cursor=everything', { method: 'POST' });
    const { session } = JSON.parse(await bodyOf(opened));
    lookAtBacklogs();
    expect((await ask(listener, `/messages/${session}?cursor=0`)).statusCode).toBe(404);
  });
});

/** Reads the rest of a connection up to its end, and resolves with the number of bytes. */
async function restOf(stream: Socket | IncomingMessage): Promise<number> {
  let bytes = 0;
  // An answer that is cut off is an error, and ends all the same.
  stream.on('error', () => {});
  const closed = new Promise((resolve) => stream.once('close', resolve));
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  stream.resume();
  await within(closed, 'the connection to end');
  return bytes;
}
