import { type Attack, DECLARED_BYTES, flood, type Target, uint32 } from '../checks/abuse/tools/attack.ts';
import type { UdpSurface } from '../checks/abuse/tools/surface.ts';
import { QUIC_ACKNOWLEDGEMENT, quicDatagram, quicStream } from '../checks/theory/parts.ts';
import { bufferOf } from '../codec/bytes.ts';
import { loadBinding, type QuicSession, type SendStream } from '../native/webtransport.ts';
import type { BuiltInTransport } from './shape.ts';
import { waitFor } from './shared/handshake.ts';

const SLOW_BYTE_MS = 100;
/** Time after which datagrams without a reaction count as unread. */
const UNREAD_MS = 1_000;

const attacks: readonly Attack[] = [
  {
    name: 'sessions that say nothing',
    refused: /1008 no stream in time/,
    async run(target) {
      const told = await Promise.all(Array.from({ length: 10 }, async () => endOf(await openSession(target))));
      return told[0]!;
    },
  },
  {
    name: 'a message declared as 256 MiB, a byte at a time',
    refused: /1009 message too large|1008 too many/,
    async run(target) {
      const { peer, stream } = await openStream(target);
      await stream.write(uint32(DECLARED_BYTES));
      const timer = setInterval(() => void stream.write(Buffer.of(0)).catch(ignore), SLOW_BYTE_MS);
      return endOf(peer).finally(() => clearInterval(timer));
    },
  },
  {
    name: 'a flood of empty frames',
    refused: /1008 too many messages/,
    async run(target) {
      const { peer, stream } = await openStream(target);
      const write = (bytes: Uint8Array): Promise<boolean> =>
        stream.write(bufferOf(bytes)).then(
          () => true,
          () => false,
        );
      await flood({ write }, uint32(0), 20_000);
      return endOf(peer);
    },
  },
  {
    name: 'more streams than one',
    refused: /1008 one stream/,
    async run(target) {
      const { peer, stream } = await openStream(target);
      const another = (await peer.openBi()).takeSend();
      await another.write(Buffer.alloc(target.limits.messageBytes)).catch(ignore);
      const told = await endOf(peer);
      await finish(stream);
      return told;
    },
  },
  {
    name: 'a flood of datagrams',
    // A variant without datagrams does not read them; the library drops the excess.
    refused: /1008 too many messages|unread/,
    async run(target) {
      const { peer, stream } = await openStream(target);
      const ended = endOf(peer);
      const payload = Buffer.alloc(1_000);
      for (let sent = 0; sent < 20_000; sent++) {
        try {
          peer.sendDatagram(payload);
        } catch {
          break;
        }
        if (sent % 100 === 0) await new Promise(setImmediate);
      }
      const unread = new Promise<string>((resolve) => setTimeout(resolve, UNREAD_MS, 'unread'));
      const told = await Promise.race([ended, unread]);
      await finish(stream);
      peer.close(0, '');
      return told;
    },
  },
];

/** Opens a session without a stream. */
async function openSession({ url, token }: Target): Promise<QuicSession> {
  const [address = '', pin = ''] = url.split('#sha256=');
  return loadBinding()
    .NapiClient.withCertificateHashes([Buffer.from(pin, 'hex')])
    .connect(`${address}?access_token=${token}`);
}

/** Opens a session with its stream, and reads the greeting. */
async function openStream(target: Target): Promise<{ peer: QuicSession; stream: SendStream }> {
  const peer = await openSession(target);
  const pair = await peer.openBi();
  const stream = pair.takeSend();
  await stream.write(uint32(0));
  await pair.takeRecv().read(4);
  return { peer, stream };
}

/** Resets a stream at the end of an attack. The reference keeps it alive until then: the binding ends an unreferenced stream, and its session. */
const finish = (stream: SendStream): Promise<void> => stream.reset(0).catch(ignore);

async function endOf(peer: QuicSession): Promise<string> {
  const { closeCode, reason } = await peer.closed();
  return `${closeCode} ${reason}`;
}

/** Ignores errors of a session that has ended. */
function ignore(): void {}

/**
 * Attack surface of the transport. A close that was not acknowledged is not repeated: a peer that comes back late gets a stateless
 * reset (RFC 9000 §10.3). If it arrives together with other packets, the binding reports only a closed connection. It must never
 * report “timed out”.
 */
const surface: UdpSurface = {
  protocol: 'udp',
  refusals: {
    tooLarge: /1009/,
    unauthorized: /refused the session/,
    flood: /1008/,
    behind: /1013|reset by peer|connection error: closed/,
  },
  untried: {
    'a head without end': 'the library parses heads of HTTP/3',
    'a compression bomb': 'the library does not compress messages',
  },
  attacks: async () => attacks,
};

const datagrams = { acknowledgementBytes: QUIC_ACKNOWLEDGEMENT };

/** Silence after which quinn ends a connection (`max_idle_timeout`). */
const MAX_SILENCE_SECONDS = 30;

export const transport: BuiltInTransport = {
  id: 'webtransport',
  title: 'WebTransport (HTTP/3)',
  family: 'socket',
  datagrams: true,
  sharesSocket: true,
  port: 'udp',
  native: true,
  runtimes: (runtime) => (runtime === 'node' ? undefined : 'uses a native module that was tried with Node only'),
  browser: {
    speaks: 'always',
    sessionsPerContext: 64,
    because: 'Chromium opens at most 64 WebTransport sessions at a time in a page',
  },
  capabilities: {
    binary: true,
    ordered: true,
    reliable: true,
    upstream: 'connection',
    auth: true,
    resume: 'log',
  },
  dissection: {
    filter: 'quic',
    sealed: 'The QUIC library gives out no TLS secrets, so only sizes and times of packets can be read.',
  },
  addresses: {
    schemes: [{ name: 'https', tls: true }],
    uses: ['path', 'query'],
    fragment: {
      pattern: /^#sha256=[\da-f]{64}$/i,
      words: 'the hash of a certificate (`#sha256=` and 64 hexadecimal digits)',
    },
  },
  framing: {
    source:
      'four bytes of length in STREAM frames (RFC 9000 §19.8), short headers (§17.3.1) with quinn’s 8 bytes of connection ID, AEAD (RFC 9001 §5.3)',
    datagrams,
    session() {
      // Bytes that the stream has carried before: WebTransport's header (its type in two bytes, and the session) and empty messages.
      let [sent, received] = [2 + 1 + 4, 4];
      return ({ size }) => {
        const cost = { up: quicStream(4 + size, sent), down: quicStream(4 + size, received) };
        sent += 4 + size;
        received += 4 + size;
        return cost;
      };
    },
  },
  roundTrips: [
    waitFor('QUIC', 'RFC 9001 §4.1, RFC 8446 §2: TLS 1.3 is a part of it'),
    waitFor('SETTINGS', 'draft-ietf-webtrans-http3 §3.1: no CONNECT before the server’s SETTINGS'),
    waitFor('CONNECT', 'draft-ietf-webtrans-http3 §3.2; RFC 9220 §3'),
    waitFor('greeting', 'the server’s empty frame on the stream that the client opens'),
  ],
  steps: null,
  handshake: 'the server must accept the session and open its stream with an empty frame',
  heartbeats: (seconds) =>
    seconds < MAX_SILENCE_SECONDS
      ? undefined
      : `needs heartbeats less than ${MAX_SILENCE_SECONDS} s apart: QUIC ends a connection after so long a silence, which its library cannot change`,
  surface,
  foreign: async () => (await import('../checks/fuzz/tools/webtransport.ts')).listenForQuic,
  proxied: { never: 'uses QUIC over UDP, and neither proxy passes WebTransport on' },
  variants: [
    {
      id: 'datagram',
      title: 'a datagram each',
      options: { datagrams: true },
      capabilities: { ordered: false, reliable: false, mostBytes: 1_024 },
      framing: {
        source:
          'RFC 9297 §2.1 in DATAGRAM frames (RFC 9221 §4), short headers (RFC 9000 §17.3.1), AEAD (RFC 9001 §5.3)',
        datagrams,
        exchange: ({ size }) => ({ up: [quicDatagram(1 + size)], down: [quicDatagram(1 + size)] }),
      },
      surface: { ...surface, refusals: { ...surface.refusals, tooLarge: /too large/ } },
    },
  ],
};
