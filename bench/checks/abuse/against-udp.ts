import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { bufferOf, loadBinding, type QuicSession, type SendStream } from '../../native/webtransport.ts';
import type { Found, Wire } from '../../transports/index.ts';
import { type Attack, is, pour, speaks, type Target } from './attack.ts';

/** Datagrams of noise, and how long nothing may come back for it. */
const NOISE = 20_000;
const HUSH_MS = 1_000;
const DRIP_MS = 100;
const DECLARED_BYTES = 256 * 1024 * 1024;
/** What begins a QUIC connection of version 1 (RFC 9000 §17.2.2) has at least so many bytes. */
const INITIAL_BYTES = 1_200;

const quic = speaks('datagrams');

/** What everyone can send to a port that is open by UDP: nobody is there to be cut, and nobody may suffer. */
export function overUdp({ entry }: Found): Attack[] {
  if (entry.datagrams !== true) return [];
  return [
    {
      name: 'datagrams that mean nothing',
      against: () => true,
      refused: is(/hushed/),
      run: ({ url }) => shout(url),
    },
  ];
}

export const againstQuic: readonly Attack[] = [
  {
    name: 'sessions that say nothing',
    against: quic,
    refused: is(/1008 no stream in time/),
    async run(target) {
      const told = await Promise.all(Array.from({ length: 10 }, async () => fate(await session(target))));
      return told[0]!;
    },
  },
  {
    name: 'a message declared to be of 256 MiB, a byte at a time',
    against: quic,
    refused: is(/1009 message too large|1008 too many/),
    async run(target) {
      const { peer, stream } = await inStream(target);
      await stream.write(uint32(DECLARED_BYTES));
      const timer = setInterval(() => void stream.write(Buffer.of(0)).catch(ignore), DRIP_MS);
      return fate(peer).finally(() => clearInterval(timer));
    },
  },
  {
    name: 'a flood of empty frames',
    against: quic,
    refused: is(/1008 too many messages/),
    async run(target) {
      const { peer, stream } = await inStream(target);
      const write = (bytes: Uint8Array): Promise<boolean> =>
        stream.write(bufferOf(bytes)).then(
          () => true,
          () => false,
        );
      await pour({ write }, uint32(0), 20_000);
      return fate(peer);
    },
  },
  {
    name: 'streams beside the one there is',
    against: quic,
    refused: is(/1008 one stream/),
    async run(target) {
      const { peer, stream } = await inStream(target);
      const another = (await peer.openBi()).takeSend();
      await another.write(Buffer.alloc(target.limits.messageBytes)).catch(ignore);
      const told = await fate(peer);
      await finish(stream);
      return told;
    },
  },
  {
    name: 'a flood of datagrams',
    against: (wire: Wire) => quic(wire),
    // Where messages do not travel so, nobody reads them: the library drops what is too much for it.
    refused: is(/1008 too many messages|unread/),
    async run(target) {
      const { peer, stream } = await inStream(target);
      const ended = fate(peer);
      const payload = Buffer.alloc(1_000);
      for (let sent = 0; sent < 20_000; sent++) {
        try {
          peer.sendDatagram(payload);
        } catch {
          break;
        }
        if (sent % 100 === 0) await new Promise(setImmediate);
      }
      const unread = new Promise<string>((resolve) => setTimeout(resolve, HUSH_MS, 'unread'));
      const told = await Promise.race([ended, unread]);
      await finish(stream);
      peer.close(0, '');
      return told;
    },
  },
];

/** A session, and nothing on it. */
async function session({ url, token }: Target): Promise<QuicSession> {
  const [address = '', pin = ''] = url.split('#sha256=');
  return loadBinding()
    .NapiClient.withCertificateHashes([Buffer.from(pin, 'hex')])
    .connect(`${address}?access_token=${token}`);
}

/** A session with its stream, and the greeting on it. */
async function inStream(target: Target): Promise<{ peer: QuicSession; stream: SendStream }> {
  const peer = await session(target);
  const pair = await peer.openBi();
  const stream = pair.takeSend();
  await stream.write(uint32(0));
  await pair.takeRecv().read(4);
  return { peer, stream };
}

/** A stream that nothing refers to any more is ended by the binding, and with it the session. */
const finish = (stream: SendStream): Promise<void> => stream.reset(0).catch(ignore);

async function fate(peer: QuicSession): Promise<string> {
  const { closeCode, reason } = await peer.closed();
  return `${closeCode} ${reason}`;
}

/** Noise, and what looks like the beginning of a connection and is none; resolves once no more answers come. */
async function shout(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = createSocket(hostname.startsWith('[') ? 'udp6' : 'udp4');
  const initial = randomBytes(INITIAL_BYTES);
  // A long header of version 1, with connection identifiers of eight bytes.
  initial.set([0xc0, 0, 0, 0, 1, 8]);
  initial[14] = 8;
  // A binding request of STUN (RFC 8489 §5) that names nobody.
  const binding = Buffer.concat([Buffer.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42), randomBytes(12)]);
  const kinds = [initial, binding, randomBytes(1), randomBytes(1_400), Buffer.alloc(100, 0x16)];
  try {
    for (let sent = 0; sent < NOISE; sent += kinds.length) {
      for (const kind of kinds) socket.send(kind, Number(port), hostname.replace(/^\[|\]$/g, ''));
      if (sent % 500 === 0) await new Promise(setImmediate);
    }
    let heard = performance.now();
    socket.on('message', () => {
      heard = performance.now();
    });
    while (performance.now() - heard < HUSH_MS) await new Promise((resolve) => setTimeout(resolve, HUSH_MS / 4));
    return 'hushed';
  } finally {
    socket.close();
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Of a session that is over. */
function ignore(): void {}
