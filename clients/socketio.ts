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
import { field } from './shared/json.ts';
import { lifetime } from './shared/lifetime.ts';
import { CHECKED, CHECKED_MSGPACK, CheckedWebSocket } from './shared/socketio-checked.ts';
import { pollingOver } from './shared/socketio-polling.ts';

const EVENT = 'm';

/**
 * Socket.IO 4 over its WebSocket transport, or as `transport` says: `polling` alone, or `upgrade`, polling first. The library reconnects
 * only if it is asked to; otherwise a lost session is reported. As everywhere in Socket.IO, the URL's path is the namespace, and the
 * option `path` is that of the endpoint. A session resumes by the library's connection state recovery, if the server offers it.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { options } = settings;
  const address = new URL(url);
  const { transports, hangUp } = transportsOf(options, settings.platform, address);
  const reconnects = settings.reconnect === 'library';
  const resumed = settings.resume === undefined ? undefined : recoveryOf(settings.resume);
  let joined = false;
  const token = settings.token === undefined ? {} : { token: settings.token };
  // The library takes the path as it is written, while namespaces are named in plain text.
  const socket = io(`${address.origin}${decodeURI(address.pathname)}${address.search}`, {
    transports,
    extraHeaders: { ...basic(address) },
    ...(typeof options.path === 'string' ? { path: new URL(options.path, address).pathname } : {}),
    forceNew: true,
    reconnection: reconnects,
    parser: options.msgpack === true ? CHECKED_MSGPACK : CHECKED,
    ...(settings.token === undefined && resumed === undefined ? {} : { auth }),
  });
  const life = lifetime(receiver, settings.signal, () => {
    // The library says nothing of the end of a session that is not connected.
    if (!socket.connected) over(new Error('closed'));
    socket.disconnect();
  });
  let ended = false;

  /** Passes on what the CONNECT packet carries. The library adds the state of a session that it has had itself. */
  function auth(send: (data: object) => void): void {
    send(joined ? token : { ...resumed, ...token });
  }

  function over(reason: Error): void {
    if (ended) return;
    ended = true;
    socket.disconnect();
    life.over(reason, hangUp());
  }

  // Listened for from the beginning: an upgrade may end before the namespace has let the client in.
  const upgraded = options.transport === 'upgrade' ? upgradeOf(socket, over) : undefined;
  socket.once('connect', () => {
    const sent = options.msgpack === true ? packable : (message: Message): unknown => message;
    const usable = (): void => {
      joined = true;
      life.usable(
        (message) => void socket.emit(EVENT, sent(message)),
        () => tokenOf(socket, resumed),
      );
    };
    if (upgraded === undefined) usable();
    else void upgraded.then(usable);
    // The library says no more of a session that comes back, also if it has yet to move from polling to WebSocket.
    socket.on('connect', () => life.resumed({ replayed: socket.recovered === true }));
  });
  socket.on(EVENT, (message: unknown) => {
    if (typeof message === 'string' || message instanceof Uint8Array) receiver.message(message);
    else if (message instanceof ArrayBuffer) receiver.message(new Uint8Array(message));
    else receiver.unreadable(unreadable('an event without a text or bytes', message));
  });
  const at = `at endpoint ${socket.io.opts.path ?? ''}, namespace ${decodeURI(address.pathname)}`;
  // A socket is active as long as the library tries to connect it again: not after a refusal or a goodbye of the server.
  const retries = (): boolean => reconnects && joined && socket.active;
  socket.io.on('reconnect_attempt', () => life.attempting());
  socket.on('connect_error', (error) => {
    if (!retries()) over(explained(error, at));
  });
  socket.on('disconnect', (reason, details) => {
    const why = details instanceof Error ? `: ${details.message}` : '';
    const error = new Error(`Socket.IO disconnected: ${reason}${why}`, { cause: details });
    if (retries()) life.interrupted(error);
    else over(error);
  });
  // Socket.IO hears of this only once Engine.IO is open, and would otherwise wait for 20 s.
  socket.io.engine.once('close', (reason) =>
    queueMicrotask(() => {
      if (!retries()) over(new Error(`the connection was closed before Engine.IO's handshake: ${reason}`));
    }),
  );
  return life.session;
}

/** State of a session at its server: its private id, which is a secret of the two, and the id of the last packet that has arrived. */
interface Recovery {
  readonly pid: string;
  readonly offset: string;
}

/** Token of a session for its recovery. Undefined before the first packet that has an id, and at a server that keeps no sessions. */
function tokenOf(socket: Socket, resumed: Recovery | undefined): string | undefined {
  const pid = field(socket, '_pid');
  // A session that was resumed may be lost again before anything has arrived.
  const offset = field(socket, '_lastOffset') ?? (pid === resumed?.pid ? resumed?.offset : undefined);
  return typeof pid === 'string' && typeof offset === 'string' ? `${pid} ${offset}` : undefined;
}

function recoveryOf(token: string): Recovery {
  const [pid = '', offset = ''] = token.split(' ');
  return { pid, offset };
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
      const Constructor = http?.CompressingWebSocket ?? platform.CompressingWebSocket;
      return new Constructor(address.href, protocols);
    }
  }
  const http = transport === 'websocket' ? undefined : platform.openHttp();
  if (http === undefined) return { transports: [WebSocketTransport], hangUp: async () => {} };
  const polling = pollingOver(http);
  const hangUp = async (): Promise<void> => {
    await polling.settled();
    await http.close();
  };
  return { transports: [polling.transport, ...(transport === 'polling' ? [] : [WebSocketTransport])], hangUp };
}

/**
 * Resolves when a session has moved to WebSocket. It is usable before, over polling; what is measured is what it has come to stay with.
 */
function upgradeOf(socket: Socket, fail: (reason: Error) => void): Promise<void> {
  const { engine } = socket.io;
  engine.once('handshake', ({ upgrades }) => {
    if (!upgrades.includes('websocket')) fail(new Error('the server offers no upgrade to WebSocket'));
  });
  engine.once('upgradeError', (cause) => {
    // The end of the session ends its upgrade too, and has a reason of its own.
    if (!cause.message.endsWith('socket closed'))
      fail(new Error(`the upgrade to WebSocket failed: ${cause.message}`, { cause }));
  });
  return new Promise((resolve) => engine.once('upgrade', () => resolve()));
}

/** Adds what the library leaves out: Engine.IO says only "websocket error", and what it was is in an event beside it. */
function explained(error: Error & { description?: unknown }, at: string): Error {
  const { message } = Object(error.description) as { message?: unknown };
  const why = typeof message === 'string' && message !== '' ? `: ${message}` : '';
  return new Error(`${error.message}${why}, ${at}`, { cause: error });
}
