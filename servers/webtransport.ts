import { createHash, X509Certificate } from 'node:crypto';
import { bufferOf } from '../bench/codec/bytes.ts';
import { encodeFrame, frameDecoder } from '../bench/codec/frame.ts';
import type { Application, Listener, Message, ReplayLog, ServerSettings } from '../bench/contract.ts';
import {
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
import { missedSince, placeInQuery } from './shared/log/resume.ts';
import { tokenBucket } from './shared/token-bucket.ts';
import { addressTaken, freePort, untilFree } from './shared/udp.ts';

/** Says why the binary cannot be loaded: it needs a newer system library than some systems have. */
export const unavailable = whyNoBinding;

/** Interval of heartbeats. A QUIC connection ends after 30 s of silence (quinn's `max_idle_timeout`), which the binding cannot change. */
const HEARTBEAT_SECONDS = 15;
/** Maximum number of bytes read from a stream at once. */
const READ_BYTES = 65_536;

interface Peer {
  readonly session: QuicSession;
  readonly stream: OrderedWriter;
  readonly acks: DatagramAckTracker;
}

/**
 * WebTransport over HTTP/3. The client opens one bidirectional stream a session; messages on it are length-prefixed, and the
 * server greets with an empty one, as `tcp` does. With the option `datagrams` each message is a datagram, and the stream carries
 * only empty frames. HTTP/3 always needs TLS: without an identity the server makes its own certificate and puts its hash in its
 * URL. A later empty frame is a heartbeat; with `datagrams` the client answers it with another. A session that resumes brings its
 * place in the log as `?since=`. What it missed comes on the stream, also with `datagrams`: a burst of datagrams would be dropped, and
 * what was missed is no longer urgent.
 */
export async function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const { host, options, limits } = settings;
  const { messageBytes } = limits;
  const byDatagram = options.datagrams === true;
  const heartbeatSeconds = Number(options.heartbeatSeconds ?? HEARTBEAT_SECONDS);
  const authenticator = new Authenticator(settings);
  const identity = settings.identity ?? settings.pinned ?? (await makeIdentity([host]));
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
    // The binding exposes only the URL. If origins are listed, no client can prove that it comes from one of them.
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
    for (const { message } of missedSince(log, placeInQuery({ url: search }, 'since')))
      write(stream, encodeFrame(message));
    whenMoreStreams(session, () => session.close(1008, 'one stream a session is allowed'));
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

  // No other reference holds the server, so the port is free once its last object is collected.
  const accepting = acceptSessions(addressTaken(() => NapiServer.bind(authority(address, port), certificate, key)));
  const heartbeat = setInterval(() => {
    for (const { stream } of peers) write(stream, encodeFrame(''));
  }, heartbeatSeconds * 1e3);
  const stopWatching = watchBacklogs(
    limits,
    () => peers,
    // Caps datagrams below the cut-at-once limit: QUIC keeps one megabyte of them and drops older ones.
    ({ stream, acks }) => stream.waitingBytes + Math.min(acks.waitingBytes, (AT_ONCE / 2) * limits.backlogBytes),
    ({ session }) => session.close(1013, 'reads too slowly'),
  );

  const pin = settings.identity === undefined ? `#sha256=${hash.toString('hex')}` : '';
  return {
    url: `https://${authority(host, port)}/${pin}`,
    broadcast,
    effective: {
      heartbeat: 'empty frame',
      heartbeatSeconds,
      compression: false,
      messageBytes,
      http: '3',
      datagrams: byDatagram,
    },
    close: closingOnce(async () => {
      closing = true;
      stopWatching();
      clearInterval(heartbeat);
      // A separate function: a variable of this one would keep the last session, and with it the port, in use.
      endAll();
      // The server can be closed only while no `accept` waits: connecting to it ends the wait.
      const here = address.replace(/^0\.0\.0\.0$/, '127.0.0.1').replace(/^::$/, '::1');
      NapiClient.withCertificateHashes([hash])
        .connect(`https://${authority(here, port)}/`)
        .catch(ignore);
      await accepting;
      await untilFree(address, port);
    }),
  };
}

/** Calls `end` on any stream beyond the first: nothing would read it, and its bytes would be kept. */
function whenMoreStreams(session: QuicSession, end: () => void): void {
  session.acceptBi().then(end, ignore);
  session.acceptUni().then(end, ignore);
}

async function readDatagrams(session: QuicSession, receive: (bytes: Buffer) => void): Promise<void> {
  try {
    for (;;) receive(await session.recvDatagram());
  } catch {
    // Ignored: `closed` reports the session's end.
  }
}

/** Sends a datagram. One that is too large for the peer's path counts as lost. */
function sendDatagram({ session, acks }: Peer, bytes: Buffer): void {
  try {
    session.sendDatagram(bytes);
    acks.sent(bytes.length);
  } catch {
    // Too large, or the session has ended, which `closed` reports.
  }
}

function write(stream: OrderedWriter, bytes: Buffer): void {
  stream.write(bytes).catch(ignore);
}

function bytesOf(message: Message): Buffer {
  return typeof message === 'string' ? Buffer.from(message) : bufferOf(message);
}

/** Ignores errors of a session that has ended. */
function ignore(): void {}
