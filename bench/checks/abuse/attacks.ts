import { deflateRawSync, gzipSync } from 'node:zlib';
import { generate, type Packet } from 'mqtt-packet';
import type { Found, Wire } from '../../transports/index.ts';
import { againstHttp2 } from './against-http2.ts';
import { againstSocketio } from './against-socketio.ts';
import { againstQuic, overUdp } from './against-udp.ts';
import {
  type Attack,
  CLOSED,
  drip,
  fate,
  inWebSocket,
  is,
  ofFlood,
  pour,
  speaks,
  type Target,
  wireFor,
} from './attack.ts';
import { BINARY, frame, PING, pieces, TEXT } from './frames.ts';
import { throughItsClient } from './own-client.ts';
import type { RawPeer } from './peer.ts';

const DECLARED_BYTES = 256 * 1024 * 1024;
/** Requests under way on one connection. */
const AT_ONCE = 10;

const stream = speaks('stream');
const mqtt = ({ family, subprotocol }: Wire): boolean => family === 'mqtt' || subprotocol === 'mqtt';
const engine = (wire: Wire): boolean => wire.family === 'engine.io' && wire.packed !== true;
const webSocket = speaks('websocket', 'engine.io');
const http1 = speaks('http', 'websocket', 'engine.io');
const posts = (wire: Wire): boolean => wire.family === 'http' && wire.posts !== undefined;
/** A session is opened by a request of its own, and asks for what it is sent. */
export const fetches = ({ opens }: Wire): boolean => opens?.startsWith('POST ') === true;
const graphql = ({ subprotocol }: Wire): boolean => subprotocol === 'graphql-transport-ws';
const operates = ({ opens }: Wire): boolean => opens === 'PUT /graphql';
/** In Engine.IO a broken frame ends the transport below the protocol. */
const closeCode =
  (code: RegExp) =>
  ({ family }: Wire): RegExp =>
    family === 'engine.io' ? CLOSED : code;

/** All that there are against a transport. */
export function attacksOn(found: Found): Attack[] {
  const wire = wireFor(found);
  return [...throughItsClient(found), ...overUdp(found), ...attacks].filter(({ against }) => against(wire));
}

const attacks: readonly Attack[] = [
  ...againstHttp2,
  ...againstSocketio,
  ...againstQuic,
  {
    name: 'connections that say nothing',
    against: (wire) => wire.family !== 'datagrams',
    refused: is(CLOSED),
    async run({ dial }) {
      const peers = await Promise.all(Array.from({ length: 20 }, dial));
      return (await Promise.all(peers.map(fate)))[0]!;
    },
  },
  {
    name: 'a first sentence without end, a byte at a time',
    against: (wire) => wire.family !== 'datagrams',
    refused: is(CLOSED),
    async run({ dial, wire: { family } }) {
      const peer = await dial();
      await peer.write(OPENINGS[family]);
      return drip(peer, 'x');
    },
  },
  {
    name: 'an endless header',
    against: http1,
    refused: is(/ 431 /),
    async run({ dial }) {
      const peer = await dial();
      await peer.write('GET / HTTP/1.1\r\nHost: a\r\nEndless: ');
      await pour(peer, 'x'.repeat(1_000), 1_000);
      return fate(peer);
    },
  },
  {
    name: 'three thousand headers',
    against: http1,
    refused: is(/ 4\d\d /),
    async run({ dial }) {
      const peer = await dial();
      const headers = Array.from({ length: 3_000 }, () => 'a:b\r\n').join('');
      await peer.write(`GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`);
      return fate(peer);
    },
  },
  {
    name: 'thousands of requests at once, answers never read',
    against: http1,
    refused: is(CLOSED),
    async run({ dial, token }) {
      const peer = await dial();
      peer.freeze();
      const requests = `GET /none?access_token=${token} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(20_000);
      // What does not fit into the system's buffers is not waited for.
      void peer.write(requests);
      setTimeout(() => peer.thaw(), 4_000);
      return fate(peer);
    },
  },
  {
    name: 'a body a byte at a time',
    against: posts,
    refused: is(/ 408 |closed/),
    async run(target) {
      const { peer, head } = await toPost(target);
      await peer.write(`${head}Content-Length: 1000\r\n\r\n`);
      return drip(peer, 'x');
    },
  },
  {
    name: 'a body of one-byte chunks that stops before its end',
    against: posts,
    refused: is(/ 408 |closed/),
    async run(target) {
      const { peer, head } = await toPost(target);
      await peer.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
      await pour(peer, '1\r\nx\r\n', target.limits.messageBytes - 1_000);
      return fate(peer);
    },
  },
  {
    name: 'a declared body of 256 MiB, a byte at a time',
    against: posts,
    // Engine.IO counts what comes, not what is declared.
    refused: ({ packets }) => (packets === true ? / 408 |closed/ : / 413 /),
    async run(target) {
      const { peer, head } = await toPost(target);
      await peer.write(`${head}Content-Length: ${DECLARED_BYTES}\r\n\r\n`);
      return drip(peer, 'x');
    },
  },
  {
    name: 'a body in chunks without end',
    against: posts,
    refused: is(/ 413 /),
    async run(target) {
      const { peer, head } = await toPost(target);
      await peer.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
      await pour(peer, `1000\r\n${'x'.repeat(0x1000)}\r\n`, 4_000);
      return fate(peer);
    },
  },
  {
    name: 'a compressed body',
    // Engine.IO unpacks none: it takes what it is sent for packets.
    against: (wire) => posts(wire) && wire.packets !== true,
    refused: is(/ 415 /),
    async run(target) {
      const { peer, head } = await toPost(target);
      const bomb = gzipSync(Buffer.alloc(10_000_000));
      await peer.write(`${head}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
      await peer.write(bomb);
      return fate(peer);
    },
  },
  {
    name: 'sessions that nobody uses',
    against: ({ opens, packets }) => packets === true || /^(POST|PUT) /.test(opens ?? ''),
    refused: is(/ 429 /),
    async run({ dial, wire, token, limits }) {
      const peer = await dial();
      const request = `${wire.opens} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`;
      for (let opened = 0; opened <= limits.subscriptions; opened += AT_ONCE) {
        if (!(await peer.write(request.repeat(AT_ONCE)))) break;
        // It ends with a refusal, sooner or later.
        await peer.hears((text) => text.split('HTTP/1.1 ').length > opened + AT_ONCE).catch(() => {});
      }
      return fate(peer);
    },
  },
  {
    name: 'a declared frame of 256 MiB, a byte at a time',
    against: webSocket,
    refused: closeCode(/1009/),
    async run(target) {
      const peer = await inWebSocket(target);
      await peer.write(frame('', { opcode: BINARY, declares: DECLARED_BYTES }));
      return drip(peer, 'x');
    },
  },
  {
    name: 'a message in one-byte fragments',
    against: webSocket,
    refused: closeCode(/1008/),
    run: (target) => fragments(target, 'x'),
  },
  {
    name: 'a message in empty fragments',
    against: webSocket,
    refused: closeCode(/1008/),
    run: (target) => fragments(target, ''),
  },
  {
    name: 'a compression bomb',
    against: webSocket,
    // 1002 where no compression was agreed on: the bit that says so is then a reserved one.
    refused: closeCode(/100[29]/),
    async run(target) {
      const peer = await inWebSocket(target, { deflate: true });
      await peer.write(frame(deflateRawSync(Buffer.alloc(10_000_000)), { opcode: BINARY, rsv1: true }));
      return fate(peer);
    },
  },
  {
    name: 'a flood of pings',
    against: webSocket,
    // 1008 where they are read one by one; where many wait for their pongs, `ws` closes without a word.
    refused: is(CLOSED),
    async run(target) {
      const peer = await inWebSocket(target);
      await pour(peer, frame('', { opcode: PING }), 50_000);
      return fate(peer);
    },
  },
  {
    name: 'a WebSocket that never says who it is',
    against: (wire) => webSocket(wire) && wire.silence !== undefined,
    refused: ({ silence }) => silence!,
    async run(target) {
      return fate(await inWebSocket(target));
    },
  },
  {
    name: 'an upgrade that nobody offers',
    against: speaks('engine.io'),
    refused: is(CLOSED),
    async run({ dial }) {
      const peer = await dial();
      await peer.write('GET /elsewhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
      return fate(peer);
    },
  },
  {
    name: 'ten thousand subscriptions',
    against: graphql,
    refused: is(/4429/),
    async run(target) {
      const peer = await inGraphql(target);
      const subscribe = (id: number) => ({ id: String(id), type: 'subscribe', payload: { query: 'subscription{m}' } });
      await pour(peer, (index) => frame(JSON.stringify(subscribe(index)), { opcode: TEXT }), 10_000);
      return fate(peer);
    },
  },
  {
    name: 'a query as deep as a message may be long',
    against: graphql,
    refused: is(/error|closed/),
    async run(target) {
      const peer = await inGraphql(target);
      const deep = { id: 'deep', type: 'subscribe', payload: { query: 'subscription{m'.padEnd(20_000, '{m') } };
      await peer.write(frame(JSON.stringify(deep), { opcode: TEXT }));
      return peer.hears(/"error"|"errors"|closed/).catch(() => fate(peer));
    },
  },
  {
    name: 'thousands of messages in one operation',
    against: graphql,
    refused: is(/4429/),
    async run(target) {
      const peer = await inGraphql(target);
      const many = { id: 'many', type: 'subscribe', payload: { query: manyMessages() } };
      await peer.write(frame(JSON.stringify(many), { opcode: TEXT }));
      return fate(peer);
    },
  },
  {
    name: 'thousands of messages in one operation',
    against: operates,
    refused: is(/too many messages/),
    async run(target) {
      const { peer, stream } = await inGraphqlStream(target);
      await peer(manyMessages());
      return stream.hears(/too many messages/);
    },
  },
  {
    name: 'more subscriptions than a stream may have',
    against: operates,
    refused: is(/too many subscriptions/),
    async run(target) {
      const { peer, stream } = await inGraphqlStream(target);
      for (let opened = 0; opened <= target.limits.subscriptions; opened++) await peer('subscription{m}');
      return stream.hears(/too many subscriptions/);
    },
  },
  {
    name: 'a query as deep as a message may be long',
    against: operates,
    refused: is(/ 4\d\d |error/),
    async run(target) {
      const { peer, stream } = await inGraphqlStream(target);
      const answer = await peer('subscription{m'.padEnd(20_000, '{m'));
      return answer + stream.text;
    },
  },
  {
    name: 'a flood of the protocol’s own pings',
    against: graphql,
    refused: ofFlood,
    async run(target) {
      const peer = await inGraphql(target);
      await pour(peer, frame('{"type":"ping"}', { opcode: TEXT }), 20_000);
      return fate(peer);
    },
  },
  ...(
    [
      ['eleven attachments', '4511-["m",{"_placeholder":true,"num":0}]'],
      ['attachments that never come', '4510-["m",{"_placeholder":true,"num":0}]'],
      ['a binary event without attachments', '450-["m",1]'],
      ['an event whose name is an object', '42[{"toString":"m"},"x"]'],
      ['an event without a message', '42["m"]'],
      ['something that is no packet', '4{}'],
    ] as const
  ).map(
    ([name, packet]): Attack => ({
      name: `an event with ${name}`,
      against: engine,
      refused: is(CLOSED),
      async run(target) {
        const peer = await inEngine(target);
        await peer.write(frame(packet, { opcode: TEXT }));
        return fate(peer);
      },
    }),
  ),
  ...(
    [
      ['events that nobody listens for', '42["other",1]'],
      ['attempts to join other namespaces', '40/other,'],
    ] as const
  ).map(
    ([name, packet]): Attack => ({
      name: `a flood of ${name}`,
      against: engine,
      refused: is(CLOSED),
      async run(target) {
        const peer = await inEngine(target);
        await pour(peer, frame(packet, { opcode: TEXT }), 20_000);
        return fate(peer);
      },
    }),
  ),
  {
    name: 'a frame declared to be of 256 MiB, a byte at a time',
    against: stream,
    refused: is(CLOSED),
    async run({ dial, token }) {
      const peer = await dial();
      await peer.write(Buffer.concat([prefixed(token), uint32(DECLARED_BYTES)]));
      return drip(peer, 'x');
    },
  },
  {
    name: 'a flood of empty frames',
    against: stream,
    refused: is(CLOSED),
    async run({ dial, token }) {
      const peer = await dial();
      await peer.write(prefixed(token));
      await peer.hears(({ length }) => length >= 4);
      await pour(peer, uint32(0), 100_000);
      return fate(peer);
    },
  },
  {
    name: 'a packet declared to be of 256 MB before it says who it is',
    against: mqtt,
    refused: is(CLOSED),
    async run(target) {
      const { peer, write } = await towardsMqtt(target);
      await write(Buffer.of(0x10, 0xff, 0xff, 0xff, 0x7f));
      return drip(peer, target.wire.family === 'mqtt' ? 'x' : frame('x', { opcode: BINARY }));
    },
  },
  {
    name: 'a message a byte at a time',
    against: mqtt,
    refused: is(CLOSED),
    async run(target) {
      const { peer, write } = await inMqtt(target);
      const packet = generate(publishing({ topic: 'up/x', payload: Buffer.alloc(20_000) }));
      for (const byte of packet.subarray(0, 10_000)) {
        // Each in a segment of its own.
        if (!(await write(Buffer.of(byte)))) break;
        await new Promise(setImmediate);
      }
      return fate(peer);
    },
  },
  mqttAttack('ten thousand subscriptions', (index) => ({
    cmd: 'subscribe',
    messageId: (index % 65_535) + 1,
    subscriptions: [{ topic: `down/${index}`, qos: 0 }],
  })),
  mqttAttack('QoS 2 messages that are never released', (index) =>
    publishing({ topic: 'up/x', qos: 2, messageId: (index % 65_535) + 1 }),
  ),
  mqttAttack('messages kept for later subscribers', (index) =>
    publishing({ topic: `up/${index}`, retain: true, payload: Buffer.alloc(1_000) }),
  ),
  mqttAttack('messages to topics that are not its own', () => publishing({ topic: 'all' })),
  mqttAttack('topics of 200 levels', () => publishing({ topic: `up${'/x'.repeat(200)}` })),
  mqttAttack('pings', () => ({ cmd: 'pingreq' })),
  {
    name: 'a session that would gather messages once it is left',
    against: mqtt,
    refused: is(CLOSED),
    async run(target) {
      const { peer, write } = await towardsMqtt(target);
      await write(connecting(target.token, { clientId: 'gatherer', clean: false }));
      return fate(peer);
    },
  },
];

/** What begins every connection of a family, and wants more. */
const OPENINGS: Readonly<Record<Wire['family'], string | Buffer>> = {
  stream: Buffer.of(0, 0, 1, 0),
  http: 'GET / HTTP/1.1\r\nHost: a\r\nSlow: ',
  websocket: 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSlow: ',
  'engine.io': 'GET /socket.io/?EIO=4 HTTP/1.1\r\nHost: a\r\nSlow: ',
  mqtt: Buffer.of(0x10, 0x7f),
  http2: 'PRI * HTTP/2.0\r\n',
  datagrams: '',
};

/** A session's name: Engine.IO has its own. */
const SESSION = /[0-9a-f]{8}-[0-9a-f-]{27}|(?<="sid":")[\w-]+/;

/** A connection that may post to a session of its own, and the head of such a request. */
async function toPost({ dial, wire, token }: Target): Promise<{ peer: RawPeer; head: string }> {
  const bearer = `Host: a\r\nAuthorization: Bearer ${token}\r\n`;
  let session = '';
  if (wire.opens !== undefined) {
    const opener = await dial();
    await opener.write(`${wire.opens} HTTP/1.1\r\n${bearer}Content-Length: 0\r\n\r\n`);
    session = SESSION.exec(await opener.hears(SESSION))![0];
  }
  return { peer: await dial(), head: `POST ${wire.posts}${session} HTTP/1.1\r\n${bearer}` };
}

async function fragments(target: Target, payload: string): Promise<string> {
  const peer = await inWebSocket(target);
  await peer.write(pieces(payload, 50_000));
  return fate(peer);
}

async function inGraphql(target: Target): Promise<RawPeer> {
  const peer = await inWebSocket(target);
  const init = { type: 'connection_init', payload: { authorization: `Bearer ${target.token}` } };
  await peer.write(frame(JSON.stringify(init), { opcode: TEXT }));
  await peer.hears(/connection_ack/);
  return peer;
}

/** As many mutations as a message has room for. */
function manyMessages(): string {
  return `mutation{${Array.from({ length: 2_000 }, (_, index) => `a${index}:send(m:"x")`).join(' ')}}`;
}

interface GraphqlStream {
  /** Sends an operation; resolves with all that its connection heard. */
  readonly peer: (query: string) => Promise<string>;
  /** Where the results come down. */
  readonly stream: RawPeer;
}

async function inGraphqlStream(target: Target): Promise<GraphqlStream> {
  const { peer, head } = await toPost(target);
  const [, path = ''] = head.split(' ');
  const stream = await target.dial();
  const bearer = `Host: a\r\nAuthorization: Bearer ${target.token}\r\n`;
  await stream.write(`GET ${path} HTTP/1.1\r\n${bearer}Accept: text/event-stream\r\n\r\n`);
  await stream.hears(/event-stream/);
  let sent = 0;
  return {
    stream,
    async peer(query) {
      const body = JSON.stringify({ query, extensions: { operationId: String(sent++) } });
      const type = 'Content-Type: application/json\r\nAccept: application/json\r\n';
      await peer.write(`${head}${type}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return peer.hears((text) => text.split('HTTP/1.1 ').length > sent);
    },
  };
}

async function inEngine(target: Target): Promise<RawPeer> {
  const peer = await inWebSocket(target);
  await peer.write(frame(`40${JSON.stringify({ token: target.token })}`, { opcode: TEXT }));
  await peer.hears(/40\{"sid"/);
  return peer;
}

/** The fields of a packet that these attacks leave empty, and the types ask for. */
const NOTHING = { qos: 0, retain: false, dup: false } as const;

function connecting(token: string, more: { clientId?: string; clean?: boolean } = {}): Buffer {
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    keepalive: 0,
    clean: true,
    clientId: '',
    username: 'token',
    password: Buffer.from(token),
    ...more,
  });
}

/** A connection that MQTT is spoken on, and how its packets are sent there: over WebSocket, a frame each. */
interface MqttPeer {
  readonly peer: RawPeer;
  readonly write: (packet: Uint8Array) => Promise<boolean>;
}

async function towardsMqtt(target: Target): Promise<MqttPeer> {
  if (target.wire.family === 'mqtt') {
    const peer = await target.dial();
    return { peer, write: (packet) => peer.write(packet) };
  }
  const peer = await inWebSocket(target);
  return { peer, write: (packet) => peer.write(frame(packet, { opcode: BINARY })) };
}

async function inMqtt(target: Target): Promise<MqttPeer> {
  const { peer, write } = await towardsMqtt(target);
  await write(connecting(target.token));
  // CONNACK, and nothing against it.
  await peer.hears((text) => text.includes('\x20\x02\0\0'));
  return { peer, write };
}

function publishing(
  more: { topic: string; payload?: Buffer; qos?: 0 | 2; messageId?: number; retain?: boolean } & object,
): Packet {
  return { cmd: 'publish', payload: 'x', ...NOTHING, ...more };
}

/** A flood of one kind of packet, from a session that was admitted. */
function mqttAttack(name: string, packet: (index: number) => Packet): Attack {
  return {
    name: `a flood of ${name}`,
    against: mqtt,
    refused: is(CLOSED),
    async run(target) {
      const { peer, write } = await inMqtt(target);
      for (let index = 0; index < 10_000; index++) if (!(await write(generate(packet(index))))) break;
      return fate(peer);
    },
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function prefixed(text: string): Buffer {
  return Buffer.concat([uint32(text.length), Buffer.from(text)]);
}
