import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodeEvent } from '../bench/codec/event.ts';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { createWebServer, notFound, takeMessage, textOf } from './http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';

/** Server-Sent Events down (`GET /events`), one POST a message up (`POST /messages/<session>`). */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const streams = new Map<string, ServerResponse>();
  const { messageBytes } = settings.limits;

  function broadcast(message: Message): void {
    const event = encodeEvent(textOf(message));
    for (const stream of streams.values()) stream.write(event);
  }

  function openStream(response: ServerResponse): void {
    const session = randomUUID();
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      // Asks nginx not to hold events back until its buffer is full.
      'x-accel-buffering': 'no',
    });
    response.write(`event: session\ndata: ${session}\n\n`);
    streams.set(session, response);
    response.once('close', () => streams.delete(session));
  }

  function receive(session: string, request: IncomingMessage, response: ServerResponse): void {
    const stream = streams.get(session);
    if (stream === undefined) return notFound(request, response);
    void takeMessage(request, response, messageBytes, async (message) => {
      // The stream may have ended while the message was on its way.
      if (!streams.has(session)) return 410;
      await application(message, (reply) => void stream.write(encodeEvent(textOf(reply))), broadcast);
      return 204;
    });
  }

  const server = createWebServer((request, response) => {
    const [, path, session] = (request.url ?? '').split('/');
    if (request.method === 'GET' && path === 'events' && session === undefined) openStream(response);
    else if (request.method === 'POST' && path === 'messages' && session) receive(session, request, response);
    else notFound(request, response);
  });
  const sockets = trackSockets(server);

  const port = await bind(server, settings);
  return {
    url: `http://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: 'none',
      heartbeatSeconds: 0,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      http: '1.1',
      eventIds: false,
    },
    close: closingOnce(() => {
      for (const stream of streams.values()) stream.end();
      return closeServer(server, sockets);
    }),
  };
}
