import { lineReader } from '../bench/codec/line.ts';
import { MAX_ARRIVAL_BYTES, unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, Receiver, Session } from '../bench/contract.ts';
import { authorization, below, withoutCredentials, withPlace } from './shared/address.ts';
import { lifetime } from './shared/lifetime.ts';
import { isName, postInOrder } from './shared/upstream.ts';

/**
 * An HTTP answer that is read as it arrives, one JSON string a line; messages up are POSTs. The first line names the session. Resumes with
 * `?since=`.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const base = withoutCredentials(url);
  const http = settings.platform.openHttp();
  const headers = authorization(url, settings.token);
  const life = lifetime(receiver, settings.signal, () => finish(new Error('closed')));
  // Heartbeats are empty lines. From a server without any, an empty line is none.
  const hasHeartbeats = settings.options.heartbeatSeconds !== undefined;
  let status = 0;
  let over = false;
  let greeted = false;

  function finish(reason: Error): void {
    over = true;
    http.close().then(
      () => life.over(reason),
      () => life.over(reason),
    );
  }

  function take(text: string): void {
    if (over) return;
    if (greeted) return receiver.message(text);
    if (!isName(text)) return other(JSON.stringify(text));
    greeted = true;
    life.usable(postInOrder(http, below(base, `messages/${text}`), headers));
  }

  function other(line: string): void {
    if (line === '' && hasHeartbeats) return;
    if (!over) receiver.unreadable(unreadable('a line', line));
  }

  const tooLong = (): void => finish(new Error(`a line is longer than ${MAX_ARRIVAL_BYTES} bytes`));
  const read = lineReader({ text: take, other, tooLong }, MAX_ARRIVAL_BYTES);

  http.stream(
    withPlace(below(base, 'lines'), 'since', settings.resume),
    { method: 'GET', headers },
    {
      started(answered) {
        status = answered;
      },
      data(chunk) {
        if (status === 200) read(chunk);
      },
      ended(error) {
        if (over) return;
        if (status !== 200 && error === undefined) return finish(new Error(`GET /lines was answered with ${status}`));
        finish(new Error(`the stream ended${error === undefined ? '' : `: ${error.message}`}`, { cause: error }));
      },
    },
  );
  return life.session;
}
