import type { ClientSettings, Message, Receiver, Session } from '../../contract.ts';

/**
 * A session over an ordinary HTTP endpoint: a POST a message, which counts as received when its answer has come. One request
 * under way a session, as autocannon has one a connection; further messages wait for it.
 */
export async function connect(url: string, receiver: Receiver, { platform }: ClientSettings): Promise<Session> {
  const http = platform.openHttp();
  const waiting: Message[] = [];
  let posting = false;
  let over = false;

  function lose(reason: Error): void {
    if (over) return;
    over = true;
    receiver.lost(reason);
  }

  function post(message: Message): void {
    posting = true;
    http.fetch(url, { method: 'POST', body: message }).then(({ status, text }) => {
      if (status >= 300) return lose(new Error(`POST answered ${status}: ${text.trim()}`));
      // Still posting: who is answered may send at once, and takes its turn like the others.
      receiver.message(message);
      const next = waiting.shift();
      if (next === undefined) posting = false;
      else post(next);
    }, lose);
  }

  return {
    send(message) {
      if (over) throw new Error('the session is over');
      if (posting) waiting.push(message);
      else post(message);
    },
    close() {
      over = true;
      return http.close();
    },
  };
}
