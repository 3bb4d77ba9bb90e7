import type { AddressInfo } from 'node:net';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { platform } from '../../../clients/platform/node.ts';
import * as client from '../../../clients/ws.ts';
import { BROADCAST, ECHO } from '../../codec/header.ts';
import type { Encoding, Payload } from '../../contract.ts';
import { Kit } from '../../testing/kit.ts';
import { PATIENCE_SECONDS } from '../../testing/patience.ts';
import { Load } from '../load.ts';
import type { ConnectOrder, ProbeOrder } from '../protocol.ts';
import { nodeRuntime } from '../runtime/node.ts';
import type { Answers } from './form.ts';
import { probe } from './probe.ts';

interface Habit {
  readonly greets?: (socket: WebSocket) => void;
  readonly answers: (data: Buffer, isBinary: boolean, socket: WebSocket, all: Iterable<WebSocket>) => void;
}

async function serve(kit: Kit, { greets, answers }: Habit): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  kit.defer(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on('connection', (socket) => {
    greets?.(socket);
    socket.on('message', (data, isBinary) => answers(data as Buffer, isBinary, socket, server.clients));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const SESSIONS = {
  module: '',
  options: {},
  foreign: true,
  seed: 7,
  opcode: ECHO,
  reaches: 'sender',
} as const;

const probed = (url: string, settings: Partial<ProbeOrder> = {}) =>
  probe(
    {
      ...SESSIONS,
      order: 'probe',
      urls: [url],
      encoding: 'text',
      sizes: [64],
      companion: true,
      reliable: true,
      pauseSeconds: 0,
      ...settings,
    },
    client,
    platform,
  );

/** Sends forty messages over four sessions in this process, and returns what came of them. */
async function measured(url: string, settings: Partial<ConnectOrder>) {
  const order: ConnectOrder = {
    ...SESSIONS,
    order: 'connect',
    urls: [url],
    encoding: 'text',
    size: 64,
    inFlight: 1,
    clients: 4,
    worker: 0,
    workers: 1,
    originNs: process.hrtime.bigint().toString(),
    ...settings,
  };
  const load = new Load(order, client, { platformFrom: () => platform, runtime: nodeRuntime });
  await load.open(order);
  const startNs = Number(process.hrtime.bigint() - BigInt(order.originNs));
  const recording = await load.run({
    order: 'phase',
    first: 0,
    rate: 400,
    seconds: 0.1,
    startNs,
    drainSeconds: PATIENCE_SECONDS,
  });
  await load.close();
  return recording;
}

describe('answers of every form are measured as they are', () => {
  const random = xoroshiro128plus(13);
  const below = (limit: number): number => (random.next() >>> 0) % limit;
  const letters = [...'abcXYZ 7:{}[]<>"\\=é→日本🙂'];
  const word = (): string => Array.from({ length: below(9) }, () => letters[below(letters.length)]).join('');
  const drawn = Array.from({ length: 12 }, (_, index) => ({
    name: `form ${index}`,
    encoding: (below(2) === 0 ? 'text' : 'binary') as Encoding,
    payload: (['filler', 'json', 'zeros'] as const)[below(3)] as Payload,
    frames: (['same', 'text', 'binary'] as const)[below(3)]!,
    prefix: word(),
    suffix: word(),
    key: below(2) === 0 ? word() : undefined,
    greeting: below(2) === 0 ? word() : undefined,
  }));

  test.concurrent.for(drawn)('$name: $encoding, $payload, $frames frames', async (form) => {
    await using kit = new Kit();
    const { encoding, payload, prefix, suffix, key, greeting } = form;
    const url = await serve(kit, {
      greets: (socket) => greeting !== undefined && socket.send(greeting),
      answers(data, isBinary, socket) {
        const answer =
          key === undefined ? `${prefix}${data}${suffix}` : JSON.stringify({ [key]: String(data), prefix });
        socket.send(answer, { binary: form.frames === 'same' ? isBinary : form.frames === 'binary' });
      },
    });
    const found = await probed(url, { encoding, payload });
    if ('reason' in found) throw new Error(found.reason);
    const { answers } = found;
    expect(found).toMatchObject({ reached: 'sender' });
    if (key === undefined) expect(answers ?? { prefix: '', suffix: '' }).toMatchObject({ prefix, suffix });
    if (greeting !== undefined) expect(answers).toMatchObject({ greetings: 1 });
    const recording = await measured(url, { encoding, payload, ...(answers === undefined ? {} : { answers }) });
    expect(recording).toMatchObject({ sent: 40, delivered: 40, corrupt: 0, duplicated: 0, unexpected: 0, errors: {} });
  });

  test('bytes around the message that are no text are kept as base64', async () => {
    await using kit = new Kit();
    const bytes = Buffer.from([0xff, 0x00, 0xc3]);
    const url = await serve(kit, { answers: (data, _, socket) => socket.send(Buffer.concat([bytes, data, bytes])) });
    const found = await probed(url, { encoding: 'binary' });
    const base64 = bytes.toString('base64');
    expect(found).toMatchObject({ answers: { prefix: base64, suffix: base64, coding: 'base64' } });
    const { answers } = found as { answers: Answers };
    expect(await measured(url, { encoding: 'binary', answers })).toMatchObject({ delivered: 40, corrupt: 0 });
  });

  test('a message that comes besides the answers is not counted', async () => {
    await using kit = new Kit();
    const url = await serve(kit, {
      answers(data, _, socket) {
        socket.send('{"ok":true}');
        socket.send(`${data}`);
      },
    });
    const found = await probed(url);
    expect(found).toMatchObject({ answers: { unasked: ['{"ok":true}'] } });
    const { answers } = found as { answers: Answers };
    expect(await measured(url, { answers })).toMatchObject({ delivered: 40, corrupt: 0, unexpected: 0 });
  });

  test('where messages may get lost, some may have no answer', async () => {
    await using kit = new Kit();
    let count = 0;
    const url = await serve(kit, {
      answers: (data, _, socket) => {
        if (++count % 4 !== 0) socket.send(`> ${data}`);
      },
    });
    expect(await probed(url, { reliable: false })).toMatchObject({ answers: { prefix: '> ' } });
  });

  test('a clean server has no form of its own', async () => {
    await using kit = new Kit();
    const url = await serve(kit, { answers: (data, binary, socket) => socket.send(data, { binary }) });
    expect(await probed(url)).toEqual({ reached: 'sender' });
  });
});

describe('what is not constant is not taken off', () => {
  /** Habits of a server that turns bad after the probe's messages. */
  const SPOILED: readonly { readonly name: string; readonly spoiled: (text: string) => string }[] = [
    { name: 'another prefix', spoiled: (text) => `echo: ${text}` },
    { name: 'no prefix', spoiled: (text) => text },
    { name: 'a cut message', spoiled: (text) => `Echo: ${text.slice(0, -1)}` },
    { name: 'a changed byte', spoiled: (text) => `Echo: ${text.slice(0, -1)}.` },
    { name: 'a message in lower case', spoiled: (text) => `Echo: ${text.toLowerCase()}` },
  ];
  test.concurrent.for(SPOILED)('$name is corrupt', async ({ spoiled }) => {
    await using kit = new Kit();
    const url = await serve(kit, {
      answers(data, _, socket) {
        socket.send(spoiled(`${data}`));
        socket.send(`Echo: ${data}`);
      },
    });
    const recording = await measured(url, { answers: { prefix: 'Echo: ', suffix: '' } });
    // The last answer to arrive is a sound one, so that all the others have arrived.
    expect(recording).toMatchObject({ sent: 40, delivered: 40, corrupt: 40, duplicated: 0 });
  });
});

describe('what cannot be measured is named with its remedy', () => {
  let count = 0;
  const FAULTS: readonly (readonly [string, Habit['answers'], RegExp, Partial<ProbeOrder>?])[] = [
    ['cut', (data, _, socket) => socket.send(`${data}`.slice(0, 32)), /64 bytes came back with 32.*--size 32/],
    [
      'cut when it is large',
      (data, _, socket) => socket.send(`> ${`${data}`.slice(0, 100)}`),
      /1024 bytes came back with 100.*--size 100/,
      { sizes: [64, 1024] },
    ],
    ['changed', (data, _, socket) => socket.send(`${data}`.toUpperCase()), /does not contain it|changed from byte/],
    [
      'swallowed',
      () => {},
      /no answer to message 1, of 64 bytes, came within 3 s: the server must send every message back/,
    ],
    [
      'counted',
      (data, _, socket) => socket.send(`#${++count} ${data}`),
      /changes from answer to answer \(prefix "#\d+ "/,
    ],
    [
      'named after its session',
      (data, _, socket, all) => socket.send(`user ${'ab'[[...all].indexOf(socket)]}: ${data}`),
      /changes from session to session \(prefix "user a: ", then "user b: "\)/,
    ],
    [
      'dated',
      (data, _, socket) => socket.send(`[${new Date().toISOString().slice(0, 19)}] ${data}`),
      /in an answer changes .* \(prefix "\[20/,
    ],
    [
      'cut within JSON when it is large',
      (data, _, socket) => socket.send(JSON.stringify({ text: `${data}`.slice(0, 100) })),
      /1024 bytes came back with 100.*--size 100/,
      { sizes: [64, 1024] },
    ],
    [
      'acknowledged by another number each time',
      (data, _, socket) => [`ack ${++count}`, `${data}`].forEach((one) => void socket.send(one)),
      /besides its answers the server sends messages that differ \("ack \d+", then "ack \d+"\)/,
    ],
    ['answered with the token', (data, _, socket) => socket.send(`key- ${data}`), /sends the token/, { token: 'key-' }],
    [
      'dropped with its session',
      (_data, _, socket) => socket.close(1009, 'too big'),
      /message 1, of 64 bytes, has no answer, because the session ended: .*1009 too big/,
    ],
  ];
  test.concurrent.for(FAULTS)('a message that is %s', async ([, answers, reason, settings]) => {
    await using kit = new Kit();
    const found = await probed(await serve(kit, { answers }), settings);
    expect('tooLarge' in found ? found.tooLarge : found).toMatchObject({ reason: expect.stringMatching(reason) });
  });

  test.concurrent.for([
    ['everyone', (_: WebSocket, all: Iterable<WebSocket>) => [...all]],
    ['others', (one: WebSocket, all: Iterable<WebSocket>) => [...all].filter((each) => each !== one)],
    ['sender', (one: WebSocket) => [one]],
  ] as const)('a message reaches %s, whatever was asked', async ([reached, receivers]) => {
    await using kit = new Kit();
    const url = await serve(kit, {
      answers: (data, _, socket, all) => receivers(socket, all).forEach((one) => void one.send(`${data}`)),
    });
    expect(await probed(url)).toEqual({ reached });
    expect(await probed(url, { opcode: BROADCAST, reaches: 'everyone' })).toEqual({ reached });
  });
});
