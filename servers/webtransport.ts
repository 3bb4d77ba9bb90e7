import { createHash, X509Certificate } from 'node:crypto';
import { encodeFrame, frameDecoder } from '../bench/codec/frame.ts';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import {
  bufferOf,
  loadBinding,
  OrderedWriter,
  type QuicServer,
  type QuicSession,
  type SessionRequest,
  whyNoBinding,
} from '../bench/native/webtransport.ts';
import { makeIdentity } from '../bench/security/identity.ts';
import { type AuthContext, Authenticator, tokenOf, Unauthorized, whenExpired } from './shared/authenticator.ts';
import { AT_ONCE, watchBacklogs } from './shared/backlog.ts';
import { DatagramAckTracker } from './shared/datagram-ack-tracker.ts';
import { authority, closingOnce } from './shared/listening.ts';
import { tokenBucket } from './shared/token-bucket.ts';
import { addressTaken, freePort, untilFree } from './shared/udp.ts';

/** Its binary needs a newer system library than some systems have. */
export const unavailable = whyNoBinding;

/** A QUIC connection that is silent for 30 s is over (quinn's `max_idle_timeout`), and the binding has no other setting. */
const HEARTBEAT_SECONDS = 15;
/** Largest piece of a stream that is read at once. */
const READ_BYTES = 65_536;

interface Peer {
  readonly session: QuicSession;
  readonly stream: OrderedWriter;
  readonly acks: DatagramAckTracker;
}

/**
 * WebTransport over HTTP/3. The client opens one bidirectional stream a session; messages are length-prefixed on it, and the
 * server greets with an empty one, as `tcp` does. With the option `datagrams` the stream says no more than that, and each
 * message is a datagram. HTTP/3 is always over TLS: without an identity the server makes its own, and its URL says what its
 * hash is. An empty frame later asks whether the client is there, and with `datagrams` the client answers with another.
 */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const { host, options, limits } = settings;
  const { messageBytes } = limits;
  const byDatagram = options.datagrams === true;
  const authenticator = new Authenticator(settings);
  const identity = settings.identity ?? (await makeIdentity([host]));
  const hash = createHash('sha256').update(new X509Certificate(identity.certificate).raw).digest();
  const { NapiServer, NapiClient } = loadBinding();
  const { address, port } = await freePort(settings);
  const [certificate, key] = [Buffer.from(identity.certificate), Buffer.from(identity.key)];

  const sessions = new Set<QuicSession>();
  const peers = new Set<Peer>();
  let closing = false;

  function broadcast(message: Message): void {
    const bytes = byDatagram ? bytesOf(message) : encodeFrame(message);
    for (const peer of peers) {
      if (byDatagram) sendDatagram(peer, bytes);
      else write(peer.stream, bytes);
    }
  }

  function endAll(): void {
    for (const session of sessions) session.close(1001, 'server going away');
  }

  async function enter(request: SessionRequest): Promise<void> {
    const { pathname, search } = new URL(await request.url);
    // The binding shows the URL alone: where origins are listed, nobody can be known to come from one of them.
    if (!authenticator.admitsOrigin({ headers: {} })) return request.reject(403);
    let auth: AuthContext;
    try {
      auth = await authenticator.admit(tokenOf({ headers: {}, url: `${pathname}${search}` }));
    } catch (error) {
      return request.reject(error instanceof Unauthorized ? 401 : 500);
    }
    const session = await request.ok();
    if (closing) return session.close(1001, 'server going away');
    sessions.add(session);
    const late = setTimeout(() => session.close(1008, 'no stream in time'), limits.handshakeMs);
    const forget = whenExpired(auth, () => session.close(4401, 'the token has expired'));
    let peer: Peer | undefined;
    const over = (): void => {
      clearTimeout(late);
      forget();
      sessions.delete(session);
      if (peer !== undefined) peers.delete(peer);
    };
    session.closed().then(over, over);
    const pair = await session.acceptBi();
    clearTimeout(late);
    const stream = new OrderedWriter(pair.takeSend());
    const acks = new DatagramAckTracker(limits.backlogBytes / 2, () => write(stream, encodeFrame('')));
    const here = { session, stream, acks };
    const send = byDatagram
      ? (message: Message) => sendDatagram(here, bytesOf(message))
      : (message: Message) => write(stream, encodeFrame(message));
    peer = here;
    if (!sessions.has(session)) return;
    peers.add(peer);
    write(stream, encodeFrame(''));
    whenMoreStreams(session, () => session.close(1008, 'one stream is all there is'));
    const take = tokenBucket(limits);
    const tooMany = (): void => session.close(1008, 'too many messages');
    const refuse = (): void => session.close(1009, 'message too large');
    const receive = (bytes: Buffer): void => {
      if (!take()) return tooMany();
      if (bytes.length > messageBytes) return refuse();
      if (bytes.length > 0) void application(bytes, send, broadcast);
    };
    const answer = (): void => (take() ? acks.answered() : tooMany());
    if (byDatagram) void readDatagrams(session, receive);
    const read = pair.takeRecv();
    const decode = frameDecoder(messageBytes, byDatagram ? answer : receive, refuse);
    for (let chunk = await read.read(READ_BYTES); chunk !== null; chunk = await read.read(READ_BYTES)) decode(chunk);
    session.close(1000, 'the stream has ended');
  }

  async function acceptSessions(server: QuicServer): Promise<void> {
    for (;;) {
      const request = await server.accept();
      if (request === null) return;
      if (closing) {
        await request.reject(503).catch(ignore);
        return server.close();
      }
      enter(request).catch(ignore);
    }
  }

  // Nothing else holds the server: when it goes with its last object, the port is free.
  const accepting = acceptSessions(addressTaken(() => NapiServer.bind(authority(address, port), certificate, key)));
  const heartbeat = setInterval(() => {
    for (const { stream } of peers) write(stream, encodeFrame(''));
  }, HEARTBEAT_SECONDS * 1e3);
  const stopWatching = watchBacklogs(
    limits,
    () => peers,
    // Of datagrams QUIC keeps a megabyte and drops what is older: at no time are there too many of them at once.
    ({ stream, acks }) => stream.waitingBytes + Math.min(acks.waitingBytes, (AT_ONCE / 2) * limits.backlogBytes),
    ({ session }) => session.close(1013, 'reads too slowly'),
  );

  const pin = settings.identity === undefined ? `#sha256=${hash.toString('hex')}` : '';
  return {
    url: `https://${authority(host, port)}/${pin}`,
    broadcast,
    effective: {
      heartbeat: 'empty frame',
      heartbeatSeconds: HEARTBEAT_SECONDS,
      compression: false,
      messageBytes,
      http: '3',
      datagrams: byDatagram,
    },
    close: closingOnce(async () => {
      closing = true;
      stopWatching();
      clearInterval(heartbeat);
      // By another function: this one's variables would hold the last session until the port is free, and so the port.
      endAll();
      // The server can be closed when nobody waits for a session: one more, of our own, ends the waiting.
      const here = address.replace(/^0\.0\.0\.0$/, '127.0.0.1').replace(/^::$/, '::1');
      NapiClient.withCertificateHashes([hash])
        .connect(`https://${authority(here, port)}/`)
        .catch(ignore);
      await accepting;
      await untilFree(address, port);
    }),
  };
}

/** Streams beyond the first are nobody's, and what they bring would be kept. */
function whenMoreStreams(session: QuicSession, end: () => void): void {
  session.acceptBi().then(end, ignore);
  session.acceptUni().then(end, ignore);
}

async function readDatagrams(session: QuicSession, receive: (bytes: Buffer) => void): Promise<void> {
  try {
    for (;;) receive(await session.recvDatagram());
  } catch {
    // The session is over; `closed` says so.
  }
}

/** A datagram that is too large for this peer's path is one that is lost. */
function sendDatagram({ session, acks }: Peer, bytes: Buffer): void {
  try {
    session.sendDatagram(bytes);
    acks.sent(bytes.length);
  } catch {
    // Or the session is over; `closed` says so.
  }
}

function write(stream: OrderedWriter, bytes: Buffer): void {
  stream.write(bytes).catch(ignore);
}

function bytesOf(message: Message): Buffer {
  return typeof message === 'string' ? Buffer.from(message) : bufferOf(message);
}

/** Of a session that ended meanwhile. */
function ignore(): void {}
