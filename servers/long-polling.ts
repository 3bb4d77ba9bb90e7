import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { watchBacklogs } from './backlog.ts';
import { floodGuard } from './flood.ts';
import { type Pass, whenExpired } from './gate.ts';
import { acceptsGzip, createWebServer, notFound, refuse, schemeOf, takeMessage, textOf } from './http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';
import { Mailbox } from './mailbox.ts';
import { jsonOf, sendJson, sendPacked } from './poll-answer.ts';

/** How long a request without news is held. RFC 6202 §5.5 found 30 s safe with nearly every proxy. */
const HOLD_MS = 25_000;
/** A session that has not asked for this long is gone. */
const FORGET_MS = 60_000;

interface PollingSession {
  readonly id: string;
  /** Whose it is: a request of anybody else finds no session. */
  readonly subject: string;
  readonly inTime: () => boolean;
  readonly mailbox: Mailbox<Message>;
  /** The request being held, if any. */
  parked: { response: ServerResponse; answer: () => void; timer: NodeJS.Timeout } | undefined;
  lastSeenMs: number;
  /** Stops waiting for the end of its token. */
  forget: () => void;
}

/**
 * Long polling (RFC 6202): a GET held until there is news, a cursor to say what was read, one POST a message up. Options: `gzip`
 * compresses answers with messages for whoever accepts that; with `base64` bytes come as `{"b":"…"}`.
 */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const sessions = new Map<string, PollingSession>();
  const { limits } = settings;
  const { messageBytes } = limits;
  const { gzip: compresses = false, base64 = false } = settings.options;
  const kept = base64 ? (message: Message) => message : textOf;

  function broadcast(message: Message): void {
    const entry = kept(message);
    for (const session of sessions.values()) session.mailbox.append(entry);
  }

  function open(response: ServerResponse, pass: Pass): void {
    const id = randomUUID();
    const session: PollingSession = {
      ...{ id, mailbox: new Mailbox<Message>(), parked: undefined, lastSeenMs: performance.now() },
      ...{ subject: pass.subject, inTime: floodGuard(limits), forget: () => {} },
    };
    session.forget = whenExpired(pass, () => end(session, 401, 'the token has expired'));
    sessions.set(id, session);
    sendJson(response, 201, JSON.stringify({ session: id }));
  }

  /** The request being held, if any, is answered with what there is or, where there is a status, with that. */
  function end(session: PollingSession, status?: number, reason = ''): void {
    sessions.delete(session.id);
    session.forget();
    const { parked } = session;
    if (status === undefined || parked === undefined) return parked?.answer();
    unpark(session);
    refuse(parked.response, status, reason);
  }

  function poll(session: PollingSession, cursor: number, request: IncomingMessage, response: ServerResponse): void {
    // One held request a session: an older one is answered with what there is.
    session.parked?.answer();
    session.lastSeenMs = performance.now();
    const { messages } = session.mailbox.read(cursor);
    const answer = (): void => {
      if (session.parked?.response === response) unpark(session);
      session.lastSeenMs = performance.now();
      const body = jsonOf(session.mailbox.read(cursor), base64 === true);
      if (!compresses) return sendJson(response, 200, body);
      response.setHeader('vary', 'accept-encoding');
      if (acceptsGzip(request)) sendPacked(response, body);
      else sendJson(response, 200, body);
    };
    if (messages.length > 0) return answer();
    session.parked = { response, answer, timer: setTimeout(answer, HOLD_MS) };
    session.mailbox.notify(answer);
    response.once('close', () => {
      if (session.parked?.response === response) unpark(session);
    });
  }

  function receive(session: PollingSession, request: IncomingMessage, response: ServerResponse): void {
    void takeMessage(request, response, messageBytes, async (message) => {
      if (!session.inTime()) return 429;
      await application(message, (reply) => session.mailbox.append(kept(reply)), broadcast);
      return 204;
    });
  }

  const server = createWebServer(settings, (request, response, pass) => {
    const [address = '', query] = (request.url ?? '').split('?');
    const [, path, id] = address.split('/');
    const session = id === undefined ? undefined : sessions.get(id);
    const route = `${request.method} ${path}`;
    if (route === 'POST sessions' && id === undefined) open(response, pass);
    else if (session?.subject !== pass.subject || id === undefined) notFound(request, response);
    else if (route === 'DELETE sessions') {
      end(session);
      response.writeHead(204).end();
    } else if (route === 'POST messages') receive(session, request, response);
    else if (route === 'GET messages') {
      poll(session, Number(new URLSearchParams(query).get('cursor')) || 0, request, response);
    } else notFound(request, response);
  });
  const sockets = trackSockets(server);
  const stopWatching = watchBacklogs(
    limits,
    () => sessions.values(),
    ({ mailbox }) => mailbox.waiting,
    (session) => end(session, 410, 'too many messages were not fetched'),
  );

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const session of sessions.values()) {
      if (session.parked === undefined && now - session.lastSeenMs > FORGET_MS) end(session);
    }
  }, FORGET_MS / 4);

  const port = await bind(server, settings);
  return {
    url: `${schemeOf('http', settings)}://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: `a held request is answered after ${HOLD_MS} ms`,
      heartbeatSeconds: HOLD_MS / 1e3,
      compression: compresses ? 'gzip, each answer' : false,
      tcpNoDelay: true,
      messageBytes,
      http: '1.1',
    },
    close: closingOnce(() => {
      clearInterval(sweep);
      stopWatching();
      for (const { parked, forget } of sessions.values()) {
        forget();
        clearTimeout(parked?.timer);
        parked?.response.destroy();
      }
      sessions.clear();
      return closeServer(server, sockets);
    }),
  };
}

function unpark(session: PollingSession): void {
  clearTimeout(session.parked?.timer);
  session.parked = undefined;
  session.mailbox.notify(undefined);
}
