import { io, NodeWebSocket, type Socket } from 'socket.io-client';
import * as msgpack from 'socket.io-msgpack-parser';
import { bufferOf } from '../bench/codec/bytes.ts';
import type {
  ClientSettings,
  Message,
  Options,
  Platform,
  Receiver,
  Session,
  WebSocketLike,
} from '../bench/contract.ts';
import { GOODBYE_MS, lifetime } from './shared/lifetime.ts';
import { pollingOver } from './shared/socketio-polling.ts';

const EVENT = 'm';

/**
 * Socket.IO 4 over its WebSocket transport, or as `transport` says: `polling` alone, or `upgrade`, polling first. Its
 * reconnection is off: a lost session is reported, not mended.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { options } = settings;
  const { transports, hangUp } = transportsOf(options, settings.platform);
  const socket = io(url, {
    transports,
    forceNew: true,
    reconnection: false,
    ...(options.msgpack === true ? { parser: msgpack } : {}),
    ...(settings.token === undefined ? {} : { auth: { token: settings.token } }),
  });
  const life = lifetime(receiver, settings.signal, () => socket.disconnect());
  const over = (reason: Error): void => void hangUp().then(() => life.over(reason));

  socket.on('connect', () => {
    const sent = options.msgpack === true ? packable : (message: Message): unknown => message;
    const usable = (): void => life.usable((message) => void socket.emit(EVENT, sent(message)));
    if (options.transport === 'upgrade') afterUpgrade(socket, usable, over);
    else usable();
  });
  socket.on(EVENT, (message: Message | ArrayBuffer) =>
    receiver.message(message instanceof ArrayBuffer ? new Uint8Array(message) : message),
  );
  socket.on('connect_error', (error) => over(explained(error)));
  socket.on('disconnect', (reason, details) => {
    over(new Error(`Socket.IO disconnected: ${reason}`, { cause: details }));
  });
  return life.session;
}

/** Converts bytes to the type that the MessagePack encoder encodes as bytes: a Buffer in Node.js, an ArrayBuffer in a browser. */
function packable(message: Message): unknown {
  if (typeof message === 'string') return message;
  if (typeof Buffer === 'undefined') return message.slice().buffer;
  return bufferOf(message);
}

/** @returns the transports in the order they are tried, and what ends the connections that the platform opened for them */
function transportsOf({ transport = 'websocket' }: Options, platform: Platform) {
  /** Its own transport opens the connection itself. The platform's offers compression too, as that one does. */
  class WebSocketTransport extends NodeWebSocket {
    override createSocket(url: string, protocols: string | string[] | undefined): WebSocketLike {
      return new platform.CompressingWebSocket(url, protocols);
    }
  }
  if (transport === 'websocket') return { transports: [WebSocketTransport], hangUp: async () => {} };
  const http = platform.openHttp();
  const polling = pollingOver(http);
  const hangUp = async (): Promise<void> => {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, GOODBYE_MS);
    await Promise.race([polling.settled(), late.promise]);
    clearTimeout(timer);
    await http.close();
  };
  return { transports: [polling.transport, ...(transport === 'polling' ? [] : [WebSocketTransport])], hangUp };
}

/** A session is usable before, over polling; what is measured is what it has come to stay with. */
function afterUpgrade(socket: Socket, usable: () => void, fail: (reason: Error) => void): void {
  const { engine } = socket.io;
  if (engine.transport.name === 'websocket') return usable();
  engine.once('upgrade', usable);
  engine.once('upgradeError', (cause) => {
    fail(new Error(`the upgrade to WebSocket failed: ${cause.message}`, { cause }));
    socket.disconnect();
  });
}

/** Engine.IO says only "websocket error"; what it was is in an event beside it, where the surroundings tell. */
function explained(error: Error & { description?: unknown }): Error {
  const { message } = (error.description ?? {}) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? new Error(`${error.message}: ${message}`) : error;
}
