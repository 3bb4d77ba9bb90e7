import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodeBytesEvent, encodeEvent } from '../bench/codec/event.ts';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { watchBacklogs } from './backlog.ts';
import { type EventStream, gzippedEvents, plainEvents } from './events.ts';
import { floodGuard } from './flood.ts';
import { type Pass, whenExpired } from './gate.ts';
import { acceptsGzip, createWebServer, notFound, schemeOf, takeMessage, textOf } from './http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';

interface Stream {
  readonly response: ServerResponse;
  readonly events: EventStream;
  /** Whose it is: a POST of anybody else finds no session. */
  readonly subject: string;
  readonly inTime: () => boolean;
}

/**
 * Server-Sent Events down (`GET /events`), one POST a message up (`POST /messages/<session>`). Options: `gzip` compresses the
 * stream for whoever accepts that; with `base64` bytes come as events named `b`.
 */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const streams = new Map<string, Stream>();
  const { limits } = settings;
  const { messageBytes } = limits;
  const { gzip = false, base64 = false } = settings.options;

  function eventOf(message: Message): Buffer {
    return base64 && typeof message !== 'string' ? encodeBytesEvent(message) : encodeEvent(textOf(message));
  }

  function broadcast(message: Message): void {
    const event = eventOf(message);
    for (const { events } of streams.values()) events.write(event);
  }

  function openStream(request: IncomingMessage, response: ServerResponse, pass: Pass): void {
    const session = randomUUID();
    const compressed = gzip && acceptsGzip(request);
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      // Asks nginx not to hold events back until its buffer is full.
      'x-accel-buffering': 'no',
      ...(gzip ? { vary: 'accept-encoding' } : {}),
      ...(compressed ? { 'content-encoding': 'gzip' } : {}),
    });
    const events = compressed ? gzippedEvents(response) : plainEvents(response);
    events.write(Buffer.from(`event: session\ndata: ${session}\n\n`));
    streams.set(session, { response, events, subject: pass.subject, inTime: floodGuard(limits) });
    const forget = whenExpired(pass, () => events.end());
    response.once('close', () => {
      forget();
      streams.delete(session);
    });
  }

  function receive(session: string, request: IncomingMessage, response: ServerResponse, { subject }: Pass): void {
    const stream = streams.get(session);
    if (stream?.subject !== subject) return notFound(request, response);
    void takeMessage(request, response, messageBytes, async (message) => {
      // The stream may have ended while the message was on its way.
      if (!streams.has(session)) return 410;
      if (!stream.inTime()) return 429;
      await application(message, (reply) => stream.events.write(eventOf(reply)), broadcast);
      return 204;
    });
  }

  const server = createWebServer(settings, (request, response, pass) => {
    const [address = ''] = (request.url ?? '').split('?');
    const [, path, session] = address.split('/');
    if (request.method === 'GET' && path === 'events' && session === undefined) openStream(request, response, pass);
    else if (request.method === 'POST' && path === 'messages' && session) receive(session, request, response, pass);
    else notFound(request, response);
  });
  const sockets = trackSockets(server);
  const stopWatching = watchBacklogs(
    limits,
    () => streams.values(),
    ({ events }) => events.waiting,
    ({ response }) => response.destroy(),
  );

  const port = await bind(server, settings);
  return {
    url: `${schemeOf('http', settings)}://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: 'none',
      heartbeatSeconds: 0,
      compression: gzip ? 'gzip, flushed after each event' : false,
      tcpNoDelay: true,
      messageBytes,
      http: '1.1',
      eventIds: false,
    },
    close: closingOnce(() => {
      stopWatching();
      for (const { events } of streams.values()) events.end();
      return closeServer(server, sockets);
    }),
  };
}
