import { setTimeout as sleep } from 'node:timers/promises';
import { Encoder } from 'socket.io-msgpack-parser';
import { type Attack, CLOSED, closeReason, flood, type Target } from '../../checks/abuse/tools/attack.ts';
import { BINARY, frame, TEXT } from '../../checks/abuse/tools/frames.ts';
import { answersIn } from '../../checks/abuse/tools/http.ts';
import type { RawPeer } from '../../checks/abuse/tools/peer.ts';
import type { HttpSurface, WebSocketSurface } from '../../checks/abuse/tools/surface.ts';
import { openWebSocket } from '../../checks/abuse/tools/websocket.ts';

/** Separator of packets in one body (Engine.IO 4). */
const SEPARATOR = '\x1e';
/** Length of 2³²−1 elements or bytes, for MessagePack's prefixes of values that then do not follow. */
const HUGE = [0xff, 0xff, 0xff, 0xff];

/** Pattern of an ended session: a poll is answered with Engine.IO's packet `1`, or the session is unknown. */
const OVER = /\r\n\r\n1(?:HTTP|$)| 400 /;

const unofferedUpgrade: Attack = {
  name: 'an upgrade to a protocol that is not offered',
  refused: CLOSED,
  async run({ dial }) {
    const peer = await dial();
    await peer.write('GET /elsewhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    return closeReason(peer);
  },
};

/** Attacks on Socket.IO whose packets are text. */
export const eventAttacks = (surface: WebSocketSurface): readonly Attack[] => [
  unofferedUpgrade,
  ...(
    [
      ['eleven attachments', '4511-["m",{"_placeholder":true,"num":0}]'],
      ['attachments that never arrive', '4510-["m",{"_placeholder":true,"num":0}]'],
      ['a binary event without attachments', '450-["m",1]'],
      ['an event whose name is an object', '42[{"toString":"m"},"x"]'],
      ['an event without a message', '42["m"]'],
      ['a malformed packet', '4{}'],
    ] as const
  ).map(
    ([name, packet]): Attack => ({
      name: `an event with ${name}`,
      refused: CLOSED,
      async run(target) {
        const peer = await openEvents(target, surface);
        await peer.write(frame(packet, { opcode: TEXT }));
        return closeReason(peer);
      },
    }),
  ),
  ...(
    [
      ['unknown events', '42["other",1]'],
      ['attempts to join other namespaces', '40/other,'],
    ] as const
  ).map(
    ([name, packet]): Attack => ({
      name: `a flood of ${name}`,
      refused: CLOSED,
      async run(target) {
        const peer = await openEvents(target, surface);
        await flood(peer, frame(packet, { opcode: TEXT }), 20_000);
        return closeReason(peer);
      },
    }),
  ),
];

/** Attacks on Socket.IO whose packets are MessagePack. */
export const packedAttacks = (surface: WebSocketSurface): readonly Attack[] => [
  unofferedUpgrade,
  ...(
    [
      ['in a text frame', undefined],
      ['that is empty', Buffer.alloc(0)],
      ['cut short', Buffer.from(packed({ type: 2, nsp: '/', data: ['m', 'x'] })).subarray(0, -4)],
      ['of an array nested ten thousand times', Buffer.alloc(10_000, 0x91)],
      ['of a map nested ten thousand times', Buffer.alloc(30_000, Buffer.of(0x81, 0xa1, 0x61))],
      ['of an array declared to be huge', Buffer.of(0xdd, ...HUGE)],
      ['of a map declared to be huge', Buffer.of(0xdf, ...HUGE)],
      ['of bytes declared to be huge', Buffer.of(0xc6, ...HUGE)],
      ['of a text declared to be huge', Buffer.of(0xdb, ...HUGE)],
      ['of an extension declared to be huge', Buffer.of(0xc9, ...HUGE, 1)],
      ['of an unknown type', packed({ type: 5, nsp: '/', data: ['m', 'x'] })],
      ['with a number as its namespace', packed({ type: 2, nsp: 1, data: ['m', 'x'] })],
      ['with an event without a name', packed({ type: 2, nsp: '/', data: [] })],
      ['with an event whose name is an object', packed({ type: 2, nsp: '/', data: [{ toString: 'm' }, 'x'] })],
      ['with an event reserved for the server', packed({ type: 2, nsp: '/', data: ['disconnect', 'x'] })],
      ['with a map that has the key __proto__', packed({ type: 2, nsp: '/', data: ['m', { ['__proto__']: 'x' }] })],
      ['with attachments', packed({ type: 5, nsp: '/', data: ['m', { _placeholder: true, num: 0 }], attachments: 9 })],
    ] as const
  ).map(
    ([what, packet]): Attack => ({
      name: `a packet ${what}`,
      refused: CLOSED,
      async run(target) {
        const peer = await openPacked(target, surface);
        await peer.write(packet === undefined ? frame('42["m"]', { opcode: TEXT }) : frame(packet, { opcode: BINARY }));
        return closeReason(peer);
      },
    }),
  ),
  {
    name: 'a flood of unknown events',
    refused: CLOSED,
    async run(target) {
      const peer = await openPacked(target, surface);
      await flood(peer, frame(packed({ type: 2, nsp: '/', data: ['other', 1] }), { opcode: BINARY }), 20_000);
      return closeReason(peer);
    },
  },
];

/** Attacks on Socket.IO over long polling, after which the session is gone. */
export const pollingAttacks = (surface: HttpSurface): readonly Attack[] => [
  polling(surface, 'a body of bytes', ({ post }) => post('abc', 'Content-Type: application/octet-stream\r\n')),
  polling(surface, 'five thousand packets in a body', ({ post }) =>
    post(Array.from({ length: 5_000 }, () => '42["other"]').join(SEPARATOR)),
  ),
  polling(surface, 'ten thousand empty packets in a body', ({ post }) => post(SEPARATOR.repeat(10_000))),
  polling(surface, 'a binary packet that is not base64', ({ post }) => post('b****')),
  polling(surface, 'concurrent polls', async ({ get, other }) => {
    const { get: getToo } = await other();
    for (let round = 0; round < 10; round++) await Promise.all([get(), getToo()]);
  }),
  polling(surface, 'concurrent bodies', async ({ begin, other }) => {
    await begin();
    // Waits until the server has seen the first body, which it does not confirm.
    await sleep(500);
    await (await other()).post('2');
  }),
];

function packed(packet: unknown): Uint8Array {
  const [bytes] = new Encoder().encode(packet) as unknown as [Uint8Array];
  return bytes;
}

/** Opens a session of Socket.IO whose packets are MessagePack. */
async function openPacked(target: Target, surface: WebSocketSurface): Promise<RawPeer> {
  const peer = await openWebSocket(target, surface);
  await peer.write(frame(packed({ type: 0, nsp: '/', data: { token: target.token } }), { opcode: BINARY }));
  // Waits for the answer, which has a namespace; the handshake has none.
  await peer.hears(/nsp/);
  return peer;
}

/** Requests of one session on one connection. */
interface Requests {
  get(): Promise<unknown>;
  post(body: string, more?: string): Promise<unknown>;
  /** Begins a POST whose body never ends. */
  begin(): Promise<unknown>;
}

interface Polling extends Requests {
  /** Requests of the session on another connection. */
  other(): Promise<Requests>;
}

/** Attack on a session over long polling, after which the session is gone. */
function polling(surface: HttpSurface, name: string, attack: (session: Polling) => Promise<unknown>): Attack {
  return {
    name,
    refused: OVER,
    async run({ dial, token }) {
      const { opens, posts, sessionName } = surface;
      const peer = await dial();
      await peer.write(`${opens} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const [id] = sessionName.exec(await peer.hears(sessionName)) ?? [];
      const requests = (from: RawPeer): Requests => {
        const line = `${posts}${id} HTTP/1.1\r\nHost: a\r\n`;
        return {
          get: () => from.write(`GET ${line}\r\n`),
          post: (body, more = '') =>
            from.write(`POST ${line}${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
          begin: () => from.write(`POST ${line}Content-Length: 10\r\n\r\n2`),
        };
      };
      const own = requests(peer);
      await own.post(`40${JSON.stringify({ token })}`);
      await own.get();
      await peer.hears(/40\{"sid"/);
      await attack({ ...own, other: async () => requests(await dial()) });
      // Messages may be waiting before the session's end.
      const asking = await dial();
      for (let answers = 1; !OVER.test(asking.text); answers++) {
        await requests(asking).get();
        await asking.hears((text) => answersIn(text) >= answers);
      }
      return asking.text;
    },
  };
}

/** Opens a session of Socket.IO whose packets are text. */
async function openEvents(target: Target, surface: WebSocketSurface): Promise<RawPeer> {
  const peer = await openWebSocket(target, surface);
  await peer.write(frame(`40${JSON.stringify({ token: target.token })}`, { opcode: TEXT }));
  await peer.hears(/40\{"sid"/);
  return peer;
}
