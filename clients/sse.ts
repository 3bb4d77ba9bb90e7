import { unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, Message, Receiver, Send, Session, SourceEvent } from '../bench/contract.ts';
import { authorization, below, withoutCredentials, withPlace, withToken } from './shared/address.ts';
import { fromBase64 } from './shared/base64.ts';
import { textIn } from './shared/json.ts';
import { lifetime } from './shared/lifetime.ts';
import { isName, postInOrder } from './shared/upstream.ts';

/** State of an EventSource that does not reconnect (WHATWG HTML §9.2.2). */
const CLOSED = 2;

/**
 * Server-Sent Events down, POSTs up. EventSource reconnects by itself, and then brings the id of the last event as a header. That is used
 * with `reconnect: 'library'` alone; otherwise a lost session is reported. A new EventSource cannot set headers, so a session that is
 * resumed by a further `connect` brings the id as `?lastEventId=`.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { resume, token } = settings;
  const http = settings.platform.openHttp(settings.options.http === '2' ? '2' : '1.1');
  const source = new http.EventSource(withPlace(withToken(below(url, 'events'), token), 'lastEventId', resume));
  const life = lifetime(receiver, settings.signal, () => finish(new Error('closed')));
  /** Sends to the session that the stream has named last; undefined until it names one. */
  let post: Send | undefined;
  let lastEventId = resume;
  let isOpen = false;

  function finish(reason: Error): void {
    source.close();
    http.close().then(
      () => life.over(reason),
      () => life.over(reason),
    );
  }

  source.addEventListener('session', (event) => {
    const { data } = event;
    if (isOpen || !isName(data)) return receiver.unreadable(unreadable('a session event', data));
    isOpen = true;
    const isFirst = post === undefined;
    const replayed = lastEventId !== undefined;
    note(event);
    post = postInOrder(http, below(withoutCredentials(url), `messages/${data}`), authorization(url, token));
    if (isFirst)
      life.usable(
        (message) => post?.(message),
        () => lastEventId,
      );
    else life.resumed({ replayed });
  });
  function note(event: SourceEvent): void {
    if (event.lastEventId !== '') lastEventId = event.lastEventId;
  }
  function deliver(kind: string, event: SourceEvent, message: Message | undefined): void {
    note(event);
    if (message === undefined) receiver.unreadable(unreadable(kind, event.data));
    else receiver.message(message);
  }
  source.addEventListener('json', (event) => deliver('a json event', event, textIn(event.data)));
  source.addEventListener('b', (event) => deliver('a b event', event, fromBase64(event.data)));
  source.onmessage = (event) => deliver('an event', event, event.data);
  source.onerror = ({ message }) => {
    const reason = new Error(`event stream ended${message ? `: ${message}` : ''}`);
    isOpen = false;
    const reconnects = settings.reconnect === 'library' && post !== undefined && source.readyState !== CLOSED;
    if (reconnects) life.interrupted(reason);
    else finish(reason);
  };
  return life.session;
}
