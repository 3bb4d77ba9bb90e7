import type { Receiver, Session } from '../../contract.ts';
import type { Timers } from '../clock.ts';

/** Opens a session whose messages go to `receiver`. @param resume token of the earlier session that it resumes */
export type Open = (
  receiver: Receiver,
  settings: { readonly signal: AbortSignal; readonly resume?: string },
) => Promise<Session>;

export interface AttemptSettings {
  readonly open: Open;
  readonly receiver: Receiver;
  readonly resume: string | undefined;
  /** Maximum time of the attempt. */
  readonly seconds: number;
  readonly timers: Timers;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/**
 * Tries once to open a session. A client that takes longer than `seconds` is aborted. One that does not obey is left behind, and a session
 * that it opens after all is closed.
 */
export async function attempt({ open, receiver, resume, seconds, timers, signal }: AttemptSettings): Promise<Session> {
  const abort = new AbortController();
  const aborted = Promise.withResolvers<never>();
  abort.signal.addEventListener('abort', () => aborted.reject(abort.signal.reason), { once: true });
  const leave = (): void => abort.abort(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  const cancel = timers.at(timers.now() + seconds * 1e9, () => {
    abort.abort(new Error(`the session was not usable within ${seconds} s`));
  });
  const settings = { signal: abort.signal, ...(resume === undefined ? {} : { resume }) };
  const opening = (async () => open(receiver, settings))();
  try {
    return await Promise.race([opening, aborted.promise]);
  } catch (error) {
    opening.then(abandon, () => {});
    throw error;
  } finally {
    cancel();
    signal.removeEventListener('abort', leave);
  }
}

/** Begins to close a session without waiting for it: on a path that is dead its goodbye is never answered. */
export function abandon(session: Session): void {
  try {
    session.close().catch(() => {});
  } catch {
    // A client from outside this repository may throw. Its session counts as ended all the same.
  }
}
