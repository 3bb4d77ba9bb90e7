import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Aedes } from 'aedes';
import { Server } from 'socket.io';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { startRelay } from '../bench/checks/conformance/relay.ts';
import { makeIdentity } from '../bench/security/identity.ts';
import { Kit, Peer, within } from '../bench/testing/kit.ts';
import { subjects } from '../bench/testing/subjects.ts';
import { capabilitiesOf, loadClient, loadServer, optionsOf } from '../bench/transports/index.ts';
import * as graphql from './graphql.ts';
import * as mqtt from './mqtt.ts';
import { platform } from './platform/node.ts';
import * as socketio from './socketio.ts';

/** Settings of a client whose library reconnects. */
const RECONNECTS = { platform, reconnect: 'library' } as const;

/** Interruptions and losses of a session in the order in which they were told. */
class Told extends Peer {
  readonly told: string[] = [];

  override interrupted(reason: Error): void {
    this.told.push('interrupted');
    super.interrupted(reason);
  }

  override lost(reason: Error): void {
    this.told.push('lost');
    super.lost(reason);
  }
}

test('mqtt: a session is lost if the broker refuses the client that comes back', async () => {
  await using kit = new Kit();
  let isAdmitting = true;
  const broker = await Aedes.createBroker({
    authenticate: (_client, _user, _password, done) => done(null, isAdmitting),
  });
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    broker.handle(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  kit.defer(() => broker.close());
  kit.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const peer = new Told();
  await kit.connect(mqtt, `mqtt://127.0.0.1:${port}`, RECONNECTS, peer);
  isAdmitting = false;
  sockets[0]!.destroy();
  expect(String(await peer.isLost())).toMatch(/refused|not authorized/i);
  expect(peer.told).toEqual(['interrupted', 'lost']);
  expect(sockets).toHaveLength(2);
});

test('mqtt: a first connection that is refused rejects, and the library does not try again', async () => {
  await using kit = new Kit();
  const broker = await Aedes.createBroker({ authenticate: (_client, _user, _password, done) => done(null, false) });
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    broker.handle(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  kit.defer(() => broker.close());
  kit.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await expect(kit.connect(mqtt, `mqtt://127.0.0.1:${port}`, RECONNECTS)).rejects.toThrow(/not authorized/i);
  expect(connections).toBe(1);
});

/** Starts a Socket.IO server that lets one client in, once. */
async function strictServer(kit: Kit): Promise<{ io: Server; url: string }> {
  const web = createWebServer().listen(0, '127.0.0.1');
  await once(web, 'listening');
  const io = new Server(web, { transports: ['websocket'] });
  kit.defer(() => io.close());
  let joined = 0;
  io.use((_socket, next) => next(joined++ === 0 ? undefined : new Error('no longer admitted')));
  return { io, url: `http://127.0.0.1:${(web.address() as AddressInfo).port}` };
}

test('socketio: a session is lost if the namespace refuses the client that comes back', async () => {
  await using kit = new Kit();
  const { io, url } = await strictServer(kit);
  const peer = new Told();
  await kit.connect(socketio, url, RECONNECTS, peer);
  for (const { conn } of io.sockets.sockets.values()) conn.close();
  expect(String(await peer.isLost())).toMatch(/no longer admitted/);
  expect(peer.told).toEqual(['interrupted', 'lost']);
});

test('socketio: a goodbye of the server ends the session, and the library stays away', async () => {
  await using kit = new Kit();
  const { io, url } = await strictServer(kit);
  const peer = new Told();
  await kit.connect(socketio, url, RECONNECTS, peer);
  io.disconnectSockets(true);
  expect(String(await peer.isLost())).toMatch(/io server disconnect/);
  expect(peer.told).toEqual(['lost']);
});

test('graphql: a session is lost if the library cannot connect again', async () => {
  await using kit = new Kit();
  const peer = new Told();
  const listener = await kit.listen(await loadServer({ id: 'graphql' }));
  await kit.connect(graphql, listener.url, RECONNECTS, peer);
  await listener.close();
  await within(peer.isLost(), 'the library to give up');
  expect(peer.told).toEqual(['interrupted', 'lost']);
});

test('graphql: a code that graphql-ws takes for final ends the session', async () => {
  await using kit = new Kit();
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
  await once(wss, 'listening');
  kit.defer(() => new Promise((resolve) => wss.close(resolve)));
  wss.on('connection', (socket) =>
    socket.on('message', (data) => {
      const { type, id } = JSON.parse(String(data));
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type !== 'subscribe') return;
      socket.send(JSON.stringify({ type: 'next', id, payload: { data: { m: '' } } }));
      socket.close(4401, 'Unauthorized');
    }),
  );
  const peer = new Told();
  const { port } = wss.address() as AddressInfo;
  await kit.connect(graphql, `ws://127.0.0.1:${port}/`, RECONNECTS, peer);
  expect(String(await peer.isLost())).toMatch(/4401/);
  expect(peer.told.at(-1)).toBe('lost');
});

describe('over TLS, the library comes back', async () => {
  const identity = await makeIdentity(['127.0.0.1']);
  const before = getCACertificates('default');
  beforeAll(() => setDefaultCACertificates([identity.certificate]));
  afterAll(() => setDefaultCACertificates(before));

  test.each((await subjects()).filter((subject) => capabilitiesOf(subject).reconnects === true))(
    '$name',
    async (one) => {
      await using kit = new Kit();
      const options = optionsOf(one);
      const [server, client] = await Promise.all([loadServer(one.entry), loadClient(one.entry)]);
      const listener = await kit.listen(server, { options, identity });
      const relay = kit.use(await startRelay(Number(new URL(listener.url).port)));
      const url = listener.url.replace(/:\d+/, `:${relay.port}`);
      const peer = await kit.connect(client, url, { ...RECONNECTS, options });
      relay.cut();
      await peer.isInterrupted();
      relay.mend();
      await peer.isResumed();
      expect(await peer.echo('hello')).toBe('hello');
      expect(peer.losses).toEqual([]);
    },
    30_000,
  );
});
