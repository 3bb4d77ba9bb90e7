import type { Duplex } from 'node:stream';
import type { Limits } from '../../../bench/contract.ts';
import { tokenBucket } from '../token-bucket.ts';

/** Maximum number of bytes of a packet's remaining length, which follow its type and flags. [MQTT-2.2.3] */
const MAX_LENGTH_BYTES = 4;
/** Maximum number of reads of a packet: each is kept separately until the packet is complete, at many times the cost of a byte. */
const MAX_READS = 4_096;
/** True for PUBACK to PUBCOMP, a subscriber's answers to messages. [MQTT-2.2.1] */
const isAnswer = (type: number): boolean => type >= 4 && type <= 7;
/** Answers allowed for each message sent: a subscriber answers everybody's messages. */
const ANSWERS_A_MESSAGE = 8;

/**
 * Ends a connection when a packet's fixed header declares more than `maxBytes`, or when a packet comes in too many pieces
 * or takes too long, or when packets of any type come too fast. MQTT allows 256 MB, and aedes would buffer all of it first. MQTT
 * 3.1.1 has no reason code for this: closing is its refusal [MQTT-4.8.0-1].
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
  // A socket passes on what it has read through `push`, the only place before the broker's own buffer.
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
 * Follows packet boundaries through a stream of chunks. Says if a chunk ends with a packet or within one. Refuses a packet that
 * declares more than `maxBytes`, that comes in too many chunks, or whose type `admits` does not allow.
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
