import { encodeLine } from '../bench/codec/line.ts';
import type { Application, Listener, ServerSettings } from '../bench/contract.ts';

import { listenForStreams } from './shared/http/streams.ts';
import { textOf } from './shared/messages.ts';

/** Sends lines down in one answer that stays open (`GET /lines`) and takes messages up as POSTs (`POST /messages/<session>`). */
export function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  return listenForStreams(application, settings, {
    path: 'lines',
    contentType: 'application/x-ndjson',
    greeting: encodeLine,
    encode: (message) => encodeLine(textOf(message)),
    effective: {},
  });
}
