import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { createWebServer, notFound, takeMessage, textOf } from './http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';
import { Mailbox } from './mailbox.ts';

/** How long a request without news is held. RFC 6202 §5.5 found 30 s safe with nearly every proxy. */
const HOLD_MS = 25_000;
/** A session that has not asked for this long is gone. */
const FORGET_MS = 60_000;

interface PollingSession {
  readonly mailbox: Mailbox;
  /** The request being held, if any. */
  parked: { response: ServerResponse; answer: () => void; timer: NodeJS.Timeout } | undefined;
  lastSeenMs: number;
}

/** Long polling (RFC 6202): a GET held until there is news, a cursor to say what was read, one POST a message up. */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const sessions = new Map<string, PollingSession>();
  const { messageBytes } = settings.limits;

  function broadcast(message: Message): void {
    const text = textOf(message);
    for (const session of sessions.values()) session.mailbox.append(text);
  }

  function open(response: ServerResponse): void {
    const id = randomUUID();
    sessions.set(id, { mailbox: new Mailbox(), parked: undefined, lastSeenMs: performance.now() });
    sendJson(response, 201, JSON.stringify({ session: id }));
  }

  function end(id: string, session: PollingSession, response: ServerResponse): void {
    sessions.delete(id);
    session.parked?.answer();
    response.writeHead(204).end();
  }

  function poll(session: PollingSession, cursor: number, response: ServerResponse): void {
    // One held request a session: an older one is answered with what there is.
    session.parked?.answer();
    session.lastSeenMs = performance.now();
    const { messages } = session.mailbox.read(cursor);
    const answer = (): void => {
      if (session.parked?.response === response) unpark(session);
      session.lastSeenMs = performance.now();
      sendJson(response, 200, JSON.stringify(session.mailbox.read(cursor)));
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
      await application(message, (reply) => session.mailbox.append(textOf(reply)), broadcast);
      return 204;
    });
  }

  const server = createWebServer((request, response) => {
    const [address = '', query] = (request.url ?? '').split('?');
    const [, path, id] = address.split('/');
    const session = id === undefined ? undefined : sessions.get(id);
    const route = `${request.method} ${path}`;
    if (route === 'POST sessions' && id === undefined) open(response);
    else if (session === undefined || id === undefined) notFound(request, response);
    else if (route === 'DELETE sessions') end(id, session, response);
    else if (route === 'POST messages') receive(session, request, response);
    else if (route === 'GET messages') poll(session, Number(new URLSearchParams(query).get('cursor')) || 0, response);
    else notFound(request, response);
  });
  const sockets = trackSockets(server);

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [id, session] of sessions) {
      if (session.parked === undefined && now - session.lastSeenMs > FORGET_MS) sessions.delete(id);
    }
  }, FORGET_MS / 4);

  const port = await bind(server, settings);
  return {
    url: `http://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: `a held request is answered after ${HOLD_MS} ms`,
      heartbeatSeconds: HOLD_MS / 1e3,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      http: '1.1',
    },
    close: closingOnce(() => {
      clearInterval(sweep);
      for (const { parked } of sessions.values()) {
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

function sendJson(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
