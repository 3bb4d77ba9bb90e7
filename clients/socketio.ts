import { io } from 'socket.io-client';
import type { ClientSettings, Message, Receiver, Session } from '../bench/contract.ts';
import { lifetime } from './lifetime.ts';

const EVENT = 'm';

/** Socket.IO 4 over its WebSocket transport. Its reconnection is off: a lost session is reported, not mended. */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const socket = io(url, {
    ...{ transports: ['websocket'], forceNew: true, reconnection: false },
    ...(settings.token === undefined ? {} : { auth: { token: settings.token } }),
  });
  const life = lifetime(receiver, settings.signal, () => socket.disconnect());

  socket.on('connect', () => life.usable((message) => void socket.emit(EVENT, message)));
  socket.on(EVENT, (message: Message) => receiver.message(message));
  socket.on('connect_error', (error) => life.over(explained(error)));
  socket.on('disconnect', (reason, details) => {
    life.over(new Error(`Socket.IO disconnected: ${reason}`, { cause: details }));
  });
  return life.session;
}

/** Engine.IO says only "websocket error"; what it was is in an event beside it, where the surroundings tell. */
function explained(error: Error & { description?: unknown }): Error {
  const { message } = (error.description ?? {}) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? new Error(`${error.message}: ${message}`) : error;
}
