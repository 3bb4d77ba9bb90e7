import { fromBase64, toBase64 } from '../../../clients/shared/base64.ts';
import type { ClientSettings, Message } from '../../contract.ts';

/** Message as JSON can carry it: text, or bytes in base64. */
export type Carried = { readonly text: string } | { readonly base64: string };

/** Settings of a session, without what a page has of its own. */
export type CarriedSettings = Omit<ClientSettings, 'platform' | 'signal'>;

/** Event of a session in a page. Events are told in their order. */
export type Told =
  | { readonly what: 'message'; readonly message: Carried }
  | { readonly what: 'unreadable'; readonly kind: string; readonly length: number; readonly head: string }
  | { readonly what: 'lost' | 'interrupted'; readonly reason: string }
  | { readonly what: 'attempting' }
  | { readonly what: 'resumed'; readonly replayed: boolean };

/** Something told, with its session and the session's token at that moment. */
export type Telling = Told & {
  readonly session: number;
  readonly token?: string;
  /** True if the session's `close` had been called in the page before. */
  readonly isClosed: boolean;
};

/** Functions of the page that a test calls by DevTools. Each takes and gives JSON texts. */
export interface RemoteInterface {
  /** Opens a session. Resolves with its token, or with the reason of the failure. */
  connect(session: number, url: string, settings: string): Promise<string>;
  abort(session: number, reason: string): void;
  /** Sends messages at once. Resolves with the reason of each failure, and null for those that were sent. */
  send(session: number, messages: string): Promise<string>;
  close(session: number): Promise<void>;
}

/** Name of the function by which a page tells. */
export const TELL = 'wirebenchTell';

/** Answer to `connect`. */
export type Connected = { readonly token?: string } | { readonly failed: string };

/** Writes a message as JSON can carry it. */
export const carry = (message: Message): Carried =>
  typeof message === 'string' ? { text: message } : { base64: toBase64(message) };

/** Reads a message that was carried. */
export function uncarried(message: Carried): Message {
  if ('text' in message) return message.text;
  const bytes = fromBase64(message.base64);
  if (bytes === undefined) throw new Error('a message was carried as text that is no base64');
  return bytes;
}
