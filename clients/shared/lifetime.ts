import type { Receiver, Send, Session } from '../../bench/contract.ts';

/**
 * One session's life, with the rules every client keeps:
 *
 *     state      usable()    over(reason)        close()            signal aborts
 *     opening    → usable    → over, rejects     –                  → over, rejects, ends
 *     usable                 → over, lost        → closing, ends
 *     closing                → over, resolves    same promise
 *     over                                       resolved
 */
export interface Lifetime {
  /** What `connect` returns. */
  readonly session: Promise<Session>;
  /** Messages flow both ways from now on. */
  usable(send: Send): void;
  /** The connection is gone, for whatever reason. Only the first call counts. */
  over(reason: Error): void;
}

/** @param end starts the protocol's goodbye, or cuts a connection that never became usable; `over` must follow a goodbye. */
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
