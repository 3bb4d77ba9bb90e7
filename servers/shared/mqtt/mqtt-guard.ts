import type { Duplex } from 'node:stream';
import type { Limits } from '../../../bench/contract.ts';
import { tokenBucket } from '../token-bucket.ts';

/** Control packet type and flags, then one to four bytes of remaining length. [MQTT-2.2.3] */
const MAX_LENGTH_BYTES = 4;
/** Reads a packet may come in: each is kept by itself until the packet is whole, at many times the cost of a byte. */
const MAX_READS = 4_096;
/** PUBACK to PUBCOMP: the answers a subscriber owes to what it is sent. [MQTT-2.2.1] */
const isAnswer = (type: number): boolean => type >= 4 && type <= 7;
/** A subscriber answers everybody's messages, so it may do that more often than send its own. */
const ANSWERS_A_MESSAGE = 8;

/**
 * Ends a connection as soon as a packet's fixed header declares more than `maxBytes`, when one comes in too many pieces
 * or takes too long, or when they come too fast, whatever they are. MQTT allows 256 MB, and aedes would gather all of it first. MQTT 3.1.1 has no
 * reason code for this: closing is its refusal [MQTT-4.8.0-1].
 */
export function guardPackets(
  socket: Duplex,
  maxBytes: number,
  { messagesPerSecond, handshakeMs }: Pick<Limits, 'messagesPerSecond' | 'handshakeMs'>,
): void {
  const take = tokenBucket({ messagesPerSecond });
  const takeAnswer = tokenBucket({ messagesPerSecond: ANSWERS_A_MESSAGE * messagesPerSecond });
  const walk = packetWalker(maxBytes, (type) => (isAnswer(type) ? takeAnswer() : take()));
  let late: NodeJS.Timeout | undefined;
  const whole = (): void => {
    clearTimeout(late);
    late = undefined;
  };
  socket.once('close', whole);
  const push = socket.push.bind(socket);
  // `push` is where a socket hands on what it read: the one place that comes before the broker's own buffer.
  socket.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    const found = chunk === null ? 'whole' : walk(chunk);
    if (found === 'refused') {
      socket.destroy();
      return false;
    }
    if (found === 'whole') whole();
    else late ??= setTimeout(() => socket.destroy(), handshakeMs);
    return push(chunk, encoding);
  };
}

/**
 * Follows packet boundaries through a stream of chunks: whether a chunk ends with a packet or within one. Unauthorized is a packet
 * that declares more than `maxBytes`, that comes in too many chunks, or whose type `admits` does not let in.
 */
export function packetWalker(
  maxBytes: number,
  admits: (type: number) => boolean = () => true,
): (chunk: Uint8Array) => 'whole' | 'partial' | 'refused' {
  let reads = 0;
  let toSkip = 0;
  let headerBytes = 0;
  let length = 0;
  return (chunk) => {
    let at = 0;
    if (++reads > MAX_READS) return 'refused';
    while (at < chunk.length) {
      if (toSkip > 0) {
        const skipped = Math.min(toSkip, chunk.length - at);
        toSkip -= skipped;
        at += skipped;
        continue;
      }
      const byte = chunk[at++]!;
      if (headerBytes++ === 0) {
        reads = 1;
        if (!admits(byte >> 4)) return 'refused';
        continue;
      }
      length += (byte & 0x7f) * 128 ** (headerBytes - 2);
      const more = byte >= 0x80;
      if (length > maxBytes || (more && headerBytes > MAX_LENGTH_BYTES)) return 'refused';
      if (more) continue;
      toSkip = length;
      headerBytes = 0;
      length = 0;
    }
    return toSkip > 0 || headerBytes > 0 ? 'partial' : 'whole';
  };
}
