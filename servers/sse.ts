import { encodeEvent } from '../bench/codec/event.ts';
import type { Application, Listener, ServerSettings } from '../bench/contract.ts';
import { listenForStreams } from './streams.ts';

/** Server-Sent Events down (`GET /events`), one POST a message up (`POST /messages/<session>`). */
export function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  return listenForStreams(application, settings, {
    path: 'events',
    contentType: 'text/event-stream',
    greeting: (session) => `event: session\ndata: ${session}\n\n`,
    encode: encodeEvent,
    effective: { eventIds: false },
  });
}
