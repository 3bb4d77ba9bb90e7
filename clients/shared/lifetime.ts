import type { Receiver, Send, Session } from '../../bench/contract.ts';

/** Time a server has to finish a session that its client ends. */
export const GOODBYE_MS = 1_000;

/**
 * Life of a session, with the rules that every client follows:
 *
 *     state      usable()    over(reason)        close()            signal aborts
 *     opening    → usable    → over, rejects     –                  → over, rejects, ends
 *     usable                 → over, lost        → closing, ends
 *     closing                → over, resolves    same promise
 *     over                                       resolved
 */
export interface Lifetime {
  /** Result of `connect`. */
  readonly session: Promise<Session>;
  /** Notes that messages flow both ways from now on. */
  usable(send: Send): void;
  /** Notes that the connection is gone, for whatever reason. Only the first call counts. */
  over(reason: Error): void;
}

/** @param end starts the protocol's closing handshake, after which `over` must be called; or cuts a connection that was never usable */
export function lifetime(receiver: Receiver, signal: AbortSignal, end: (wasUsable: boolean) => void): Lifetime {
  let state: 'opening' | 'usable' | 'closing' | 'over' = 'opening';
  const opened = Promise.withResolvers<Session>();
  const closed = Promise.withResolvers<void>();

  function abort(): void {
    if (state !== 'opening') return;
    state = 'over';
    opened.reject(signal.reason);
    end(false);
  }

  function close(): Promise<void> {
    if (state === 'usable') {
      state = 'closing';
      end(true);
    }
    return closed.promise;
  }

  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) queueMicrotask(abort);

  return {
    session: opened.promise,
    usable(send) {
      if (state !== 'opening') return;
      state = 'usable';
      signal.removeEventListener('abort', abort);
      opened.resolve({
        send(message) {
          if (state !== 'usable') throw new Error('the session is over');
          return send(message);
        },
        close,
      });
    },
    over(reason) {
      const before = state;
      state = 'over';
      signal.removeEventListener('abort', abort);
      if (before === 'opening') opened.reject(reason);
      if (before === 'usable') receiver.lost(reason);
      closed.resolve();
    },
  };
}
