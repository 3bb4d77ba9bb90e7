import type { Packet } from 'mqtt-packet';
import { type Attack, CLOSED, closeReason, type Target, writeSlowly } from '../checks/abuse/tools/attack.ts';
import { BINARY, frame } from '../checks/abuse/tools/frames.ts';
import type { RawPeer } from '../checks/abuse/tools/peer.ts';
import type { TcpSurface, WebSocketSurface } from '../checks/abuse/tools/surface.ts';
import { openWebSocket } from '../checks/abuse/tools/websocket.ts';
import { asBytes, message, type Steps } from '../checks/micro/chain.ts';
import { arrived, callback, MemoryStream, type Pieces } from '../checks/micro/memory-socket.ts';
import type { Framing } from '../checks/theory/framing.ts';
import { MQTT_ACKNOWLEDGEMENT, mqttPublish, webSocketFrame } from '../checks/theory/parts.ts';
import type { BuiltInTransport } from './shape.ts';
import { overWebSocket as webSocketAddresses } from './shared/addresses.ts';
import { holdsWebSocket, inNoBrowser } from './shared/browsers.ts';
import { UPGRADE, waitFor } from './shared/handshake.ts';
import { wholeSeconds } from './shared/heartbeats.ts';

/** Name with the length of a session's name. */
const NAME = 'abcdefgh';
const [UP, DOWN] = [`up/${NAME}`, `down/${NAME}`] as const;

/** Maximum size of an MQTT packet that both sides send in one WebSocket message, as mqtt.js does in a browser. */
const MAX_IN_A_FRAME = 65_536;

/** Bytes of a packet in WebSocket frames. One that is too long to be combined is sent as it is written: its head, then its payload. */
function packetInFrames(packet: number, payload: number, from: 'client' | 'server'): number {
  if (packet <= MAX_IN_A_FRAME) return webSocketFrame(packet, from);
  return webSocketFrame(packet - payload, from) + webSocketFrame(payload, from);
}

const steps: Steps = async () => {
  const { parser, writeToStream } = await import('mqtt-packet');
  const direction = (topic: string) => {
    const stream = new MemoryStream();
    const packets = parser({ protocolVersion: 4 });
    const payload = callback<string | Buffer>();
    packets.on('packet', (packet) => {
      if (packet.cmd === 'publish') payload.put(packet.payload);
    });
    return {
      publish(payload: string | Buffer): Pieces {
        writeToStream({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, stream);
        return stream.written();
      },
      parse(chunk: Buffer): string | Buffer {
        packets.parse(chunk);
        return payload.take();
      },
    };
  };
  const toServer = direction(UP);
  const toClient = direction(DOWN);
  return {
    up: message()
      .timed('client encode', 'PUBLISH to up/…', 'mqtt-packet', toServer.publish)
      .untimed(arrived)
      .timed('server decode', 'PUBLISH to up/…', 'mqtt-packet', toServer.parse),
    down: asBytes()
      // The server gives its broker a copy.
      .timed('server encode', 'PUBLISH to down/…', 'mqtt-packet', (bytes) => toClient.publish(Buffer.from(bytes)))
      .untimed(arrived)
      .timed('client decode', 'PUBLISH to down/…, to text', 'mqtt-packet', (chunk) => toClient.parse(chunk).toString()),
  };
};

/** Connection that carries MQTT, and how its bytes are sent on it. */
interface MqttPeer {
  readonly peer: RawPeer;
  /** Converts bytes to what one write sends: the bytes themselves, or a frame around them. */
  readonly wrap: (bytes: Uint8Array) => Uint8Array;
}

type Connect = (target: Target) => Promise<MqttPeer>;

/** Attacks on a broker. @param absence the one that has messages collected for an absent client */
async function attacksThrough(connect: Connect, absence: Absence = refusedAbsence): Promise<readonly Attack[]> {
  const { generate } = await import('mqtt-packet');
  return [
    {
      name: 'a packet declared as 256 MB before authentication',
      refused: CLOSED,
      async run(target) {
        const { peer, wrap } = await connect(target);
        await peer.write(wrap(Buffer.of(0x10, 0xff, 0xff, 0xff, 0x7f)));
        return writeSlowly(peer, wrap(Buffer.from('x')));
      },
    },
    {
      name: 'a message a byte at a time',
      refused: CLOSED,
      async run(target) {
        const { peer, wrap } = await authenticate(connect, target, generate);
        const packet = generate(publishing({ topic: 'up/x', payload: Buffer.alloc(20_000) }));
        for (const byte of packet.subarray(0, 10_000)) {
          // Sends each byte in its own segment.
          if (!(await peer.write(wrap(Buffer.of(byte))))) break;
          await new Promise(setImmediate);
        }
        return closeReason(peer);
      },
    },
    absence(connect, generate),
    ...Object.entries(FLOODS).map(
      ([name, build]): Attack => ({
        name: `a flood of ${name}`,
        refused: CLOSED,
        async run(target) {
          const { peer, wrap } = await authenticate(connect, target, generate);
          for (let index = 0; index < 10_000; index++) if (!(await peer.write(wrap(generate(build(index)))))) break;
          return closeReason(peer);
        },
      }),
    ),
  ];
}

/** Makes an attack in which messages are collected for an absent client. */
type Absence = (connect: Connect, generate: (packet: Packet) => Buffer) => Attack;

const refusedAbsence: Absence = (connect, generate) => ({
  name: 'a session that would collect messages while its client is away',
  refused: CLOSED,
  async run(target) {
    const { peer, wrap } = await connect(target);
    await peer.write(wrap(generate(connecting(target.token, GATHERER))));
    return closeReason(peer);
  },
});

const GATHERER = { clientId: 'gatherer', clean: false };
/** CONNACK with return code 0, without and with a session. [MQTT-3.2.2-2] */
const [NEW_SESSION, KEPT_SESSION] = ['\x20\x02\0\0', '\x20\x02\x01\0'];

/** Multiple of the limit on a backlog that a server keeps for one session. */
const KEPT_BACKLOGS = 16;

const boundedAbsence: Absence = (connect, generate) => ({
  name: 'a session that collects more bytes than it may while its client is away',
  refused: /the session was ended/,
  async run(target) {
    const { backlogBytes, messageBytes, messagesPerSecond } = target.limits;
    const subscription = { topic: 'down/gatherer', qos: 1 } as const;
    const gatherer = await connect(target);
    await gatherer.peer.write(gatherer.wrap(generate(connecting(target.token, GATHERER))));
    await gatherer.peer.write(
      gatherer.wrap(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [subscription] })),
    );
    // SUBACK
    await gatherer.peer.hears((text) => text.includes('\x90\x03\0\x01\x01'));
    gatherer.peer.cut();
    await gatherer.peer.ended;
    const message = generate(publishing({ topic: 'up/gatherer', payload: Buffer.alloc(messageBytes, 'x') }));
    // Each sender stays within the limits of one session.
    const each = Math.floor(messagesPerSecond / 2);
    for (let left = Math.ceil((KEPT_BACKLOGS * backlogBytes) / messageBytes); left > 0; left -= each) {
      const { peer, wrap } = await authenticate(connect, target, generate);
      for (let sent = 0; sent < each; sent++) await peer.write(wrap(message));
      await peer.write(wrap(generate({ cmd: 'pingreq' })));
      // PINGRESP
      await peer.hears((text) => text.includes('\xd0\0'));
    }
    const back = await connect(target);
    await back.peer.write(back.wrap(generate(connecting(target.token, GATHERER))));
    const text = await back.peer.hears((heard) => heard.includes(NEW_SESSION) || heard.includes(KEPT_SESSION));
    return text.includes(NEW_SESSION) ? 'the session was ended' : 'the session has collected everything';
  },
});

/** Packets of which a session must not send many. */
const FLOODS: Readonly<Record<string, (index: number) => Packet>> = {
  'ten thousand subscriptions': (index) => ({
    cmd: 'subscribe',
    messageId: (index % 65_535) + 1,
    subscriptions: [{ topic: `down/${index}`, qos: 0 }],
  }),
  'QoS 2 messages that are never released': (index) =>
    publishing({ topic: 'up/x', qos: 2, messageId: (index % 65_535) + 1 }),
  'messages kept for later subscribers': (index) =>
    publishing({ topic: `up/${index}`, retain: true, payload: Buffer.alloc(1_000) }),
  'messages to topics that are not its own': () => publishing({ topic: 'all' }),
  'topics of 200 levels': () => publishing({ topic: `up${'/x'.repeat(200)}` }),
  pings: () => ({ cmd: 'pingreq' }),
};

async function authenticate(connect: Connect, target: Target, generate: (packet: Packet) => Buffer): Promise<MqttPeer> {
  const { peer, wrap } = await connect(target);
  await peer.write(wrap(generate(connecting(target.token))));
  await peer.hears((text) => text.includes(NEW_SESSION));
  return { peer, wrap };
}

function connecting(token: string, more: { clientId?: string; clean?: boolean } = {}): Packet {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    keepalive: 0,
    clean: true,
    clientId: '',
    username: 'token',
    password: Buffer.from(token),
    ...more,
  };
}

function publishing(more: {
  topic: string;
  payload?: Buffer;
  qos?: 0 | 2;
  messageId?: number;
  retain?: boolean;
}): Packet {
  return { cmd: 'publish', payload: 'x', qos: 0, retain: false, dup: false, ...more };
}

const dialBare: Connect = async ({ dial }) => ({ peer: await dial(), wrap: (bytes) => bytes });

const refusals = { tooLarge: CLOSED, unauthorized: /Not authorized/, flood: CLOSED };

const overTcp: TcpSurface = {
  protocol: 'tcp-stream',
  opening: Uint8Array.of(0x10, 0x7f),
  refusals,
  untried: {
    'a head without end': 'the protocol begins with lengths, not with lines of text',
    'a compression bomb': 'the protocol has no compression',
  },
  attacks: () => attacksThrough(dialBare),
};

/** Surface of a broker that keeps sessions. */
const overTcpKept: TcpSurface = { ...overTcp, attacks: () => attacksThrough(dialBare, boundedAbsence) };

const overWebSocket: WebSocketSurface = {
  protocol: 'websocket',
  subprotocol: 'mqtt',
  refusals: { ...refusals, silence: CLOSED },
  attacks: () =>
    attacksThrough(async (target) => ({
      peer: await openWebSocket(target, overWebSocket),
      wrap: (bytes) => frame(bytes, { opcode: BINARY }),
    })),
};

const qos1Framing: Framing = {
  source: 'MQTT 3.1.1 §3.3, §4.3.2: on each of two hops a PUBLISH with an identifier, and its PUBACK back',
  exchange: ({ size }) => ({
    up: [mqttPublish(size, UP.length, 2), MQTT_ACKNOWLEDGEMENT],
    down: [MQTT_ACKNOWLEDGEMENT, mqttPublish(size, DOWN.length, 2)],
  }),
};

/** mqtt.js sends nothing before CONNACK, though a client need not wait for it (MQTT 3.1.1 §3.1.4). */
const mqttSteps = [
  waitFor('CONNECT', 'MQTT 3.1.1 §3.1.4, §3.2: mqtt.js waits for CONNACK, though the protocol does not ask for it'),
  waitFor('SUBSCRIBE', 'MQTT 3.1.1 §3.8.4, §3.9'),
];

const framing: Framing = {
  source: 'MQTT 3.1.1 §2.2.3, §3.3; topics `up/<8>` and `down/<8>`',
  exchange: ({ size }) => ({ up: [mqttPublish(size, UP.length)], down: [mqttPublish(size, DOWN.length)] }),
};

export const transport: BuiltInTransport = {
  id: 'mqtt',
  // Tried with Deno 2.9.6: a reader that takes one piece an event, as aedes does, gets no further event once 64 KiB wait.
  runtimes: (runtime) =>
    runtime === 'deno'
      ? 'stands still on Deno once 64 KiB wait: its streams do not tell aedes that more can be read'
      : undefined,
  title: 'MQTT',
  family: 'broker',
  browser: inNoBrowser('uses MQTT over TCP, which web pages cannot open; mqtt:ws is MQTT over WebSocket'),
  capabilities: {
    binary: true,
    ordered: true,
    reliable: true,
    upstream: 'connection',
    auth: true,
    reconnects: true,
    resume: 'log',
    sharesPort: 'always',
  },
  sessionKib: 49,
  dissection: { filter: 'mqtt', preferences: ['mqtt.show_msg_as_text:TRUE'] },
  addresses: {
    schemes: [
      { name: 'mqtt', tls: false, port: 1883 },
      { name: 'mqtts', tls: true, port: 8883 },
      { name: 'tcp', tls: false, as: 'mqtt', port: 1883 },
      { name: 'tls', tls: true, as: 'mqtts', port: 8883 },
      { name: 'ssl', tls: true, as: 'mqtts', port: 8883 },
    ],
    uses: ['user and password'],
  },
  targetOptions: {
    topics: {
      help: 'prefix of all topics, for a broker that admits no others',
      pattern: /^[^+#\0,]+$/,
      words: 'the beginning of topics, such as tenants/a, without + and #',
    },
  },
  framing,
  roundTrips: mqttSteps,
  steps,
  handshake: 'the server must acknowledge CONNECT and SUBSCRIBE (MQTT 3.1.1 §3.2, §3.9)',
  heartbeats: wholeSeconds('MQTT 3.1.1 §3.1.2.10, Keep Alive', 65_535),
  unanswered:
    'a broker does not say what its access rules drop; they must let the client publish and subscribe to all topics under wirebench/',
  surface: overTcp,
  foreign: async () => (await import('../checks/fuzz/tools/mqtt.ts')).listenForPackets,
  proxied: 'TCP',
  variants: [
    { id: 'qos1', title: 'QoS 1', options: { qos: 1 }, framing: qos1Framing },
    {
      id: 'qos2',
      title: 'QoS 2',
      options: { qos: 2 },
      framing: {
        source: 'MQTT 3.1.1 §3.3, §4.3.3: on each of two hops PUBLISH, PUBREC back, PUBREL, PUBCOMP back',
        exchange: ({ size }) => ({
          up: [mqttPublish(size, UP.length, 2), ...Array<number>(3).fill(MQTT_ACKNOWLEDGEMENT)],
          down: [mqttPublish(size, DOWN.length, 2), ...Array<number>(3).fill(MQTT_ACKNOWLEDGEMENT)],
        }),
      },
    },
    {
      id: 'ws',
      proxied: 'WebSocket',
      title: 'over WebSocket',
      // Wireshark 4.0 does not look for MQTT in WebSocket's frames.
      dissection: { filter: 'websocket' },
      options: { websocket: true },
      browser: holdsWebSocket,
      roundTrips: [UPGRADE, ...mqttSteps],
      addresses: webSocketAddresses,
      foreign: async () => (await import('../checks/fuzz/tools/mqtt.ts')).listenForPacketsInFrames,
      framing: {
        source: 'MQTT 3.1.1 §3.3, §6: a packet a frame, a long packet in two frames; RFC 6455 §5.2',
        exchange: ({ size }) => ({
          up: [packetInFrames(mqttPublish(size, UP.length), size, 'client')],
          down: [packetInFrames(mqttPublish(size, DOWN.length), size, 'server')],
        }),
      },
      surface: overWebSocket,
    },
    {
      id: 'session',
      title: 'QoS 1, session kept',
      options: { qos: 1, session: true },
      capabilities: { resume: 'native', resumeEndsWithServer: true },
      framing: qos1Framing,
      surface: overTcpKept,
    },
    {
      id: 'redis',
      title: 'with mqemitter-redis',
      options: { adapter: 'redis' },
      needs: 'backplane',
      capabilities: { resume: 'none' },
      framing,
    },
  ],
};
