import type { ClientModule, ClientSettings, Receiver, Session } from '../contract.ts';

/** Time that a foreign server has to make its first connection a session. */
export const HANDSHAKE_SECONDS = 5;
/** Time that a server has to make a connection a session while many are opened. */
export const BUSY_HANDSHAKE_SECONDS = 8;

export interface DialSettings extends ClientSettings {
  /** Part of the handshake that the server must do, for the error. */
  readonly handshake?: string;
  /** Time for all of the handshake. */
  readonly seconds: number;
}

/**
 * Opens a session. A client that takes longer than `seconds` is aborted, and left behind if it does not obey; the error then says what
 * the server owed.
 */
export async function dial(
  client: ClientModule,
  url: string,
  receiver: Receiver,
  { handshake, seconds, ...settings }: DialSettings,
): Promise<Session> {
  const abort = new AbortController();
  const leave = (): void => abort.abort(settings.signal.reason);
  const tooLate = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const owed = handshake === undefined ? '' : `: ${handshake}`;
    abort.abort(new Error(`the server did not complete the handshake within ${seconds} s${owed}`));
  }, seconds * 1e3);
  abort.signal.addEventListener('abort', () => tooLate.reject(abort.signal.reason), { once: true });
  if (settings.signal.aborted) leave();
  settings.signal.addEventListener('abort', leave, { once: true });
  try {
    const opening = client.connect(url, receiver, { ...settings, signal: abort.signal });
    return assertSession(await Promise.race([opening, tooLate.promise]));
  } finally {
    clearTimeout(timer);
    settings.signal.removeEventListener('abort', leave);
  }
}

/** Checks what `connect` resolved with: a client from outside this repository may resolve with anything. */
export function assertSession(session: Session): Session {
  const given: Partial<Session> | undefined = session;
  if (typeof given?.send !== 'function' || typeof given.close !== 'function')
    throw new TypeError('connect must resolve with a session that has the methods send and close (bench/contract.ts)');
  return session;
}
