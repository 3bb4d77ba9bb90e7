import { MAX_ARRIVAL_BYTES, unreadable } from '../../../bench/codec/unreadable.ts';
import type { ClientSettings, Message, Receiver, Session } from '../../../bench/contract.ts';
import { textIn } from '../../../clients/shared/json.ts';
import { lifetime } from '../../../clients/shared/lifetime.ts';

/** Newline-delimited JSON over TCP. */
export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { hostname, port } = new URL(url);
  const { platform, signal } = settings;
  const socket = await platform.openStream(
    { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), secure: false },
    signal,
  );
  const life = lifetime(receiver, signal, (wasUsable) => (wasUsable ? socket.end() : socket.destroy()));
  const send = (message: Message): void => void socket.write(`${JSON.stringify(String(message))}\n`);
  let cause: Error | undefined;
  let rest = '';

  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = textIn(line);
      if (message === '') life.usable(send);
      else if (message === undefined) receiver.unreadable(unreadable('a line', line));
      else receiver.message(message);
    }
    if (rest.length > MAX_ARRIVAL_BYTES) socket.destroy(new Error('a line has no end'));
  });
  socket.on('error', (error) => {
    cause = error;
  });
  socket.on('close', () => life.over(new Error('connection closed by the server', { cause })));
  return life.session;
}
