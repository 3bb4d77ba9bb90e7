import { encodeBytesEvent, encodeEvent, encodeSessionEvent } from '../bench/codec/event.ts';
import type { Application, Listener, Message, ReplayLog, ServerSettings } from '../bench/contract.ts';

import type { WebRequest } from './shared/http/http.ts';
import { listenForStreams } from './shared/http/streams.ts';
import { placeInQuery } from './shared/log/resume.ts';
import { textOf } from './shared/messages.ts';

/**
 * Server-Sent Events down (`GET /events`), messages up as POSTs (`POST /messages/<session>`). Options: `gzip` compresses the
 * stream for clients that accept it; `base64` sends bytes as events named `b`. With a log each of its messages has its id, and a session
 * that resumes brings the last one.
 */
export function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const { gzip = false, base64 = false } = settings.options;
  const streaming = {
    path: 'events',
    contentType: 'text/event-stream',
    greeting: encodeSessionEvent,
    encode: (message: Message, id?: string) =>
      base64 && typeof message !== 'string' ? encodeBytesEvent(message, id) : encodeEvent(textOf(message), id),
    placeOf: lastEventOf,
    gzip: gzip === true,
    // WHATWG HTML §9.2.6: a line that begins with a colon is ignored, and authors are advised to send one about every 15 s.
    heartbeat: Buffer.from(':\n\n'),
    effective: { eventIds: log !== undefined },
  };
  return listenForStreams(application, settings, streaming, log);
}

/**
 * Id of the last event that a client has received. An EventSource brings it as `Last-Event-ID` when it reconnects by itself (WHATWG HTML
 * §9.2.3). A new one cannot set headers, so it comes as a parameter; that stays in the URL when such a source reconnects, and then the
 * header is the newer of the two.
 */
function lastEventOf(request: WebRequest): string | undefined {
  const { 'last-event-id': header } = request.headers;
  return header === undefined || header === '' ? placeInQuery(request, 'lastEventId') : String(header);
}
