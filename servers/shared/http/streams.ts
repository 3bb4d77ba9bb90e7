import { randomUUID } from 'node:crypto';
import type { Application, Listener, Message, Options, ReplayLog, ServerSettings } from '../../../bench/contract.ts';
import { type AuthContext, whenExpired } from '../authenticator.ts';
import { watchBacklogs } from '../backlog.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from '../listening.ts';
import { missedSince } from '../log/resume.ts';
import { tokenBucket } from '../token-bucket.ts';
import { type EventStream, gzippedEvents, plainEvents } from './events.ts';
import {
  acceptsGzip,
  createWebServer,
  notFound,
  schemeOf,
  takeMessage,
  type WebRequest,
  type WebResponse,
} from './http.ts';
import { createHttp2Server } from './http2.ts';

/** One way of writing messages into an answer that stays open. */
export interface Streaming {
  /** Path of the stream, without the slash. */
  readonly path: string;
  readonly contentType: string;
  /**
   * Beginning of the stream: it names the session, to whose address messages are posted. `place` is that of a new session in the log, if
   * there is a log. A session that resumes has its place from before, which stays its own until it has received what it missed.
   */
  greeting(session: string, place?: string): Buffer;
  /** @param id of the message in the log, if it has one */
  encode(message: Message, id?: string): Buffer;
  /** Place in the log after which a request resumes; undefined for a new session. */
  placeOf(request: WebRequest): string | undefined;
  /** True to compress the answer for clients that accept gzip. */
  readonly gzip?: boolean;
  /** Bytes that are no message, for heartbeats: a comment, or an empty line. */
  readonly heartbeat: Buffer;
  readonly effective: Options;
}

interface Stream {
  readonly response: WebResponse;
  readonly body: EventStream;
  /** Owner of the session; POSTs of other clients get 404. */
  readonly subject: string;
  readonly take: () => boolean;
}

/**
 * Sends messages down in one answer that stays open (`GET /<path>`) and takes messages up as POSTs (`POST /messages/<session>`).
 * Uses HTTP/2 if the option `http` is `2`.
 */
export async function listenForStreams(
  application: Application,
  settings: ServerSettings,
  { path: streamPath, contentType, greeting, encode, placeOf, gzip = false, heartbeat, effective }: Streaming,
  log?: ReplayLog,
): Promise<Listener> {
  const streams = new Map<string, Stream>();
  const { limits } = settings;
  const { messageBytes } = limits;
  const heartbeatSeconds = Number(settings.options.heartbeatSeconds ?? 0);

  function broadcast(message: Message, id?: string): void {
    const encoded = encode(message, id);
    for (const { body } of streams.values()) body.write(encoded);
  }

  function openStream(request: WebRequest, response: WebResponse, auth: AuthContext): void {
    const session = randomUUID();
    const compressed = gzip && acceptsGzip(request);
    if (gzip) response.appendHeader('vary', 'accept-encoding');
    response.writeHead(200, {
      'content-type': contentType,
      'cache-control': 'no-cache',
      // Asks nginx not to buffer messages.
      'x-accel-buffering': 'no',
      ...(compressed ? { 'content-encoding': 'gzip' } : {}),
    });
    const body = compressed ? gzippedEvents(response) : plainEvents(response);
    const place = placeOf(request);
    body.write(greeting(session, place === undefined ? log?.last : undefined));
    for (const { id, message } of missedSince(log, place)) body.write(encode(message, id));
    streams.set(session, { response, body, subject: auth.subject, take: tokenBucket(limits) });
    const forget = whenExpired(auth, () => body.end());
    response.once('close', () => {
      forget();
      streams.delete(session);
    });
  }

  function receive(session: string, request: WebRequest, response: WebResponse, { subject }: AuthContext): void {
    const stream = streams.get(session);
    if (stream?.subject !== subject) return notFound(request, response);
    void takeMessage(request, response, messageBytes, async (message) => {
      // The stream may have ended while the message was on its way.
      if (!streams.has(session)) return 410;
      if (!stream.take()) return 429;
      await application(message, (reply) => stream.body.write(encode(reply)), broadcast);
      return 204;
    });
  }

  const http = settings.options.http === '2' ? '2' : '1.1';
  const create = http === '2' ? createHttp2Server : createWebServer;
  const server = create(settings, (request, response, auth) => {
    const [address = ''] = (request.url ?? '').split('?');
    const [, path, session] = address.split('/');
    if (request.method === 'GET' && path === streamPath && session === undefined) openStream(request, response, auth);
    else if (request.method === 'POST' && path === 'messages' && session) receive(session, request, response, auth);
    else notFound(request, response);
  });
  const sockets = trackSockets(server);

  const port = await bind(server, settings);
  const stopHeartbeats = every(heartbeatSeconds, () => {
    for (const { body } of streams.values()) body.write(heartbeat);
  });
  const stopWatching = watchBacklogs(
    limits,
    () => streams.values(),
    ({ body }) => body.waiting,
    ({ response }) => response.destroy(),
  );
  return {
    url: `${schemeOf('http', settings)}://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: heartbeatSeconds === 0 ? 'none' : 'an empty part of the stream, which nobody answers',
      heartbeatSeconds,
      compression: gzip ? 'gzip, flushed after each message' : false,
      tcpNoDelay: true,
      messageBytes,
      http,
      ...effective,
    },
    close: closingOnce(() => {
      stopHeartbeats();
      stopWatching();
      for (const { body } of streams.values()) body.end();
      return closeServer(server, sockets);
    }),
  };
}

/** Calls a function at an interval; never with 0 seconds. @returns a function that stops the calls */
function every(seconds: number, call: () => void): () => void {
  if (seconds === 0) return () => {};
  const timer = setInterval(call, seconds * 1e3);
  return () => clearInterval(timer);
}
