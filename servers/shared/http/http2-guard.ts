import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Limits } from '../../../bench/contract.ts';
import { LINGER_MS } from '../connections.ts';
import { tokenBucket } from '../token-bucket.ts';

const CALM = constants.NGHTTP2_ENHANCE_YOUR_CALM;
/** As on a connection of HTTP/1.1: a session may ask for as many answers as it sends messages. */
const FRAMES_A_MESSAGE = 2;
/** Pieces a message may come in: each is kept by itself until the message is whole, at many times the cost of a byte. */
const MAX_PIECES = 4_096;
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
  const take = tokenBucket({ messagesPerSecond: FRAMES_A_MESSAGE * messagesPerSecond });
  const count = (): void => {
    if (!take()) endSession(session);
  };
  session.on('ping', count).on('remoteSettings', count).on('stream', count);
  nameFloods(session);
}

/** What Node and nghttp2 call a flood, by the latter's numbers: too many pings and settings, too many continuations. */
const FLOODS: ReadonlySet<unknown> = new Set([-904, -905]);

/** They notice floods within one read, before ours can be counted, and would call them an error of the server's own. */
function nameFloods(session: ServerHttp2Session): void {
  const destroy = session.destroy.bind(session);
  session.destroy = (error, code) => destroy(error, code ?? (isFlood(error) ? CALM : undefined));
}

function isFlood(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES') return true;
  return 'errno' in error && FLOODS.has(error.errno);
}

/**
 * Node destroys a connection as soon as it has said why. What its peer has still on the way would reset it, and the peer would never read
 * that: it is read for a moment, and thrown away.
 */
export function lingering(socket: Socket): Socket {
  const destroy = socket.destroy.bind(socket);
  let going = false;
  socket.destroy = (error?: Error) => {
    if (going || socket.readableEnded || socket.errored) return destroy(error);
    going = true;
    socket.end();
    socket.resume();
    const cut = setTimeout(() => destroy(error), LINGER_MS);
    socket.once('close', () => clearTimeout(cut));
    socket.once('end', () => destroy(error));
    return socket;
  };
  return socket;
}

const ending = new WeakSet<ServerHttp2Session>();

/** Says why, and cuts the connection a moment later: closing at once would reset it, and the peer would never see why. */
export function endSession(session: ServerHttp2Session): void {
  if (session.destroyed || ending.has(session)) return;
  ending.add(session);
  session.goaway(CALM);
  // Without an error Node would take the code for none.
  const cut = setTimeout(() => session.destroy(new Error('told to be calm'), CALM), LINGER_MS);
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
    stream.close(CALM);
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
    if (++pieces > MAX_PIECES) return 'refused';
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
