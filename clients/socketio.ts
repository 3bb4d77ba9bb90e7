import { io, type Socket } from 'socket.io-client';
import { bufferOf } from '../bench/codec/bytes.ts';
import { unreadable } from '../bench/codec/unreadable.ts';
import type {
  ClientSettings,
  Message,
  Options,
  Platform,
  Receiver,
  Session,
  WebSocketLike,
} from '../bench/contract.ts';
import { basic } from './shared/address.ts';
import { GOODBYE_MS, lifetime } from './shared/lifetime.ts';
import { CHECKED, CHECKED_MSGPACK, CheckedWebSocket } from './shared/socketio-checked.ts';
import { pollingOver } from './shared/socketio-polling.ts';

const EVENT = 'm';

/**
 * Socket.IO 4 over its WebSocket transport, or as `transport` says: `polling` alone, or `upgrade`, polling first. Its
 * reconnection is off: a lost session is reported, not mended. As everywhere in Socket.IO, the URL's path is the namespace, and the
 * option `path` is that of the endpoint.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { options } = settings;
  const address = new URL(url);
  const { transports, hangUp } = transportsOf(options, settings.platform, address);
  // The library takes the path as it is written, while namespaces are named in plain text.
  const socket = io(`${address.origin}${decodeURI(address.pathname)}${address.search}`, {
    transports,
    extraHeaders: { ...basic(address) },
    ...(typeof options.path === 'string' ? { path: new URL(options.path, address).pathname } : {}),
    forceNew: true,
    reconnection: false,
    parser: options.msgpack === true ? CHECKED_MSGPACK : CHECKED,
    ...(settings.token === undefined ? {} : { auth: { token: settings.token } }),
  });
  const life = lifetime(receiver, settings.signal, () => socket.disconnect());
  let ended = false;
  const over = (reason: Error): void => {
    if (ended) return;
    ended = true;
    socket.disconnect();
    void hangUp().then(() => life.over(reason));
  };

  socket.on('connect', () => {
    const sent = options.msgpack === true ? packable : (message: Message): unknown => message;
    const usable = (): void => life.usable((message) => void socket.emit(EVENT, sent(message)));
    if (options.transport === 'upgrade') afterUpgrade(socket, usable, over);
    else usable();
  });
  socket.on(EVENT, (message: unknown) => {
    if (typeof message === 'string' || message instanceof Uint8Array) receiver.message(message);
    else if (message instanceof ArrayBuffer) receiver.message(new Uint8Array(message));
    else receiver.unreadable(unreadable('an event without a text or bytes', message));
  });
  const at = `at endpoint ${socket.io.opts.path ?? ''}, namespace ${decodeURI(address.pathname)}`;
  socket.on('connect_error', (error) => over(explained(error, at)));
  socket.on('disconnect', (reason, details) => {
    const why = details instanceof Error ? `: ${details.message}` : '';
    over(new Error(`Socket.IO disconnected: ${reason}${why}`, { cause: details }));
  });
  // Socket.IO hears of this only once Engine.IO is open, and would otherwise wait for 20 s.
  socket.io.engine.once('close', (reason) =>
    queueMicrotask(() => over(new Error(`the connection was closed before Engine.IO's handshake: ${reason}`))),
  );
  return life.session;
}

/** Converts bytes to the type that the MessagePack encoder encodes as bytes: a Buffer in Node.js, an ArrayBuffer in a browser. */
function packable(message: Message): unknown {
  if (typeof message === 'string') return message;
  if (typeof Buffer === 'undefined') return message.slice().buffer;
  return bufferOf(message);
}

/** @returns the transports in the order they are tried, and what ends the connections that the platform opened for them */
function transportsOf({ transport = 'websocket' }: Options, platform: Platform, { username, password }: URL) {
  /** WebSocket transport over the platform's WebSocket, which offers compression, as the library's does. */
  class WebSocketTransport extends CheckedWebSocket {
    override createSocket(url: string, protocols: string | string[] | undefined): WebSocketLike {
      const address = Object.assign(new URL(url), { username, password });
      return new platform.CompressingWebSocket(address.href, protocols);
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

/** Adds what the library leaves out: Engine.IO says only "websocket error", and what it was is in an event beside it. */
function explained(error: Error & { description?: unknown }, at: string): Error {
  const { message } = Object(error.description) as { message?: unknown };
  const why = typeof message === 'string' && message !== '' ? `: ${message}` : '';
  return new Error(`${error.message}${why}, ${at}`, { cause: error });
}
