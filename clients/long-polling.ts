import type { ClientSettings, Receiver, Session } from '../bench/contract.ts';
import { type Pace, pollAt } from './shared/polling.ts';

/** The server holds each request until there is news: the next one follows at once. */
const atOnce: Pace = { next: async () => {}, stop() {} };

/** Long polling: one GET always waits at the server. */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  return pollAt(atOnce, url, receiver, settings);
}
