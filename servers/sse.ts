import { encodeBytesEvent, encodeEvent } from '../bench/codec/event.ts';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';

import { listenForStreams } from './shared/http/streams.ts';
import { textOf } from './shared/messages.ts';

/**
 * Server-Sent Events down (`GET /events`), messages up as POSTs (`POST /messages/<session>`). Options: `gzip` compresses the
 * stream for clients that accept it; `base64` sends bytes as events named `b`.
 */
export function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const { gzip = false, base64 = false } = settings.options;
  return listenForStreams(application, settings, {
    path: 'events',
    contentType: 'text/event-stream',
    greeting: (session) => Buffer.from(`event: session\ndata: ${session}\n\n`),
    encode: (message: Message) =>
      base64 && typeof message !== 'string' ? encodeBytesEvent(message) : encodeEvent(textOf(message)),
    gzip: gzip === true,
    effective: { eventIds: false },
  });
}
