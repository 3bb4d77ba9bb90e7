import { encodeFrame, frameDecoder } from '../bench/codec/frame.ts';
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
  // An empty frame is the server's greeting.
  const onFrame = (frame: Buffer): void => (frame.length === 0 ? life.usable(send) : deliver(frame));

  if (settings.token !== undefined) send(settings.token);
  socket.on('data', frameDecoder(Number.POSITIVE_INFINITY, onFrame));
  socket.on('error', (error) => {
    cause = error;
  });
  socket.on('close', () => life.over(new Error('TCP connection closed by the server', { cause })));
  return life.session;
}
