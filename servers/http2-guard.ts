import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Limits } from '../bench/contract.ts';
import { LINGER_MS } from './connections.ts';
import { floodGuard } from './flood.ts';

/** As on a connection of HTTP/1.1: a session may ask for as many answers as it sends messages. */
const FRAMES_A_MESSAGE = 2;
/** Pieces a message may come in: each is kept by itself until the message is whole, at many times the cost of a byte. */
const MOST_PIECES = 4_096;
/** Whether the message is compressed, and its length. */
const PREFIX_BYTES = 5;

/**
 * Counts what costs a peer next to nothing: requests, pings and settings. Node and nghttp2 bound those that are reset, refused, empty
 * or left unanswered, and no others. Who does too much of it is told to be calm (RFC 9113 §7), and cut.
 */
export function guardSession(
  session: ServerHttp2Session,
  { messagesPerSecond }: Pick<Limits, 'messagesPerSecond'>,
): void {
  const inTime = floodGuard({ messagesPerSecond: FRAMES_A_MESSAGE * messagesPerSecond });
  const count = (): void => {
    if (!inTime()) endSession(session);
  };
  session.on('ping', count).on('remoteSettings', count).on('stream', count);
}

const ending = new WeakSet<ServerHttp2Session>();

/** Says why, and cuts the connection a moment later: closing at once would reset it, and the peer would never see why. */
export function endSession(session: ServerHttp2Session): void {
  if (session.destroyed || ending.has(session)) return;
  ending.add(session);
  const code = constants.NGHTTP2_ENHANCE_YOUR_CALM;
  session.goaway(code);
  const cut = setTimeout(() => session.destroy(undefined, code), LINGER_MS);
  session.once('close', () => clearTimeout(cut));
}

/**
 * Ends a gRPC stream as soon as one of its messages comes in too many pieces, or takes too long: the library keeps every piece
 * until the message is whole. What a message declares, the library looks at itself.
 */
export function guardPieces(
  stream: ServerHttp2Stream,
  session: ServerHttp2Session,
  { handshakeMs }: Pick<Limits, 'handshakeMs'>,
): void {
  const walk = messageWalker();
  let late: NodeJS.Timeout | undefined;
  const whole = (): void => {
    clearTimeout(late);
    late = undefined;
  };
  const end = (): void => {
    stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    endSession(session);
  };
  stream.once('close', whole);
  const push = stream.push.bind(stream);
  // `push` is where a stream hands on what it read: the one place that comes before the library's own buffer.
  stream.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    const found = chunk === null ? 'whole' : walk(chunk);
    if (found === 'whole') whole();
    else if (found === 'refused') end();
    else late ??= setTimeout(end, handshakeMs);
    return push(found === 'refused' ? null : chunk, encoding);
  };
}

/** Follows message boundaries through a stream of chunks: whether a chunk ends with a message, within one, or within one in too many. */
export function messageWalker(): (chunk: Uint8Array) => 'whole' | 'partial' | 'refused' {
  let pieces = 0;
  let prefixBytes = 0;
  let toSkip = 0;
  return (chunk) => {
    let at = 0;
    if (++pieces > MOST_PIECES) return 'refused';
    while (at < chunk.length) {
      if (prefixBytes === PREFIX_BYTES) {
        const skipped = Math.min(toSkip, chunk.length - at);
        toSkip -= skipped;
        at += skipped;
      } else {
        if (prefixBytes === 0) pieces = 1;
        // The first byte is no part of the length.
        if (prefixBytes++ > 0) toSkip = toSkip * 256 + chunk[at]!;
        at++;
      }
      if (prefixBytes === PREFIX_BYTES && toSkip === 0) prefixBytes = 0;
    }
    return prefixBytes > 0 ? 'partial' : 'whole';
  };
}
