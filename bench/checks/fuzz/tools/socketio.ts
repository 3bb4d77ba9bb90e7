import { createServer, type ServerResponse } from 'node:http';
import { Encoder as PackEncoder } from 'socket.io-msgpack-parser';
import { Encoder, PacketType } from 'socket.io-parser';
import { bindForeign, described, type Foreign, type ListenForeign } from './foreign.ts';
import { anyAnswer } from './http.ts';
import type { Random } from './random.ts';
import { listenForWebSockets, type Payload } from './websocket.ts';

const HANDSHAKE = { sid: 'abc', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000_000 };

interface Packet {
  readonly type: PacketType;
  readonly nsp: string;
  readonly data?: unknown;
  readonly id?: number;
}

/** Encodes a packet as Engine.IO messages: a text begins with 4, bytes are as they are. */
type Encode = (packet: Packet) => Payload[];

const encodeJson: Encode = (packet) =>
  new Encoder().encode(packet as never).map((part: Payload) => (typeof part === 'string' ? `4${part}` : part));

const encodePack: Encode = (packet) => new PackEncoder().encode(packet) as unknown as Payload[];

/** Arguments of an event, right or wrong. */
const event = (random: Random): unknown[] =>
  random.pick([
    () => ['m', random.text()],
    () => ['m', random.bytes()],
    () => ['m', random.json(), random.json()],
    () => ['m', null],
    () => ['m'],
  ])();

function next(random: Random, encode: Encode): { payloads: Payload[]; counts: number } {
  const id = random.oneIn(8) ? { id: random.below(5) } : {};
  const sound = encode({ type: PacketType.EVENT, nsp: '/', data: event(random), ...id });
  const other = random.pick([
    () =>
      encode({ type: PacketType.EVENT, nsp: random.pick(['/', '/other']), data: [`${random.text()}x`, random.json()] }),
    () => encode({ type: PacketType.ACK, nsp: '/', data: [random.json()], id: random.below(5) }),
    () => ['2'],
    () => ['3'],
    () => ['6'],
  ])();
  // An event follows, because the client rightly ignores what nobody listens for.
  if (random.oneIn(25)) return { payloads: [...junk(random, encode), ...sound], counts: 1 };
  return { payloads: [...(random.oneIn(4) ? other : []), ...sound], counts: 1 };
}

/** Payloads that no server of Socket.IO sends, or that end the session. */
function junk(random: Random, encode: Encode): Payload[] {
  const type = random.pick([0, 1, 2, 3, 4, 5, 6]);
  const data = random.pick([random.json(), [random.json()], { message: random.json() }]);
  return random.pick([
    () => encode({ type, nsp: '/', data }),
    () => [`0${random.jsonText()}`],
    () => [`${random.below(10)}${random.text()}`],
    () => [`4${random.below(10)}${random.jsonText()}`],
    () => [`44{"message":${random.jsonText()}}`],
    () => [
      `45${random.pick(['', '1-', '9999-', 'x-'])}["m",{"_placeholder":true,"num":${random.pick(['0', '-1', '9', '"x"'])}}]`,
      random.bytes(),
    ],
    () => [random.text()],
    () => [random.bytes()],
  ])();
}

const overWebSocket =
  (encode: Encode): ListenForeign =>
  (random) => {
    let connected = false;
    return listenForWebSockets(random, {
      scheme: 'http',
      open(say) {
        connected = false;
        say(`0${JSON.stringify(HANDSHAKE)}`);
      },
      // The first that a client says is that it connects.
      hear(_, say) {
        if (connected) return;
        connected = true;
        for (const payload of encode({ type: PacketType.CONNECT, nsp: '/', data: { sid: 'abc' } })) say(payload);
      },
      junk: () => junk(random, encode)[0]!,
      next: () => next(random, encode),
    });
  };

/** Plays a server of Socket.IO over WebSocket. */
export const listenForSocketio = overWebSocket(encodeJson);
/** Plays a server of Socket.IO over WebSocket whose packets are MessagePack. */
export const listenForPackedSocketio = overWebSocket(encodePack);

/** Joins packets into the body of a poll's answer (Engine.IO 4). */
const bodyOf = (packets: readonly Payload[]): string =>
  packets.map((part) => (typeof part === 'string' ? part : `b${Buffer.from(part).toString('base64')}`)).join('\u001e');

/** Plays a server of Socket.IO whose sessions begin with long polling and move to WebSocket. */
export const listenForUpgradedSocketio: ListenForeign = async (random) => {
  let waiting: ServerResponse | undefined;
  let due: Payload[] = [];
  /** Number of the newest session. Requests of an earlier one may still come. */
  let newest = 0;
  const anything = (): boolean => foreign.opening === 'any' && random.oneIn(3);

  function answerPoll(): void {
    if (waiting === undefined || due.length === 0) return;
    waiting.end(bodyOf(due));
    waiting = undefined;
    due = [];
  }

  const foreign = await listenForWebSockets(random, {
    scheme: 'http',
    answer(request, response) {
      request.resume();
      response.on('error', () => {});
      if (anything()) return anyAnswer(random, response);
      if (request.method === 'POST') return void response.end('ok');
      const [, sid] = /[?&]sid=(\d+)/.exec(request.url!) ?? [];
      if (sid !== undefined) {
        if (Number(sid) !== newest) return void response.writeHead(400).end();
        waiting = response;
        return answerPoll();
      }
      waiting = undefined;
      due = encodeJson({ type: PacketType.CONNECT, nsp: '/', data: { sid: 'abc' } });
      const upgrades = anything() ? random.json() : ['websocket'];
      response.end(`0${JSON.stringify({ ...HANDSHAKE, sid: String(++newest), upgrades })}`);
      if (foreign.opening === 'any') setTimeout(() => foreign.cut(), 10 + random.below(20));
    },
    // The client probes the WebSocket, and moves to it when the poll that it left open is answered.
    hear(data, say) {
      if (String(data) !== '2probe') return;
      say(anything() ? junk(random, encodeJson)[0]! : '3probe');
      due.push(anything() ? random.text() : '6');
      answerPoll();
    },
    junk: () => junk(random, encodeJson)[0]!,
    next: () => next(random, encodeJson),
  });
  return foreign;
};

/** Plays a server of Socket.IO over long polling. */
export const listenForPolledSocketio: ListenForeign = async (random) => {
  let waiting: ServerResponse | undefined;
  let due: Payload[] = [];
  let broken = false;

  function answerPoll(): void {
    if (waiting === undefined || due.length === 0) return;
    const response = waiting;
    waiting = undefined;
    const body = bodyOf(due);
    if (broken) {
      broken = false;
      return anyAnswer(random, response);
    }
    due = [];
    response.end(body);
  }

  const server = createServer((request, response) => {
    request.resume();
    response.on('error', () => {});
    const any = foreign.opening === 'any';
    if (any && random.oneIn(2)) return anyAnswer(random, response);
    if (request.method === 'POST') return void response.end('ok');
    if (/[?&]sid=/.test(request.url!)) {
      waiting = response;
      return answerPoll();
    }
    broken = false;
    due = encodeJson({ type: PacketType.CONNECT, nsp: '/', data: { sid: 'abc' } });
    response.end(`0${any ? random.jsonText() : JSON.stringify(HANDSHAKE)}`);
    if (any) setTimeout(() => foreign.cut(), random.below(10));
  });
  const bound = await bindForeign(server);
  const foreign: Foreign = {
    ...bound,
    url: `http://${bound.authority}`,
    opening: 'sound',
    say(what) {
      due.push(what);
      answerPoll();
    },
    arrive() {
      const breaks = random.oneIn(40);
      broken = breaks;
      const { payloads, counts } = next(random, encodeJson);
      due.push(...payloads);
      answerPoll();
      return { what: payloads.map(described).join(' ') + (breaks ? ', or no answer to a poll' : ''), counts };
    },
  };
  return foreign;
};
