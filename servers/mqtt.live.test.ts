import { once } from 'node:events';
import { connect } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MemoryLog } from '../bench/codec/replay-log.ts';
import type { Options } from '../bench/contract.ts';
import { Kit } from '../bench/testing/kit.ts';
import * as server from './mqtt.ts';
import { MAX_UNRELEASED } from './mqtt.ts';

let kit: Kit;
beforeEach(() => {
  kit = new Kit();
});
afterEach(() => kit[Symbol.asyncDispose]());

async function served(options: Options): Promise<URL> {
  return new URL((await kit.listen(server, { options })).url);
}

/** Connection for hand-made packets, and the types of the packets received. */
function dial({ hostname, port }: URL, { clean = true } = {}) {
  const socket = connect(Number(port), hostname);
  const seen: string[] = [];
  const packets = parser();
  socket.on('error', () => {});
  socket.on('data', (chunk) => packets.parse(chunk));
  packets.on('packet', ({ cmd }) => seen.push(cmd));
  kit.defer(() => socket.destroy());
  socket.write(generate({ cmd: 'connect', clientId: `by-hand-${port}-${clean}`, clean, keepalive: 0 }));
  const publish = (messageId: number) =>
    socket.write(
      generate({ cmd: 'publish', topic: 'up/x', payload: 'hello', qos: 2, messageId, dup: false, retain: false }),
    );
  return { socket, seen, packets, publish };
}

test('who releases none of its messages is cut off at the bound', async () => {
  const { socket, seen, packets, publish } = dial(await served({ qos: 2 }));
  await once(packets, 'packet');
  for (let id = 1; id <= MAX_UNRELEASED + 1; id++) publish(id);
  await once(socket, 'close');
  expect(seen.filter((cmd) => cmd === 'pubrec').length).toBeLessThanOrEqual(MAX_UNRELEASED);
});

test('a message sent again before its release counts once', async () => {
  const { seen, packets, publish, socket } = dial(await served({ qos: 2 }));
  await once(packets, 'packet');
  socket.write(generate({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 'down/x', qos: 0 }] }));
  await once(packets, 'packet');
  for (let round = 0; round < 3; round++) {
    publish(1);
    await once(packets, 'packet');
  }
  socket.write(generate({ cmd: 'pubrel', messageId: 1 }));
  while (!seen.includes('pubcomp')) await once(packets, 'packet');
  expect(seen.filter((cmd) => cmd === 'publish')).toHaveLength(1);
});

test('a session that would be kept for later is refused', async () => {
  const { socket, seen } = dial(await served({ qos: 1 }), { clean: false });
  await once(socket, 'close');
  expect(seen).not.toContain('connack');
});

test.each([
  ['an id that is too long', { clientId: 'x'.repeat(65) }],
  ['no id', { clientId: '' }],
])('a session that would be kept is refused with %s', async (_, { clientId }) => {
  const { hostname, port } = await served({ qos: 1, session: true });
  const socket = connect(Number(port), hostname);
  kit.defer(() => socket.destroy());
  const seen: string[] = [];
  const packets = parser().on('packet', ({ cmd }) => seen.push(cmd));
  socket.on('error', () => {}).on('data', (chunk) => packets.parse(chunk));
  const connecting = generate({ cmd: 'connect', clientId: 'placeholder', clean: false, keepalive: 0 });
  // The generator itself refuses to leave out the id.
  const rest = connecting.subarray(2, 12);
  const id = Buffer.from(clientId);
  const packet = Buffer.concat([Buffer.of(0x10, rest.length + 2 + id.length), rest, Buffer.of(0, id.length), id]);
  socket.write(packet);
  await once(socket, 'close');
  expect(seen).not.toContain('connack');
});

test('a session that is kept takes no QoS 2, whose identifiers would be kept as well', async () => {
  const { socket, seen, packets, publish } = dial(await served({ qos: 1, session: true }), { clean: false });
  await once(packets, 'packet');
  publish(1);
  await once(socket, 'close');
  expect(seen).toEqual(['connack']);
});

describe('a place in the log', () => {
  const news = (...messages: string[]): MemoryLog => {
    const log = new MemoryLog('qhzkwmda');
    for (const message of messages) log.append(message);
    return log;
  };
  const since = (place: string, more: object = {}): Buffer =>
    generate({ cmd: 'publish', topic: 'since', payload: place, qos: 0, dup: false, retain: false, ...more });
  const toAll = (messageId: number): Buffer =>
    generate({ cmd: 'subscribe', messageId, subscriptions: [{ topic: 'all', qos: 0 }] });
  const texts = ({ packets }: ReturnType<typeof dial>): string[] => {
    const found: string[] = [];
    packets.on('packet', (packet) => packet.cmd === 'publish' && found.push(String(packet.payload)));
    return found;
  };

  test('is answered with what was missed, then with what is new', async () => {
    const log = news('a', 'b', 'c');
    const listener = await kit.listen(server, { log });
    const client = dial(new URL(listener.url));
    const received = texts(client);
    await once(client.packets, 'packet');
    client.socket.write(Buffer.concat([since('qhzkwmda-0'), toAll(1)]));
    while (received.length < 2) await once(client.packets, 'packet');
    const { id, message } = log.append('d');
    await listener.broadcast(message, id);
    while (received.length < 3) await once(client.packets, 'packet');
    expect(received).toEqual(['b', 'c', 'd']);
  });

  test('is taken once for a connection', async () => {
    const client = dial(new URL((await kit.listen(server, { log: news('a') })).url));
    const received = texts(client);
    await once(client.packets, 'packet');
    client.socket.write(Buffer.concat([since(''), toAll(1)]));
    while (received.length < 1) await once(client.packets, 'packet');
    client.socket.write(Buffer.concat([since(''), toAll(2)]));
    await once(client.socket, 'close');
    expect(received).toEqual(['a']);
  });

  test.each([
    ['where there is no log', {}, {}],
    ['if it is to be retained', { log: news('a') }, { retain: true }],
  ])('is refused %s', async (_, serving, more) => {
    const client = dial(new URL((await kit.listen(server, serving)).url));
    await once(client.packets, 'packet');
    client.socket.write(since('qhzkwmda-0', more));
    await once(client.socket, 'close');
    expect(client.seen).toEqual(['connack']);
  });
});

test.each([
  ['another subprotocol', ['other'], {}, /no subprotocol/i],
  ['a strange page', ['mqtt'], { origin: 'http://evil.example' }, /403/],
])('over WebSocket, %s is refused', async (_, subprotocols, headers, reason) => {
  const { href } = await served({ websocket: true });
  const socket = new WebSocket(href, subprotocols, { headers });
  const [error] = await once(socket, 'error');
  expect(String(error)).toMatch(reason);
});

test.each([
  ['no subprotocol', [], undefined, 1002],
  ['text', ['mqtt'], 'hello', 1003],
])('over WebSocket, %s ends the session', async (_, subprotocols, data, code) => {
  const { href } = await served({ websocket: true });
  const socket = new WebSocket(href, subprotocols);
  if (data !== undefined) socket.on('open', () => socket.send(data));
  expect((await once(socket, 'close'))[0]).toBe(code);
});
