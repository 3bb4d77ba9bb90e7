import type { ClientSettings, Receiver, Session } from '../bench/contract.ts';
import { type Pace, pollAt } from './shared/polling.ts';

/** Pace without pauses: the server holds each request until there are messages. */
const atOnce: Pace = { next: async () => {}, stop() {} };

/** Long polling: one GET is always waiting at the server. */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  return pollAt(atOnce, url, receiver, settings);
}
