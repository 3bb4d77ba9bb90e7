import type { Limits } from '../../bench/contract.ts';

const CHECK_MS = 500;
/** Number of consecutive checks that find a peer over the limit before its session ends. */
const MAX_LOOKS = 10;
/** Multiple of the limit beyond which a session ends at once. */
export const AT_ONCE = 16;

/**
 * Ends sessions of peers that do not read: after 5 s over the limit, or at once far beyond it. Checking every half second keeps the
 * check out of each message's path. Start it once there is a port: a server without one is never closed, and would check for ever.
 *
 * @param waiting bytes in this process that a session has not taken yet
 * @returns a function that stops the checks
 */
export function watchBacklogs<Session extends object>(
  { backlogBytes }: Pick<Limits, 'backlogBytes'>,
  sessions: () => Iterable<Session>,
  waiting: (session: Session) => number,
  cut: (session: Session) => void,
): () => void {
  const behind = new WeakMap<Session, number>();
  const timer = setInterval(() => {
    for (const session of sessions()) {
      const bytes = waiting(session);
      if (bytes <= backlogBytes) {
        behind.delete(session);
        continue;
      }
      const looks = (behind.get(session) ?? 0) + 1;
      behind.set(session, looks);
      if (looks >= MAX_LOOKS || bytes > AT_ONCE * backlogBytes) cut(session);
    }
  }, CHECK_MS);
  return () => clearInterval(timer);
}
