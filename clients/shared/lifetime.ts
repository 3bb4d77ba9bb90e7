import type { Receiver, Send, Session } from '../../bench/contract.ts';

/** Time a server has to finish a session that its client ends. */
export const GOODBYE_MS = 1_000;

/**
 * Life of a session, with the rules that every client follows:
 *
 *     state          usable()    over(reason)       close()           signal aborts          interrupted()     resumed()
 *     opening        → usable    → over, rejects    –                 → over, rejects, ends
 *     usable                     → over, lost       → closing, ends                          → interrupted
 *     interrupted                → over, lost       → closing, ends                                            → usable
 *     closing                    → over, resolves   same promise
 *     over                                          resolved
 */
export interface Lifetime {
  /** Result of `connect`. */
  readonly session: Promise<Session>;
  /** Notes that messages flow both ways from now on. @param resumeToken of the session, if its protocol can resume it */
  usable(send: Send, resumeToken?: Session['resumeToken']): void;
  /** Notes that the connection has ended and that the library reconnects by itself. A further call before `resumed` does not count. */
  interrupted(reason: Error): void;
  /** Notes that the library begins an attempt to reconnect. Counts only while the session is interrupted. */
  attempting(): void;
  /** Notes that messages flow both ways again. */
  resumed(how: { readonly replayed: boolean }): void;
  /**
   * Notes that the session has ended, for whatever reason, as soon as the client learns it. Only the first call counts.
   *
   * @param gone resolves once nothing of the session is open any more, if that takes longer: `close` waits for it, and a `connect` that
   *   rejects, but not `lost`
   */
  over(reason: Error, gone?: Promise<unknown>): void;
}

/** @param end starts the protocol's closing handshake, after which `over` must be called; or cuts a connection that was never usable */
export function lifetime(receiver: Receiver, signal: AbortSignal, end: (wasUsable: boolean) => void): Lifetime {
  let state: 'opening' | 'usable' | 'interrupted' | 'closing' | 'over' = 'opening';
  const opened = Promise.withResolvers<Session>();
  const closed = Promise.withResolvers<void>();

  function abort(): void {
    if (state !== 'opening') return;
    state = 'over';
    opened.reject(signal.reason);
    end(false);
  }

  function close(): Promise<void> {
    if (state === 'usable' || state === 'interrupted') {
      state = 'closing';
      end(true);
    }
    return closed.promise;
  }

  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) queueMicrotask(abort);

  return {
    session: opened.promise,
    usable(send, resumeToken) {
      if (state !== 'opening') return;
      state = 'usable';
      signal.removeEventListener('abort', abort);
      opened.resolve({
        send(message) {
          if (state !== 'usable' && state !== 'interrupted') throw new Error('the session is over');
          return send(message);
        },
        ...(resumeToken === undefined ? {} : { resumeToken }),
        close,
      });
    },
    interrupted(reason) {
      if (state !== 'usable') return;
      state = 'interrupted';
      receiver.interrupted?.(reason);
    },
    attempting() {
      if (state === 'interrupted') receiver.attempting?.();
    },
    resumed(how) {
      if (state !== 'interrupted') return;
      state = 'usable';
      receiver.resumed?.(how);
    },
    over(reason, gone) {
      const before = state;
      state = 'over';
      signal.removeEventListener('abort', abort);
      const reject = (): void => opened.reject(reason);
      if (before === 'usable' || before === 'interrupted') receiver.lost(reason);
      closed.resolve(gone?.then(ignore, ignore));
      if (before !== 'opening') return;
      if (gone === undefined) reject();
      else gone.then(reject, reject);
    },
  };
}

/** Ignores how the rest of a session that is over has ended. */
function ignore(): void {}
