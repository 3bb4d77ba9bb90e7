import { constants, createDeflateRaw } from 'node:zlib';

/** The end of a block that was flushed, which permessage-deflate leaves out. RFC 7692 §7.2.1 */
export const FLUSHED_END_BYTES = 4;

/**
 * The bytes that one message after another becomes in permessage-deflate, with zlib as it is set where nobody says otherwise:
 * a window of 32 KiB, level 6, memory level 8. `fresh`: each begins with an empty window.
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
