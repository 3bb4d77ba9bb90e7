import { unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, Message, Receiver, Session } from '../bench/contract.ts';
import { authorization, below, withoutCredentials, withToken } from './shared/address.ts';
import { fromBase64 } from './shared/base64.ts';
import { textIn } from './shared/json.ts';
import { lifetime } from './shared/lifetime.ts';
import { isName, postInOrder } from './shared/upstream.ts';

/** Server-Sent Events down, POSTs up. EventSource's own reconnection is not used: a lost session is reported. */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const http = settings.platform.openHttp(settings.options.http === '2' ? '2' : '1.1');
  const source = new http.EventSource(withToken(below(url, 'events'), settings.token));
  const life = lifetime(receiver, settings.signal, () => finish(new Error('closed')));

  function finish(reason: Error): void {
    source.close();
    http.close().then(
      () => life.over(reason),
      () => life.over(reason),
    );
  }

  let named = false;
  source.addEventListener('session', ({ data }) => {
    if (named || !isName(data)) return receiver.unreadable(unreadable('a session event', data));
    named = true;
    life.usable(
      postInOrder(http, below(withoutCredentials(url), `messages/${data}`), authorization(url, settings.token)),
    );
  });
  const deliver = (kind: string, data: string, message: Message | undefined): void =>
    message === undefined ? receiver.unreadable(unreadable(kind, data)) : receiver.message(message);
  source.addEventListener('json', ({ data }) => deliver('a json event', data, textIn(data)));
  source.addEventListener('b', ({ data }) => deliver('a b event', data, fromBase64(data)));
  source.onmessage = ({ data }) => receiver.message(data);
  source.onerror = ({ message }) => finish(new Error(`event stream ended${message ? `: ${message}` : ''}`));
  return life.session;
}
