interface Chunk {
  readonly chunk: Uint8Array;
}
type Done = (error?: Error | null) => void;

/** What is written at once becomes one frame up to here, in bytes. Only what was written in one piece may be longer. */
export const MAX_COALESCED_BYTES = 65_536;

/**
 * The `writev` of a stream over WebSocket: what was corked goes out together. Without it, each field of an MQTT packet would
 * be a frame of its own, and a segment: mqtt-packet writes a packet field by field.
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
    if (some.length > 0) frames.push(some.length === 1 ? some[0]! : joined(some, bytes));
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

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
