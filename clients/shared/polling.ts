import { type Cursor, isCursor } from '../../bench/codec/cursor.ts';
import { unreadable } from '../../bench/codec/unreadable.ts';
import type { ClientSettings, Receiver, Session } from '../../bench/contract.ts';
import { errorText } from '../../bench/error-text.ts';
import { authorization, below, withoutCredentials, withPlace } from './address.ts';
import { fromBase64 } from './base64.ts';
import { field, parsed } from './json.ts';
import { GOODBYE_MS, lifetime } from './lifetime.ts';
import { isName, postInOrder } from './upstream.ts';

/** Number of characters of an answer that an error quotes. */
const MAX_QUOTED = 100;

/** Times at which a client polls. */
export interface Pace {
  /** Resolves when the next request may be sent, after the last one was answered. Never resolves once stopped. */
  next(): Promise<void>;
  stop(): void;
}

function unlike(what: string, wanted: string, text: string): Error {
  return new Error(`${what} was not answered with ${wanted} but with ${text.slice(0, MAX_QUOTED)}`);
}

/**
 * Polls for messages, one request at a time, with a cursor that says what has been read. Messages up are POSTs. A cursor of a server that
 * keeps a log is also the token with which a later session resumes, at any process of that server.
 */
export function pollAt(pace: Pace, url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const base = withoutCredentials(url);
  const http = settings.platform.openHttp();
  const life = lifetime(receiver, settings.signal, () => void leave());
  let id: string | undefined;
  let leaving = false;
  let cursor: Cursor = 0;
  let token = settings.resume;
  const headers = authorization(url, settings.token);
  // A browser sets this field itself and lets no page change it.
  const pollHeaders = settings.options.gzip === true ? { ...headers, 'accept-encoding': 'gzip' } : headers;

  async function open(): Promise<void> {
    const address = withPlace(below(base, 'sessions'), 'cursor', settings.resume);
    const { status, text } = await http.fetch(address, { method: 'POST', headers });
    if (status !== 201) throw new Error(`POST /sessions was answered with ${status}: ${text.trim()}`);
    const answer = parsed(text);
    const name = field(answer, 'session');
    if (!isName(name)) throw unlike('POST /sessions', '{"session":"NAME"}', text);
    id = name;
    move(field(answer, 'cursor'));
    life.usable(postInOrder(http, below(base, `messages/${id}`), headers), () => token);
  }

  /** Moves on to a server's cursor, which is a place in its log only if it is a text. */
  function move(next: unknown): boolean {
    if (!isCursor(next)) return false;
    cursor = next;
    if (typeof next === 'string') token = next;
    return true;
  }

  async function poll(): Promise<void> {
    // Made once: each poll adds its cursor at the end.
    const address = below(base, `messages/${id}`, 'cursor=');
    while (!leaving) {
      await pace.next();
      const { status, text } = await http.fetch(`${address}${cursor}`, { method: 'GET', headers: pollHeaders });
      if (status === 204) continue;
      if (status !== 200) throw new Error(`the poll was answered with ${status}: ${text.trim()}`);
      const answer = parsed(text);
      const [next, messages] = [field(answer, 'cursor'), field(answer, 'messages')];
      if (!Array.isArray(messages) || !move(next)) {
        receiver.unreadable(unreadable("a poll's answer", text));
        throw unlike('the poll', '{"cursor":NUMBER,"messages":[…]}', text);
      }
      for (const one of messages) {
        const message = typeof one === 'string' ? one : fromBase64(field(one, 'b'));
        if (message === undefined) receiver.unreadable(unreadable("an item of a poll's answer", one));
        else receiver.message(message);
      }
    }
  }

  async function leave(): Promise<void> {
    leaving = true;
    pace.stop();
    if (id !== undefined) {
      const request = { method: 'DELETE', headers, signal: AbortSignal.timeout(GOODBYE_MS) } as const;
      await http.fetch(below(base, `sessions/${id}`), request).catch(() => {});
    }
    await http.close();
    life.over(new Error('closed'));
  }

  async function live(): Promise<void> {
    try {
      await open();
      await poll();
    } catch (cause) {
      if (leaving) return;
      pace.stop();
      await http.close();
      life.over(new Error(`polling ended: ${errorText(cause)}`, { cause }));
    }
  }

  void live();
  return life.session;
}
