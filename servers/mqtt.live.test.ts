import { once } from 'node:events';
import { connect } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
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
