import type { ClientSettings, Receiver, Session } from '../../bench/contract.ts';
import { errorText } from '../../bench/error-text.ts';
import { authorization, below, withoutCredentials } from './address.ts';
import { fromBase64 } from './base64.ts';
import { GOODBYE_MS, lifetime } from './lifetime.ts';
import { postInOrder } from './upstream.ts';

/** Times at which a client polls. */
export interface Pace {
  /** Resolves when the next request may be sent, after the last one was answered. Never resolves once stopped. */
  next(): Promise<void>;
  stop(): void;
}

/** Polls for messages, one request at a time, with a cursor that says what has been read. Messages up are POSTs. */
export function pollAt(pace: Pace, url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const base = withoutCredentials(url);
  const http = settings.platform.openHttp();
  const life = lifetime(receiver, settings.signal, () => void leave());
  let id: string | undefined;
  let leaving = false;
  const headers = authorization(url, settings.token);
  // A browser sets this field itself and lets no page change it.
  const pollHeaders = settings.options.gzip === true ? { ...headers, 'accept-encoding': 'gzip' } : headers;

  async function open(): Promise<void> {
    const { status, text } = await http.fetch(below(base, 'sessions'), { method: 'POST', headers });
    if (status !== 201) throw new Error(`POST /sessions was answered with ${status}: ${text.trim()}`);
    id = (JSON.parse(text) as { session: string }).session;
    life.usable(postInOrder(http, below(base, `messages/${id}`), headers));
  }

  async function poll(): Promise<void> {
    let cursor = 0;
    // Made once: each poll adds its cursor at the end.
    const address = below(base, `messages/${id}`, 'cursor=');
    while (!leaving) {
      await pace.next();
      const { status, text } = await http.fetch(`${address}${cursor}`, { method: 'GET', headers: pollHeaders });
      if (status === 204) continue;
      if (status !== 200) throw new Error(`the poll was answered with ${status}: ${text.trim()}`);
      const answer = JSON.parse(text) as { cursor: number; messages: (string | { b: string })[] };
      cursor = answer.cursor;
      for (const message of answer.messages) {
        receiver.message(typeof message === 'string' ? message : fromBase64(message.b));
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
