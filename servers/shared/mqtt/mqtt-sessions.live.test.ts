import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { generate, type IConnackPacket, type Packet, parser } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { Kit, within } from '../../../bench/testing/kit.ts';
import { isSessionId, keepSessions, type SessionLimits } from './mqtt-sessions.ts';

const WIDE: SessionLimits = { sessions: 100, messages: 100, bytes: 1e6, totalBytes: 1e6 };

/** Starts a broker that keeps sessions, and allows subscriptions to `news` and `down/…` without wildcards. */
async function brokerWith(kit: Kit, limits: Partial<SessionLimits> = {}) {
  const allowed = (topic: string): boolean => topic === 'news' || /^down\/\w+$/.test(topic);
  const broker = await Aedes.createBroker({
    concurrency: 0,
    authenticate(client, subject = '', _password, done) {
      done(null, kept.admit(client, subject));
    },
    authorizeSubscribe: (_client, subscription, done) => done(null, allowed(subscription.topic) ? subscription : null),
    authorizeForward: (client, packet) => (kept.forwards(client, packet) ? packet : null),
  });
  const kept = keepSessions(broker, { ...WIDE, ...limits }, (_client, topic) => allowed(topic));
  const server = createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  kit.defer(() => broker.close());
  kit.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;

  /** Publishes and waits until every session has the message in its queue. */
  const publish = (payload: string, topic = 'news'): Promise<void> =>
    new Promise((resolve) => {
      broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, () => resolve());
    });

  /** Opens a connection by hand. It acknowledges what it receives if it is asked to. */
  async function dial(clientId: string, { clean = false, acknowledges = true, subject = '' } = {}) {
    const socket = connect(port, '127.0.0.1');
    kit.defer(() => socket.destroy());
    const packets = parser();
    const seen: Packet[] = [];
    let heard = (): void => {};
    const closed = once(socket, 'close');
    socket.on('error', () => {}).on('data', (chunk) => packets.parse(chunk));
    packets.on('packet', (packet) => {
      seen.push(packet);
      if (acknowledges && packet.cmd === 'publish') send({ cmd: 'puback', messageId: packet.messageId! });
      heard();
    });
    const send = (packet: Packet): void => void socket.write(generate(packet));
    const hears = async (cmd: Packet['cmd'], count = 1): Promise<Packet[]> => {
      const found = (): Packet[] => seen.filter((packet) => packet.cmd === cmd);
      while (found().length < count) {
        const { promise, resolve } = Promise.withResolvers<void>();
        heard = resolve;
        await within(Promise.race([promise, closed]), `${cmd} number ${count}`);
        if (socket.destroyed) break;
      }
      return found();
    };
    send({ cmd: 'connect', clientId, clean, keepalive: 0, username: subject });
    const [connack] = (await hears('connack')) as IConnackPacket[];
    return {
      connack,
      hears,
      closed,
      texts: () => seen.flatMap((packet) => (packet.cmd === 'publish' ? [String(packet.payload)] : [])),
      async subscribe(...topics: string[]) {
        send({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) });
        await hears('suback');
      },
      /** Leaves without a goodbye, and waits until the broker has noticed. */
      async leave() {
        const gone = once(broker, 'clientDisconnect');
        socket.destroy();
        await gone;
      },
    };
  }
  return { dial, publish, kept };
}

test('a session that was away gets what it missed in order, then what is new, each once', async () => {
  await using kit = new Kit();
  const { dial, publish, kept } = await brokerWith(kit);
  const first = await dial('reader');
  expect(first.connack).toMatchObject({ returnCode: 0, sessionPresent: false });
  await first.subscribe('news');
  await publish('0');
  await first.hears('publish');
  await first.leave();
  const missed = Array.from({ length: 50 }, (_, index) => String(index + 1));
  for (const text of missed) await publish(text);
  const coming = dial('reader');
  const live = Array.from({ length: 200 }, (_, index) => String(index + 51));
  for (const text of live) {
    await publish(text);
    await new Promise(setImmediate);
  }
  const again = await coming;
  expect(again.connack).toMatchObject({ sessionPresent: true });
  await again.hears('publish', missed.length + live.length);
  await publish('last');
  await again.hears('publish', missed.length + live.length + 1);
  expect(again.texts()).toEqual([...missed, ...live, 'last']);
  await again.leave();
  expect(kept.size).toEqual({ away: 1, bytes: 0 });
});

test('what was not acknowledged comes again', async () => {
  await using kit = new Kit();
  const { dial, publish } = await brokerWith(kit);
  const silent = await dial('reader', { acknowledges: false });
  await silent.subscribe('news');
  for (const text of ['a', 'b']) await publish(text);
  await silent.hears('publish', 2);
  await silent.leave();
  const again = await dial('reader');
  await again.hears('publish', 2);
  expect(again.texts()).toEqual(['a', 'b']);
  await again.leave();
  const third = await dial('reader');
  await publish('c');
  await third.hears('publish');
  expect(third.texts()).toEqual(['c']);
});

test('beyond the number of sessions, the one that left first ends', async () => {
  await using kit = new Kit();
  const { dial, kept } = await brokerWith(kit, { sessions: 2 });
  for (const id of ['first', 'second', 'third']) {
    const client = await dial(id);
    await client.subscribe('news');
    await client.leave();
  }
  expect(kept.size.away).toBe(2);
  for (const [id, sessionPresent] of [
    ['second', true],
    ['third', true],
    ['first', false],
  ] as const)
    expect((await dial(id)).connack, id).toMatchObject({ sessionPresent });
});

test.each([
  ['messages', { messages: 10 }],
  ['bytes', { bytes: 10 * 300 }],
])('a session that collects more %s than it may ends, and no other', async (_, limits) => {
  await using kit = new Kit();
  const { dial, publish, kept } = await brokerWith(kit, limits);
  for (const [id, topic] of [
    ['much', 'news'],
    ['little', 'down/little'],
  ] as const) {
    const client = await dial(id);
    await client.subscribe(topic);
    await client.leave();
  }
  await publish('for the other', 'down/little');
  for (let count = 0; count < 11; count++) await publish('x'.repeat(44));
  expect(kept.size).toEqual({ away: 1, bytes: 256 + 'for the other'.length });
  expect((await dial('much')).connack).toMatchObject({ sessionPresent: false });
  const little = await dial('little');
  await little.hears('publish');
  expect(little.texts()).toEqual(['for the other']);
});

test('a client that reads and acknowledges nothing is cut at the bound, and its session ends', async () => {
  await using kit = new Kit();
  const { dial, publish, kept } = await brokerWith(kit, { messages: 10 });
  const silent = await dial('silent', { acknowledges: false });
  await silent.subscribe('news');
  for (let count = 0; count < 11; count++) await publish('news');
  await within(silent.closed, 'the client to be cut');
  expect(kept.size).toEqual({ away: 0, bytes: 0 });
  expect((await dial('silent')).connack).toMatchObject({ sessionPresent: false });
});

test('beyond the memory of all sessions, the oldest end', async () => {
  await using kit = new Kit();
  const { dial, publish, kept } = await brokerWith(kit, { totalBytes: 5 * 300 });
  for (const id of ['first', 'second', 'third']) {
    const client = await dial(id);
    await client.subscribe('news');
    await client.leave();
  }
  // Three sessions hold 900 bytes after the first message, and would hold 1,800 after the second.
  for (let count = 0; count < 2; count++) await publish('x'.repeat(44));
  expect(kept.size).toEqual({ away: 2, bytes: 4 * 300 });
  expect((await dial('first')).connack).toMatchObject({ sessionPresent: false });
});

test('a topic that was refused is not stored with one that was allowed', async () => {
  await using kit = new Kit();
  const { dial, publish } = await brokerWith(kit);
  const client = await dial('curious');
  await client.subscribe('news', '#', 'down/+');
  await client.leave();
  await publish('a secret', 'down/another');
  await publish('for all');
  const again = await dial('curious');
  await again.hears('publish');
  await publish('another secret', 'down/another');
  await publish('for all again');
  await again.hears('publish', 2);
  expect(again.texts()).toEqual(['for all', 'for all again']);
});

test('a session belongs to one subject: nobody else gets it, ends it or replaces it', async () => {
  await using kit = new Kit();
  const { dial, publish } = await brokerWith(kit);
  const owner = await dial('reader', { subject: 'owner' });
  await owner.subscribe('news');
  for (const clean of [false, true])
    expect((await dial('reader', { subject: 'other', clean })).connack).toMatchObject({ returnCode: 5 });
  await owner.leave();
  await publish('missed');
  for (const clean of [false, true])
    expect((await dial('reader', { subject: 'other', clean })).connack).toMatchObject({ returnCode: 5 });
  const again = await dial('reader', { subject: 'owner' });
  await again.hears('publish');
  expect(again.texts()).toEqual(['missed']);
});

test('a client that asks for a clean session ends the one that was kept', async () => {
  await using kit = new Kit();
  const { dial, publish, kept } = await brokerWith(kit);
  const client = await dial('reader');
  await client.subscribe('news');
  await client.leave();
  await publish('missed');
  await (await dial('reader', { clean: true })).leave();
  expect(kept.size).toEqual({ away: 0, bytes: 0 });
  expect((await dial('reader')).connack).toMatchObject({ sessionPresent: false });
});

test.each([
  ['', false],
  ['a', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
])('%j as an id: %s', (id, isOne) => expect(isSessionId(id)).toBe(isOne));
