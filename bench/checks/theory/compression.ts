import { constants, createDeflateRaw } from 'node:zlib';

/** Length of the end of a flushed block, which permessage-deflate omits. RFC 7692 §7.2.1 */
export const FLUSHED_END_BYTES = 4;

/**
 * Compresses messages as permessage-deflate does, with zlib's defaults (a window of 32 KiB, level 6, memory level 8), and resolves with
 * the bytes of each. `fresh` empties the window before every message.
 */
export function deflater({ fresh }: { fresh: boolean }): (message: string | Uint8Array) => Promise<number> {
  const stream = createDeflateRaw();
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  return (message) => {
    bytes = 0;
    return new Promise((resolve, reject) => {
      stream.once('error', reject);
      stream.write(message);
      stream.flush(constants.Z_SYNC_FLUSH, () => {
        stream.off('error', reject);
        if (fresh) stream.reset();
        resolve(bytes - FLUSHED_END_BYTES);
      });
    });
  };
}
