import { encodeFrame, frameDecoder } from '../bench/codec/frame.ts';
import { MAX_ARRIVAL_BYTES, unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, Message, Receiver, Session } from '../bench/contract.ts';
import { lifetime } from './shared/lifetime.ts';

/** Length-prefixed messages over TCP. For Node only: browsers cannot open plain sockets. */
export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { protocol, hostname, port } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), secure: protocol === 'tls:' };
  const socket = await settings.platform.openStream(address, settings.signal);
  const life = lifetime(receiver, settings.signal, (wasUsable) => (wasUsable ? socket.end() : socket.destroy()));
  let cause: Error | undefined;

  const send = (message: Message): void => void socket.write(encodeFrame(message));
  const deliver =
    settings.encoding === 'text'
      ? (frame: Buffer) => receiver.message(frame.toString())
      : (frame: Buffer) => receiver.message(frame);
  let greeted = false;
  const onFrame = (frame: Buffer): void => {
    // The server's first empty frame is its greeting.
    if (greeted || frame.length > 0) return deliver(frame);
    greeted = true;
    life.usable(send);
  };

  if (settings.token !== undefined) send(settings.token);
  const onTooLong = (rest: Buffer): void => {
    const what = unreadable('a frame that is too long', rest);
    receiver.unreadable(what);
    life.over(new Error(`the server does not send frames with their length before them; it sent "${what.head}"`));
    socket.destroy();
  };
  socket.on('data', frameDecoder(MAX_ARRIVAL_BYTES, onFrame, onTooLong));
  socket.on('error', (error) => {
    cause = error;
  });
  socket.on('close', () => life.over(new Error('TCP connection closed by the server', { cause })));
  return life.session;
}
