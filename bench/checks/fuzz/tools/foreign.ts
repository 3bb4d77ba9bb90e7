import type { Server, Socket } from 'node:net';
import type { Options } from '../../../contract.ts';
import type { Random } from './random.ts';

/** Thing that a fuzzed server has sent to the newest session. */
export interface Arrival {
  /** Description for the report of a failure. */
  readonly what: string;
  /** Min number of messages and unreadable arrivals that the client must count, unless the session ends. */
  readonly counts: number;
}

/** Server of somebody else's, played by a fuzzer. It has one session at a time. */
export interface Foreign extends AsyncDisposable {
  readonly url: string;
  /** Options that the client must have. */
  readonly options?: Options;
  /** Manner in which the next session opens: as the protocol says, or with anything, after which its connection is cut. */
  opening: 'sound' | 'any';
  /** Sends something to the newest session. */
  arrive(): Arrival;
  /** Sends something of the test's choice: a message of the protocol's framing, or bytes where there is none. */
  say(what: string | Uint8Array): void;
  /** Cuts all connections. */
  cut(): void;
}

/** Starts a fuzzed server of one protocol. */
export type ListenForeign = (random: Random) => Promise<Foreign>;

/** Listens on a free port of the loopback and keeps the connections, so that they can be cut. */
export async function bindForeign(server: Server): Promise<{ authority: string; cut(): void } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    authority: `127.0.0.1:${address.port}`,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}

/** Writes bytes at once or in two pieces, and then, if `ends`, cuts the connection. */
export function writeInPieces(random: Random, socket: Socket, bytes: Uint8Array, ends = false): void {
  const at = random.oneIn(4) ? random.below(bytes.length + 1) : bytes.length;
  socket.write(bytes.subarray(0, at));
  if (at < bytes.length) socket.write(bytes.subarray(at));
  if (ends) endSocket(random, socket);
}

/** Ends a connection in one of the ways that TCP has. */
export function endSocket(random: Random, socket: Socket): void {
  random.pick([() => socket.destroySoon(), () => void socket.resetAndDestroy(), () => void socket.destroy()])();
}

/** Description of bytes or a text, short enough for a message. */
export const described = (what: string | Uint8Array): string =>
  `${JSON.stringify(typeof what === 'string' ? what : Buffer.from(what).toString('latin1')).slice(0, 300)}`;
