import type { ClientSettings, Message, Receiver, Session } from '../../contract.ts';

/**
 * Opens a session on an ordinary HTTP endpoint. Each message is a POST, and counts as received when that is answered. A session has one
 * request in flight, as a connection of autocannon has; further messages wait for it.
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
      // `posting` is still true: a message sent by the receiver queues behind those that wait.
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
