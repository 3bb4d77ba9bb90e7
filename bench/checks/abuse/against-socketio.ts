import { Encoder } from 'socket.io-msgpack-parser';
import type { Wire } from '../../transports/index.ts';
import { type Attack, CLOSED, fate, inWebSocket, is, pour, type Target } from './attack.ts';
import { BINARY, frame, TEXT } from './frames.ts';
import type { RawPeer } from './peer.ts';

const packs = (wire: Wire): boolean => wire.family === 'engine.io' && wire.packed === true;
const polls = ({ packets }: Wire): boolean => packets === true;

/** Stands between packets of one body (Engine.IO 4). */
const SEPARATOR = '\x1e';
/** An array or a map of so many elements, an extension or a text of so many bytes, and nothing of it: MessagePack's own prefixes. */
const HUGE = [0xff, 0xff, 0xff, 0xff];

/** The session is over: that is the answer to a poll (Engine.IO's packet `1`), or there is none of that name. */
const OVER = /\r\n\r\n1(?:HTTP|$)| 400 /;

export const againstSocketio: readonly Attack[] = [
  ...(
    [
      ['that is a text', undefined],
      ['that is empty', Buffer.alloc(0)],
      ['cut short', Buffer.from(packed({ type: 2, nsp: '/', data: ['m', 'x'] })).subarray(0, -4)],
      ['of an array nested ten thousand times', Buffer.alloc(10_000, 0x91)],
      ['of a map nested ten thousand times', Buffer.alloc(30_000, Buffer.of(0x81, 0xa1, 0x61))],
      ['of an array declared to be huge', Buffer.of(0xdd, ...HUGE)],
      ['of a map declared to be huge', Buffer.of(0xdf, ...HUGE)],
      ['of bytes declared to be huge', Buffer.of(0xc6, ...HUGE)],
      ['of a text declared to be huge', Buffer.of(0xdb, ...HUGE)],
      ['of an extension declared to be huge', Buffer.of(0xc9, ...HUGE, 1)],
      ['of a type that there is not', packed({ type: 5, nsp: '/', data: ['m', 'x'] })],
      ['of a namespace that is a number', packed({ type: 2, nsp: 1, data: ['m', 'x'] })],
      ['of an event without a name', packed({ type: 2, nsp: '/', data: [] })],
      ['of an event whose name is an object', packed({ type: 2, nsp: '/', data: [{ toString: 'm' }, 'x'] })],
      ['of an event that only the server has', packed({ type: 2, nsp: '/', data: ['disconnect', 'x'] })],
      ['of a map that would change its own nature', packed({ type: 2, nsp: '/', data: ['m', { ['__proto__']: 'x' }] })],
      ['of attachments', packed({ type: 5, nsp: '/', data: ['m', { _placeholder: true, num: 0 }], attachments: 9 })],
    ] as const
  ).map(
    ([what, packet]): Attack => ({
      name: `a packet ${what}`,
      against: packs,
      refused: is(CLOSED),
      async run(target) {
        const peer = await inPacked(target);
        await peer.write(packet === undefined ? frame('42["m"]', { opcode: TEXT }) : frame(packet, { opcode: BINARY }));
        return fate(peer);
      },
    }),
  ),
  {
    name: 'a flood of packets that nobody listens for',
    against: packs,
    refused: is(CLOSED),
    async run(target) {
      const peer = await inPacked(target);
      await pour(peer, frame(packed({ type: 2, nsp: '/', data: ['other', 1] }), { opcode: BINARY }), 20_000);
      return fate(peer);
    },
  },
  polling('a body of bytes', ({ post }) => post('abc', 'Content-Type: application/octet-stream\r\n')),
  polling('five thousand packets in a body', ({ post }) =>
    post(Array.from({ length: 5_000 }, () => '42["other"]').join(SEPARATOR)),
  ),
  polling('ten thousand empty packets in a body', ({ post }) => post(SEPARATOR.repeat(10_000))),
  polling('a binary packet that is no base64', ({ post }) => post('b****')),
  polling('polls beside polls', async ({ get, other }) => {
    const { get: getToo } = await other();
    for (let round = 0; round < 10; round++) await Promise.all([get(), getToo()]);
  }),
  polling('a body beside a body', async ({ begin, other }) => {
    await begin();
    // The first is under way once the server has seen it, and that it does not tell.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await (await other()).post('2');
  }),
];

function packed(packet: unknown): Uint8Array {
  const [bytes] = new Encoder().encode(packet) as unknown as [Uint8Array];
  return bytes;
}

/** A session of Socket.IO whose packets are MessagePack. */
async function inPacked(target: Target): Promise<RawPeer> {
  const peer = await inWebSocket(target);
  await peer.write(frame(packed({ type: 0, nsp: '/', data: { token: target.token } }), { opcode: BINARY }));
  // Of the answer; the handshake below it has no namespace.
  await peer.hears(/nsp/);
  return peer;
}

/** Requests of one session on one connection. */
interface Requests {
  get(): Promise<unknown>;
  post(body: string, more?: string): Promise<unknown>;
  /** A POST that does not end. */
  begin(): Promise<unknown>;
}

interface Polling extends Requests {
  /** The same on a connection of its own. */
  other(): Promise<Requests>;
}

/** What is done with a session over long polling, after which there is none any more. */
function polling(name: string, attack: (session: Polling) => Promise<unknown>): Attack {
  return {
    name,
    against: polls,
    refused: is(OVER),
    async run({ dial, token, wire: { opens, posts } }) {
      const peer = await dial();
      await peer.write(`${opens} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const [, id] = /"sid":"([\w-]+)"/.exec(await peer.hears(/"sid":"([\w-]+)"/)) ?? [];
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
      // There may be messages to be fetched before its end.
      const asking = await dial();
      for (let answers = 1; !OVER.test(asking.text); answers++) {
        await requests(asking).get();
        await asking.hears((text) => text.split('HTTP/1.1 ').length > answers);
      }
      return asking.text;
    },
  };
}
