import { createHash, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { encodeFrame } from '../../../codec/frame.ts';
import { loadBinding, OrderedWriter, type QuicSession, type SessionRequest } from '../../../native/webtransport.ts';
import { makeIdentity } from '../../../security/identity.ts';
import { described, type Foreign, type ListenForeign } from './foreign.ts';

const HOST = '127.0.0.1';
/** Frame whose length is never filled. */
const ENDLESS = Buffer.of(0, 255, 255, 255);
const STATUSES = [200, 204, 301, 401, 403, 404, 429, 500, 503];

/** Session of the fuzzed server with the stream that its client has opened. */
interface Peer {
  readonly session: QuicSession;
  readonly stream: OrderedWriter;
}

/** Plays a server of length-prefixed messages on a stream of WebTransport, whose first is empty; it also sends datagrams. */
export const listenForQuic: ListenForeign = async (random) => {
  const { NapiServer, NapiClient } = loadBinding();
  const identity = await makeIdentity([HOST]);
  const hash = createHash('sha256').update(new X509Certificate(identity.certificate).raw).digest();
  const [certificate, key] = [Buffer.from(identity.certificate), Buffer.from(identity.key)];
  const port = await freeUdpPort();
  const server = NapiServer.bind(`${HOST}:${port}`, certificate, key);
  const sessions = new Set<QuicSession>();
  let newest: Peer | undefined;
  let ending = false;

  const junk = (): Buffer =>
    random.pick([
      () => random.bytes(),
      () => Buffer.from(random.text()),
      () => encodeFrame(random.payload()),
      () => ENDLESS,
    ])();
  const closeWithAnything = (session: QuicSession): void =>
    session.close(random.pick([0, 1, 1000, 1013, 4000, 2 ** 32 - 1]), random.text().slice(0, 100));

  async function enter(request: SessionRequest): Promise<void> {
    await request.url;
    if (foreign.opening === 'any' && random.oneIn(3)) return request.reject(random.pick(STATUSES));
    const session = await request.ok();
    sessions.add(session);
    const forget = (): void => void sessions.delete(session);
    session.closed().then(forget, forget);
    if (foreign.opening === 'any' && random.oneIn(2)) return closeWithAnything(session);
    const pair = await session.acceptBi();
    const stream = new OrderedWriter(pair.takeSend());
    newest = { session, stream };
    if (foreign.opening === 'sound') return stream.write(encodeFrame(''));
    await stream.write(junk());
    closeWithAnything(session);
  }

  async function acceptAll(): Promise<void> {
    for (let request = await server.accept(); request !== null; request = await server.accept()) {
      if (ending) {
        await request.reject(503).catch(ignore);
        return server.close();
      }
      enter(request).catch(ignore);
    }
  }
  const accepting = acceptAll();

  /** Sends datagrams, any of which may be lost. */
  function sendDatagrams({ session }: Peer): string {
    const payloads = Array.from({ length: 1 + random.below(3) }, () => random.bytes());
    for (const payload of payloads) {
      try {
        session.sendDatagram(payload);
      } catch {
        // The session has ended, which its client will notice.
      }
    }
    return `datagrams ${payloads.map(described).join(', ')}`;
  }

  const foreign: Foreign = {
    url: `https://${HOST}:${port}/#sha256=${hash.toString('hex')}`,
    opening: 'sound',
    say: (what) => void newest?.stream.write(Buffer.from(what)).catch(ignore),
    arrive() {
      const peer = newest!;
      if (random.oneIn(8)) return { what: sendDatagrams(peer), counts: 0 };
      if (random.oneIn(40)) peer.session.openBi().catch(ignore);
      const payloads = Array.from({ length: 1 + random.below(3) }, () => Buffer.from(random.payload()));
      const ends = random.oneIn(25);
      const bytes = Buffer.concat([...payloads.map(encodeFrame), ...(ends ? [junk()] : [])]);
      const written = peer.stream.write(bytes).catch(ignore);
      if (ends) void written.then(() => closeWithAnything(peer.session));
      // An empty frame after the first is a heartbeat.
      const messages = payloads.filter(({ length }) => length > 0).length;
      return { what: `frames ${described(bytes)}${ends ? ' and the end' : ''}`, counts: messages + (ends ? 1 : 0) };
    },
    cut() {
      for (const session of sessions) session.close(0, '');
    },
    async [Symbol.asyncDispose]() {
      ending = true;
      foreign.cut();
      // The server can be closed only while no `accept` waits: connecting to it ends the wait.
      NapiClient.withCertificateHashes([hash]).connect(`https://${HOST}:${port}/`).catch(ignore);
      await accepting;
    },
  };
  return foreign;
};

/** Finds a free port: the native server does not say which one it got. */
function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4').once('error', reject);
    socket.bind(0, HOST, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

/** Ignores errors of a session that has ended. */
function ignore(): void {}
