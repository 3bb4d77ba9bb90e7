import type { Limits } from '../../bench/contract.ts';

const LOOK_MS = 500;
/** Looks in a row that find a peer too far behind before it is given up. */
const MAX_LOOKS = 10;
/** At so many times the limit there is no waiting. */
export const AT_ONCE = 16;

/**
 * Ends the sessions of peers that do not read what they are sent: 5 s beyond the limit, or at once far beyond it. Looking
 * every half second keeps it out of the way that a message takes. To be begun once there is a port: a server that got none is never
 * closed, and would look for ever.
 *
 * @param waiting bytes in this process that a session has not taken yet
 * @returns stops looking
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
  }, LOOK_MS);
  return () => clearInterval(timer);
}
