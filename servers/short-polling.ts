import type { Application, Listener, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { listenForPolls, type Poll, type PollingSession } from './shared/http/polling.ts';

/** Short polling: every GET is answered at once, with 204 if there are no messages; messages up are POSTs. */
export function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  // Only reported here: the client decides how often it polls.
  const { intervalMs = 'chosen by the client' } = settings.options;
  const effective = { heartbeat: 'none: every poll shows that the session is alive', heartbeatSeconds: 0, intervalMs };
  return listenForPolls(application, settings, { poll, effective }, log);
}

function poll({ mailbox }: PollingSession, cursor: number, { response, sendNews }: Poll): void {
  if (mailbox.read(cursor).messages.length > 0) return sendNews();
  response.writeHead(204);
  response.end();
}
