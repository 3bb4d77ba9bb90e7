import { encodeLine } from '../bench/codec/line.ts';
import type { Application, Listener, Message, ReplayLog, ServerSettings } from '../bench/contract.ts';

import type { WebRequest } from './shared/http/http.ts';
import { listenForStreams } from './shared/http/streams.ts';
import { placeInQuery } from './shared/log/resume.ts';
import { textOf } from './shared/messages.ts';

/**
 * Sends lines down in one answer that stays open (`GET /lines`) and takes messages up as POSTs (`POST /messages/<session>`). A session
 * that resumes brings its place in the log as `?since=`.
 */
export function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const streaming = {
    path: 'lines',
    contentType: 'application/x-ndjson',
    greeting: (session: string) => encodeLine(session),
    encode: (message: Message) => encodeLine(textOf(message)),
    placeOf: (request: WebRequest) => placeInQuery(request, 'since'),
    heartbeat: Buffer.from('\n'),
    effective: {},
  };
  return listenForStreams(application, settings, streaming, log);
}
