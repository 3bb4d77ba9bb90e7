import type { Application, Listener, ServerSettings } from '../bench/contract.ts';
import { listenForPolls, type Poll, type PollingSession } from './shared/http/polling.ts';

/** Short polling: every GET is answered at once, with 204 where there is no news; one POST a message up. */
export function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  // How often is the client's to say; here it is only told.
  const { intervalMs = 'as the client likes' } = settings.options;
  const effective = { heartbeat: 'none: every poll is one', heartbeatSeconds: 0, intervalMs };
  return listenForPolls(application, settings, { poll, effective });
}

function poll({ mailbox }: PollingSession, cursor: number, { response, sendNews }: Poll): void {
  if (mailbox.read(cursor).messages.length > 0) return sendNews();
  response.writeHead(204);
  response.end();
}
