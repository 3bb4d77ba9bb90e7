import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Limits } from '../../../bench/contract.ts';
import { LINGER_MS } from '../connections.ts';
import { tokenBucket } from '../token-bucket.ts';

const CALM = constants.NGHTTP2_ENHANCE_YOUR_CALM;
/** Frames allowed for each message, as on a connection of HTTP/1.1: a session may request an answer for each message. */
const FRAMES_A_MESSAGE = 2;
/** Maximum number of pieces of a message: each is kept separately until the message is complete, at many times the cost of a byte. */
const MAX_PIECES = 4_096;
/** Length of the prefix of a gRPC message: a compression flag and the message's length. */
const PREFIX_BYTES = 5;

/**
 * Counts frames that cost a peer almost nothing: requests, pings and settings. Node and nghttp2 limit only those that are reset,
 * refused, empty or left unanswered. A peer that sends too many gets ENHANCE_YOUR_CALM (RFC 9113 §7) and is cut.
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

/** Error numbers of nghttp2 for floods: too many pings and settings, too many continuations. */
const FLOODS: ReadonlySet<unknown> = new Set([-904, -905]);

/** Gives floods the right error code. Node and nghttp2 detect some within one read, before they are counted here, and would report an internal error. */
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
 * Makes a socket read and discard input for a moment before it is destroyed. Node destroys a connection right after its GOAWAY; data
 * still on the way would then reset it, and the peer would never read the reason.
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

/** Sends GOAWAY and cuts the connection a moment later: closing at once would reset it, and the peer would never read the reason. */
function endSession(session: ServerHttp2Session): void {
  if (session.destroyed || ending.has(session)) return;
  ending.add(session);
  session.goaway(CALM);
  // Without an error Node would ignore the code.
  const cut = setTimeout(() => session.destroy(new Error('too many frames'), CALM), LINGER_MS);
  session.once('close', () => clearTimeout(cut));
}

/**
 * Ends a gRPC stream as soon as one of its messages comes in too many pieces or takes too long: the library keeps every piece until
 * the message is complete. The library itself checks the declared length.
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
  // A stream passes on what it has read through `push`, the only place before the library's own buffer.
  stream.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    const found = chunk === null ? 'whole' : walk(chunk);
    if (found === 'whole') whole();
    else if (found === 'refused') end();
    else late ??= setTimeout(end, handshakeMs);
    return push(found === 'refused' ? null : chunk, encoding);
  };
}

/** Follows message boundaries through a stream of chunks. Says if a chunk ends with a message, within one, or within one in too many pieces. */
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
        // The first byte is the compression flag.
        if (prefixBytes++ > 0) toSkip = toSkip * 256 + chunk[at]!;
        at++;
      }
      if (prefixBytes === PREFIX_BYTES && toSkip === 0) prefixBytes = 0;
    }
    return prefixBytes > 0 ? 'partial' : 'whole';
  };
}
