import type { Application, Listener, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { listenForPolls, type Poll, type Polling, type PollingSession } from './shared/http/polling.ts';

/** Time that a request is held while there are no messages. RFC 6202 §5.5 found 30 s safe with nearly every proxy. */
const HOLD_MS = 25_000;

/** Long polling (RFC 6202): a GET held until there are messages, a cursor that says what was read, and a POST for each message up. */
export function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const holdMs = Number(settings.options.heartbeatSeconds ?? HOLD_MS / 1e3) * 1e3;
  const effective = { heartbeat: `a held request is answered after ${holdMs} ms`, heartbeatSeconds: holdMs / 1e3 };
  const poll: Polling['poll'] = (session, cursor, request) => hold(session, cursor, request, holdMs);
  return listenForPolls(application, settings, { poll, effective }, log);
}

function hold(session: PollingSession, cursor: number, { response, sendNews }: Poll, holdMs: number): void {
  // Holds one request a session: answers an older one with the messages that there are.
  session.held?.answer();
  const { messages } = session.mailbox.read(cursor);
  const answer = (): void => {
    release();
    session.lastSeenMs = performance.now();
    sendNews();
  };
  if (messages.length > 0) return answer();
  const timer = setTimeout(answer, holdMs);
  session.held = { response, answer, release };
  session.mailbox.notify(answer);
  response.once('close', release);

  function release(): void {
    if (session.held?.response !== response) return;
    clearTimeout(timer);
    session.held = undefined;
    session.mailbox.notify(undefined);
  }
}
