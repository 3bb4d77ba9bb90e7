import type { WebSocketLike } from '../../bench/contract.ts';

/** Time that a ping may be late: one second, which the README of `ws` suggests. */
const GRACE_MS = 1_000;

/** Watch for the server's pings. */
interface PingWatch {
  /** Begins, once the connection is open. */
  begin(): void;
  end(): void;
}

/**
 * Watches that the server's pings come, as "How to detect and close broken connections" of the README of `ws` advises its clients. In a
 * browser, which shows no pings, it does nothing.
 *
 * @param seconds interval of the pings; 0 if there are none
 * @param silent called with the reason when no ping came for the interval and a second
 */
export function watchPings(socket: WebSocketLike, seconds: number, silent: (reason: Error) => void): PingWatch {
  if (seconds === 0 || !('onping' in socket)) return { begin() {}, end() {} };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => clearTimeout(timer);
  const begin = (): void => {
    end();
    timer = setTimeout(() => silent(new Error(`no ping of the server for ${seconds} s`)), seconds * 1e3 + GRACE_MS);
  };
  socket.onping = begin;
  return { begin, end };
}
