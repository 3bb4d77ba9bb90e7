import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { Metadata, Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { keepaliveOf } from '../bench/codec/keepalive.ts';
import { decodeMessage, encodeMessage, maxEncodedBytes, OPEN } from '../bench/codec/messages.ts';
import type { Application, Listener, Message, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { type AuthContext, Authenticator, tokenOf, Unauthorized, whenExpired } from './shared/authenticator.ts';
import { watchBacklogs } from './shared/backlog.ts';
import { guardPieces, guardSession, lingering } from './shared/http/http2-guard.ts';
import {
  authority,
  bind,
  closeServer,
  closingOnce,
  createStreamServer,
  GOODBYE_MS,
  trackSockets,
} from './shared/listening.ts';
import { missedOnce } from './shared/log/resume.ts';
import { tokenBucket } from './shared/token-bucket.ts';

/** Diagnostics channel on which Node announces an HTTP/2 stream before anything handles it. */
const STREAM_CREATED = 'http2.server.stream.created';
interface StreamCreated {
  readonly stream: ServerHttp2Stream & { readonly session: ServerHttp2Session | undefined };
  readonly headers: IncomingHttpHeaders;
}
function isStream(created: unknown): created is StreamCreated {
  return typeof created === 'object' && created !== null && 'stream' in created && 'headers' in created;
}
const COMPRESSION_HEADER = 'grpc-encoding';

/** Call of a session. Messages down are encoded beforehand, so that a broadcast is encoded only once. */
type Call = ServerDuplexStream<Message, Buffer>;

interface Connection {
  readonly socket: Socket;
  /** True once its HTTP/2 session is guarded, from its first stream on. */
  guarded: boolean;
  /** Number of admitted calls in progress. */
  calls: number;
  readonly missed: ReturnType<typeof missedOnce>;
}

interface Stream {
  readonly call: Call;
  readonly connection: Connection | undefined;
  /** Bytes that HTTP/2's flow control still holds back. */
  waiting: number;
}

/**
 * gRPC over HTTP/2, on @grpc/grpc-js: one bidirectional stream a session. The server's metadata, sent at once, say that it is open. A
 * session that resumes brings its place in the log as the metadata `since`.
 */
export async function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const authenticator = new Authenticator(settings);
  const streams = new Set<Stream>();
  /** Connections by remote address and port, all that a call knows of its connection. */
  const connections = new Map<string, Connection>();

  const grpc = new Server({
    'grpc.max_receive_message_length': maxEncodedBytes(messageBytes),
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': limits.subscriptions,
    'grpc.enable_channelz': 0,
    ...keepaliveOf(settings.options),
  });
  grpc.register<Message, Buffer>(
    OPEN,
    (call: Call) => void open(call),
    (encoded) => encoded,
    decodeMessage,
    'bidi',
  );

  function send(stream: Stream, encoded: Buffer): void {
    const { call } = stream;
    if (call.destroyed || call.writableEnded) return;
    stream.waiting += encoded.length;
    call.write(encoded, () => {
      stream.waiting -= encoded.length;
    });
  }

  function broadcast(message: Message): void {
    const encoded = encodeMessage(message);
    for (const stream of streams) send(stream, encoded);
  }

  async function open(call: Call): Promise<void> {
    const auth = await admitted(call);
    if (auth === undefined || call.cancelled) return;
    const connection = connections.get(call.getPeer());
    const stream: Stream = { call, connection, waiting: 0 };
    const take = tokenBucket(limits);
    const forget = whenExpired(auth, () => refuse(stream, status.UNAUTHENTICATED, 'the token has expired'));
    streams.add(stream);
    if (connection !== undefined) connection.calls++;
    call.once('close', () => {
      forget();
      streams.delete(stream);
      if (connection !== undefined) connection.calls--;
    });
    call.on('data', (message: Message) => {
      if (call.writableEnded) return;
      if (!take()) return refuse(stream, status.RESOURCE_EXHAUSTED, 'too many messages');
      void application(message, (reply) => send(stream, encodeMessage(reply)), broadcast);
    });
    call.on('end', () => call.end());
    call.sendMetadata(new Metadata());
    const [since] = call.metadata.get('since');
    const missed = (connection?.missed ?? missedOnce(log))(since?.toString());
    if (missed === undefined)
      return refuse(stream, status.RESOURCE_EXHAUSTED, 'since was given before on this connection');
    for (const { message } of missed) send(stream, encodeMessage(message));
  }

  /** Authenticates a call. Undefined if it was refused. */
  async function admitted(call: Call): Promise<AuthContext | undefined> {
    const [given] = call.metadata.get('authorization');
    const token = authenticator.open ? undefined : tokenOf({ headers: { authorization: String(given ?? '') } });
    try {
      return authenticator.known(token) ?? (await authenticator.admit(token));
    } catch (error) {
      const refused = error instanceof Unauthorized;
      const code = refused ? status.UNAUTHENTICATED : status.INTERNAL;
      call.emit('error', { code, details: refused ? error.message : 'the token could not be checked' });
      return undefined;
    }
  }

  /** Guards a stream and its connection, which Node announces and the library does not expose. */
  function guard(created: unknown): void {
    if (!isStream(created)) return;
    const { stream, headers } = created;
    const { session } = stream;
    const connection = session === undefined ? undefined : connections.get(nameOf(session.socket));
    if (session === undefined || connection === undefined) return;
    // The library would decompress all messages of a read at once. It refuses an unknown compression with UNIMPLEMENTED.
    if (headers[COMPRESSION_HEADER] !== undefined) headers[COMPRESSION_HEADER] = 'not accepted here';
    guardPieces(stream, session, limits);
    if (connection.guarded) return;
    connection.guarded = true;
    guardSession(session, limits);
  }

  const server = createStreamServer(
    settings,
    (socket) => {
      socket.on('error', () => {});
      const name = nameOf(socket);
      const connection: Connection = { socket, guarded: false, calls: 0, missed: missedOnce(log) };
      connections.set(name, connection);
      // Cuts a connection that has no session by then, or at any later check.
      const check = setInterval(() => {
        if (connection.calls === 0) socket.destroy();
      }, limits.handshakeMs);
      socket.once('close', () => {
        clearInterval(check);
        if (connections.get(name) === connection) connections.delete(name);
      });
      injector.injectConnection(lingering(socket));
    },
    ['h2'],
  );
  // Insecure to the library, because TLS ends before it, in the server that all transports share.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = trackSockets(server);

  const port = await bind(server, settings);
  subscribe(STREAM_CREATED, guard);
  const stopWatching = watchBacklogs(
    limits,
    () => streams,
    ({ waiting }) => waiting,
    (stream) => refuse(stream, status.RESOURCE_EXHAUSTED, 'reads too slowly'),
  );
  return {
    url: `${settings.identity === undefined ? 'grpc' : 'grpcs'}://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat:
        settings.options.heartbeatSeconds === undefined
          ? 'none: keepalive pings are off, which is the library’s default'
          : 'keepalive pings of both sides, which wait for the answer as long as for the next',
      heartbeatSeconds: Number(settings.options.heartbeatSeconds ?? 0),
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      http: '2',
      flowControlWindowBytes: 65_535,
    },
    close: closingOnce(async () => {
      stopWatching();
      unsubscribe(STREAM_CREATED, guard);
      for (const stream of streams) refuse(stream, status.UNAVAILABLE, 'the server is closing');
      const closed = closeServer(server, sockets);
      grpc.tryShutdown(() => {});
      await closed;
      grpc.forceShutdown();
    }),
  };
}

/** Name by which a call finds its connection. */
function nameOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress}:${remotePort}`;
}

/** Ends a call with a status once earlier messages have been sent, or cuts its connection after `GOODBYE_MS`. */
function refuse({ call, connection }: Stream, code: status, details: string): void {
  call.emit('error', { code, details });
  const socket = connection?.socket;
  if (socket === undefined) return;
  const cut = setTimeout(() => socket.destroy(), GOODBYE_MS);
  socket.once('close', () => clearTimeout(cut));
  call.once('close', () => clearTimeout(cut));
}
