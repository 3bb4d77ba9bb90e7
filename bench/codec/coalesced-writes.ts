import { joined } from './bytes.ts';

interface Chunk {
  readonly chunk: Uint8Array;
}
type Done = (error?: Error | null) => void;

/** Maximum size of a frame that combines several writes, in bytes. A single larger write is a frame of its own. */
export const MAX_COALESCED_BYTES = 65_536;

/**
 * Writes corked chunks together: the `writev` of a stream over WebSocket. mqtt-packet writes a packet field by field, and without
 * this each field would be a frame and a TCP segment of its own.
 */
export function writeCoalesced(this: object, chunks: ArrayLike<Chunk>, done: Done): void {
  if (!('_write' in this) || typeof this._write !== 'function') return done(new Error('not a stream'));
  const write = this._write.bind(this);
  const frames = framesOf(Array.from(chunks));
  const next: Done = (error) => {
    const frame = error ? undefined : frames.shift();
    if (frame === undefined) done(error);
    else write(frame, 'buffer', next);
  };
  next();
}

function framesOf(chunks: readonly Chunk[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let some: Uint8Array[] = [];
  let bytes = 0;
  const end = (): void => {
    if (some.length > 0) frames.push(some.length === 1 ? some[0]! : joined(some));
    some = [];
    bytes = 0;
  };
  for (const { chunk } of chunks) {
    if (bytes + chunk.length > MAX_COALESCED_BYTES) end();
    some.push(chunk);
    bytes += chunk.length;
  }
  end();
  return frames;
}
