import { createServer, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';
import { bindForeign, described, endSocket, type ListenForeign, writeInPieces } from './foreign.ts';
import type { Random } from './random.ts';
import { listenForWebSockets } from './websocket.ts';

/** Answers a client's packet as a broker does; undefined for a packet that needs no answer. */
function answer(packet: Packet): Packet | undefined {
  if (packet.cmd === 'connect') return { cmd: 'connack', returnCode: 0, sessionPresent: false };
  if (packet.cmd === 'subscribe')
    return { cmd: 'suback', messageId: packet.messageId!, granted: packet.subscriptions.map(({ qos }) => qos) };
  if (packet.cmd === 'pubrec') return { cmd: 'pubrel', messageId: packet.messageId! };
  return undefined;
}

function publish(random: Random, qos: 0 | 1 | 2): Packet {
  const payload = random.payload();
  const topic = random.oneIn(2) ? 'all' : `down/${random.below(1_000)}`;
  return {
    cmd: 'publish',
    topic,
    payload,
    qos,
    dup: false,
    retain: random.oneIn(8),
    messageId: 1 + random.below(65_535),
  };
}

/** Bytes of the next arrival: a message, some packets that are none, and sometimes what no broker sends. */
function next(random: Random): { bytes: Buffer; counts: number; ends: boolean } {
  const messageId = 1 + random.below(65_535);
  const others: Packet[] = [
    { cmd: 'pingresp' },
    { cmd: 'puback', messageId },
    { cmd: 'pubcomp', messageId },
    { cmd: 'pubrel', messageId },
    { cmd: 'suback', messageId, granted: [128] },
    { cmd: 'unsuback', messageId, granted: [] },
  ];
  const qos = random.pick([0, 0, 1, 2] as const);
  const packets = [...(random.oneIn(3) ? [random.pick(others)] : []), publish(random, qos)];
  const junk = random.oneIn(25)
    ? random.pick([random.bytes(), Buffer.from(random.text()), junkPacket(random)])
    : undefined;
  const bytes = Buffer.concat([...packets.map((packet) => generate(packet)), ...(junk === undefined ? [] : [junk])]);
  return { bytes, counts: junk === undefined ? 1 : 2, ends: junk !== undefined };
}

function junkPacket(random: Random): Buffer {
  const body = random.bytes();
  return Buffer.concat([Buffer.of(random.below(256), body.length), body]);
}

/** Connection acknowledged or refused in any way. */
const connack = (random: Random): Buffer =>
  random.pick([
    Buffer.of(0x20, 2, 0, random.below(256)),
    Buffer.of(0x20, 2, random.below(256), 0),
    junkPacket(random),
    random.bytes(),
  ]);

/** Reads a client's packets and answers them. */
function broker(say: (bytes: Buffer) => void): (data: Buffer) => void {
  const read = parser();
  read.on('packet', (packet: Packet) => {
    const answered = answer(packet);
    if (answered !== undefined) say(generate(answered));
  });
  read.on('error', () => {});
  return (data) => void read.parse(data);
}

/** Plays an MQTT broker over TCP. */
export const listenForPackets: ListenForeign = async (random) => {
  let newest: Socket | undefined;
  const server = createServer({ noDelay: true }, (socket) => {
    newest = socket;
    if (foreign.opening === 'sound')
      return void socket.on(
        'data',
        broker((bytes) => void socket.write(bytes)),
      );
    socket.on('data', () => {
      writeInPieces(random, socket, connack(random), random.oneIn(2));
      setTimeout(() => endSocket(random, socket), random.below(10));
    });
  });
  const bound = await bindForeign(server);
  const foreign: Awaited<ReturnType<ListenForeign>> = {
    ...bound,
    url: `mqtt://${bound.authority}`,
    opening: 'sound',
    say: (what) => void newest!.write(what),
    arrive() {
      const { bytes, counts, ends } = next(random);
      writeInPieces(random, newest!, bytes, ends);
      return { what: `packets ${described(bytes)}${ends ? ' and the end' : ''}`, counts };
    },
  };
  return foreign;
};

/** Plays an MQTT broker over WebSocket. */
export const listenForPacketsInFrames: ListenForeign = (random) => {
  let hear: ((data: Buffer) => void) | undefined;
  return listenForWebSockets(random, {
    subprotocol: 'mqtt',
    open(say) {
      hear = broker(say);
    },
    hear: (data) => hear?.(data),
    junk: () => connack(random),
    next() {
      const { bytes, counts, ends } = next(random);
      return { payloads: [bytes], counts, ends };
    },
  });
};
