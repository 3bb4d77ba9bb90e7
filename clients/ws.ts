import type { ClientSettings, Receiver, Session } from '../bench/contract.ts';
import { lifetime } from './lifetime.ts';
import { withToken } from './token.ts';

/** Raw WebSocket: one frame a message. */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const socket = new settings.platform.WebSocket(withToken(url, settings.token));
  const life = lifetime(receiver, settings.signal, () => socket.close());
  let cause = '';

  socket.binaryType = 'arraybuffer';
  socket.onopen = () => life.usable((message) => socket.send(message));
  socket.onmessage =
    settings.encoding === 'text'
      ? ({ data }) => receiver.message(data as string)
      : ({ data }) => receiver.message(new Uint8Array(data as ArrayBuffer));
  socket.onerror = ({ message }) => {
    cause = message ?? '';
  };
  socket.onclose = ({ code, reason }) => {
    life.over(new Error(`WebSocket closed with ${[code, reason, cause].filter(Boolean).join(' ')}`));
  };
  return life.session;
}
