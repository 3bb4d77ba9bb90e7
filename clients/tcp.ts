import { encodeFrame, frameDecoder } from '../bench/codec/frame.ts';
import { MAX_ARRIVAL_BYTES, unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, Message, Receiver, Session } from '../bench/contract.ts';
import { lifetime } from './shared/lifetime.ts';

/**
 * Length-prefixed messages over TCP. For Node only: browsers cannot open plain sockets. To resume, it sends an empty frame and its place
 * in the log, at once or when the server has admitted its token, and waits to be greeted again.
 */
export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { protocol, hostname, port } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), secure: protocol === 'tls:' };
  const socket = await settings.platform.openStream(address, settings.signal);
  const life = lifetime(receiver, settings.signal, (wasUsable) => (wasUsable ? socket.end() : socket.destroy()));
  const { heartbeatSeconds = 0 } = settings.options;
  if (heartbeatSeconds !== 0) socket.setKeepAlive(true, Number(heartbeatSeconds) * 1e3);
  let cause: Error | undefined;

  const send = (message: Message): void => void socket.write(encodeFrame(message));
  const deliver =
    settings.encoding === 'text'
      ? (frame: Buffer) => receiver.message(frame.toString())
      : (frame: Buffer) => receiver.message(frame);
  const { resume, token } = settings;
  /** Greetings to come: the server's first empty frames. */
  let greetings = resume === undefined ? 1 : 2;
  const onFrame = (frame: Buffer): void => {
    if (greetings === 0 || (frame.length > 0 && resume === undefined)) return deliver(frame);
    // Repeated after the second greeting, unless it was there before the session's place.
    if (frame.length > 0) return;
    greetings--;
    if (greetings === 0) life.usable(send);
    else if (token !== undefined) askForMissed();
  };
  function askForMissed(): void {
    if (resume === undefined) return;
    send('');
    send(resume);
  }

  if (token === undefined) askForMissed();
  else send(token);
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
