import type { Duplex } from 'node:stream';

/** Control packet type and flags, then one to four bytes of remaining length. [MQTT-2.2.3] */
const MOST_LENGTH_BYTES = 4;

/**
 * Ends a connection as soon as a packet's fixed header declares more than `mostBytes`. MQTT allows 256 MB, and aedes would
 * gather all of it first. MQTT 3.1.1 has no reason code for this: closing is its refusal [MQTT-4.8.0-1].
 */
export function guardPackets(socket: Duplex, mostBytes: number): void {
  const tooLong = packetWalker(mostBytes);
  const push = socket.push.bind(socket);
  // `push` is where a socket hands on what it read: the one place that comes before the broker's own buffer.
  socket.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    if (chunk !== null && tooLong(chunk)) {
      socket.destroy();
      return false;
    }
    return push(chunk, encoding);
  };
}

/** Follows packet boundaries through a stream of chunks; true once a packet longer than `mostBytes` has been declared. */
export function packetWalker(mostBytes: number): (chunk: Uint8Array) => boolean {
  let toSkip = 0;
  let headerBytes = 0;
  let length = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (toSkip > 0) {
        const skipped = Math.min(toSkip, chunk.length - at);
        toSkip -= skipped;
        at += skipped;
        continue;
      }
      const byte = chunk[at++]!;
      if (headerBytes++ === 0) continue;
      length += (byte & 0x7f) * 128 ** (headerBytes - 2);
      const more = byte >= 0x80;
      if (length > mostBytes || (more && headerBytes > MOST_LENGTH_BYTES)) return true;
      if (more) continue;
      toSkip = length;
      headerBytes = 0;
      length = 0;
    }
    return false;
  };
}
