import { randomUUID } from 'node:crypto';
import { gzip } from 'node:zlib';
import { type Cursor, formatCursor, parseCursor } from '../../../bench/codec/cursor.ts';
import type { Application, Listener, Message, Options, ReplayLog, ServerSettings } from '../../../bench/contract.ts';
import { type AuthContext, whenExpired } from '../authenticator.ts';
import { watchBacklogs } from '../backlog.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from '../listening.ts';
import { missedSince, placeInQuery } from '../log/resume.ts';
import { textOf } from '../messages.ts';
import { tokenBucket } from '../token-bucket.ts';
import {
  acceptsGzip,
  createWebServer,
  notFound,
  refuse,
  schemeOf,
  sessionQuota,
  takeMessage,
  type WebRequest,
  type WebResponse,
} from './http.ts';
import { Mailbox } from './mailbox.ts';

/** Time without a poll after which a session is dropped. */
export const FORGET_MS = 60_000;
const SWEEP_MS = 1_000;

export interface PollingSession {
  readonly id: string;
  /** Owner of the session; requests of other clients get 404. */
  readonly subject: string;
  readonly take: () => boolean;
  readonly mailbox: Mailbox<Message>;
  /** Request that waits for messages, if any. */
  held: Held | undefined;
  readonly openedMs: number;
  /** Time of the last poll; NaN before the first. */
  lastSeenMs: number;
  /** Cancels the timer for its token's expiry. */
  forget: () => void;
}

export interface Held {
  readonly response: WebResponse;
  /** Answers with the messages that there are. */
  answer(): void;
  /** Stops the wait. The caller must answer the request. */
  release(): void;
}

/** A request for messages. */
export interface Poll {
  readonly response: WebResponse;
  /** Answers with the messages after the cursor, even if there are none. */
  sendNews(): void;
}

/** One way of polling: short or long. */
export interface Polling {
  /** Answers a request for the messages after the cursor, at once or when there are some. */
  poll(session: PollingSession, cursor: number, request: Poll): void;
  readonly effective: Options;
}

/**
 * Serves clients that poll: `POST /sessions` opens a session, `GET /messages/<session>?cursor=<n>` fetches messages, `DELETE
 * /sessions/<session>` ends it, and a POST to `/messages/<session>` sends a message up. Options: `gzip` compresses answers with
 * messages for clients that accept it; `base64` sends bytes as `{"b":"…"}`. With a log, `POST /sessions?cursor=<cursor>` resumes an earlier
 * session, also one of an earlier server process: the new one begins with what that had not fetched yet.
 */
export async function listenForPolls(
  application: Application,
  settings: ServerSettings,
  { poll, effective }: Polling,
  log?: ReplayLog,
): Promise<Listener> {
  const sessions = new Map<string, PollingSession>();
  const { limits } = settings;
  const refuseMore = sessionQuota(limits, 'too many sessions');
  const { messageBytes } = limits;
  const { gzip: compresses = false, base64 = false } = settings.options;
  const kept = base64 ? (message: Message) => message : textOf;

  function broadcast(message: Message): void {
    const entry = kept(message);
    for (const session of sessions.values()) session.mailbox.append(entry);
  }

  function open(request: WebRequest, response: WebResponse, auth: AuthContext): void {
    if (refuseMore(request, response)) return;
    const id = randomUUID();
    const session: PollingSession = {
      id,
      mailbox: new Mailbox<Message>(),
      held: undefined,
      openedMs: performance.now(),
      lastSeenMs: Number.NaN,
      subject: auth.subject,
      take: tokenBucket(limits),
      forget: () => {},
    };
    session.forget = whenExpired(auth, () => end(session, 401, 'the token has expired'));
    const cursor = placeInQuery(request, 'cursor');
    const missed = missedSince(log, cursor === undefined ? undefined : parseCursor(cursor).place);
    for (const { message } of missed) session.mailbox.append(kept(message));
    sessions.set(id, session);
    // A session that resumes keeps its cursor until it has fetched what it missed.
    const first = log === undefined || cursor !== undefined ? {} : { cursor: formatCursor(0, log.last) };
    sendJson(response, 201, JSON.stringify({ session: id, ...first }));
  }

  /** Ends a session. A held request is answered with `status` if there is one, otherwise with the messages that there are. */
  function end(session: PollingSession, status?: number, reason = ''): void {
    sessions.delete(session.id);
    session.forget();
    const { held } = session;
    if (status === undefined || held === undefined) return held?.answer();
    held.release();
    refuse(held.response, status, reason);
  }

  function receive(session: PollingSession, request: WebRequest, response: WebResponse): void {
    void takeMessage(request, response, messageBytes, async (message) => {
      if (!session.take()) return 429;
      await application(message, (reply) => session.mailbox.append(kept(reply)), broadcast);
      return 204;
    });
  }

  function sendNews(session: PollingSession, cursor: number, request: WebRequest, response: WebResponse): void {
    const { cursor: count, messages } = session.mailbox.read(cursor);
    // The answer has everything that was broadcast to this session so far, and so everything in the log.
    const body = jsonOf({ cursor: formatCursor(count, log?.last), messages }, base64 === true);
    if (!compresses) return sendJson(response, 200, body);
    response.appendHeader('vary', 'accept-encoding');
    if (acceptsGzip(request)) sendPacked(response, body);
    else sendJson(response, 200, body);
  }

  const server = createWebServer(settings, (request, response, auth) => {
    const [address = ''] = (request.url ?? '').split('?');
    const [, path, id] = address.split('/');
    const session = id === undefined ? undefined : sessions.get(id);
    const route = `${request.method} ${path}`;
    if (route === 'POST sessions' && id === undefined) open(request, response, auth);
    else if (session?.subject !== auth.subject || id === undefined) notFound(request, response);
    else if (route === 'DELETE sessions') {
      end(session);
      response.writeHead(204);
      response.end();
    } else if (route === 'POST messages') receive(session, request, response);
    else if (route === 'GET messages') {
      session.lastSeenMs = performance.now();
      const { count: cursor } = parseCursor(placeInQuery(request, 'cursor') ?? '');
      poll(session, cursor, { response, sendNews: () => sendNews(session, cursor, request, response) });
    } else notFound(request, response);
  });
  const sockets = trackSockets(server);

  const port = await bind(server, settings);
  const stopWatching = watchBacklogs(
    limits,
    () => sessions.values(),
    ({ mailbox }) => mailbox.waiting,
    (session) => end(session, 410, 'too many messages were not fetched'),
  );

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const session of sessions.values()) {
      const used = !Number.isNaN(session.lastSeenMs);
      const idleMs = now - (used ? session.lastSeenMs : session.openedMs);
      if (session.held === undefined && idleMs > (used ? FORGET_MS : limits.handshakeMs)) end(session);
    }
  }, SWEEP_MS);
  return {
    url: `${schemeOf('http', settings)}://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      ...effective,
      compression: compresses ? 'gzip, each answer' : false,
      tcpNoDelay: true,
      messageBytes,
      http: '1.1',
    },
    close: closingOnce(() => {
      clearInterval(sweep);
      stopWatching();
      for (const { held, forget } of sessions.values()) {
        forget();
        held?.release();
        held?.response.destroy();
      }
      sessions.clear();
      return closeServer(server, sockets);
    }),
  };
}

/** JSON of an answer. Bytes, which JSON lacks, become an object with their base64. */
function jsonOf(read: { cursor: Cursor; messages: readonly Message[] }, base64: boolean): string {
  if (!base64) return JSON.stringify(read);
  const messages = read.messages.map((message) =>
    typeof message === 'string' ? message : { b: Buffer.from(message).toString('base64') },
  );
  return JSON.stringify({ cursor: read.cursor, messages });
}

function sendPacked(response: WebResponse, body: string): void {
  gzip(body, (error, packed) => {
    if (error) return void response.destroy();
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': packed.length };
    response.writeHead(200, headers);
    response.end(packed);
  });
}

function sendJson(response: WebResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
