/**
 * Length of a frame's prefix. A frame is the simplest way to send messages over a stream: four bytes of length (big endian), then the
 * message.
 */
const PREFIX_BYTES = 4;

export function encodeFrame(message: string | Uint8Array): Buffer {
  const length = typeof message === 'string' ? Buffer.byteLength(message) : message.byteLength;
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + length);
  frame.writeUInt32BE(length);
  if (typeof message !== 'string') frame.set(message, PREFIX_BYTES);
  // With as many bytes as characters all are ASCII, and latin1 is the faster encoding.
  else frame.write(message, PREFIX_BYTES, length === message.length ? 'latin1' : 'utf8');
  return frame;
}

/**
 * Creates a decoder that takes chunks. `onFrame` gets a view that is valid only until it returns. A frame longer than
 * `maxBytes` is refused at its prefix, before any of it is kept; nothing is read after that. `onTooLong` gets what has arrived of it.
 */
export function frameDecoder(maxBytes: number, onFrame: (frame: Buffer) => void, onTooLong?: (rest: Buffer) => void) {
  let partial: Buffer | undefined;
  let filled = 0;
  let refused = false;

  /** Keeps the beginning of an incomplete frame, in a buffer that grows once, to the frame's length. */
  function keep(rest: Buffer): void {
    const whole = rest.length < PREFIX_BYTES ? PREFIX_BYTES : PREFIX_BYTES + rest.readUInt32BE();
    partial = Buffer.allocUnsafe(whole);
    filled = rest.copy(partial);
  }

  function complete(chunk: Buffer, from: number): number {
    let at = from;
    for (;;) {
      if (partial === undefined) return at;
      const taken = chunk.copy(partial, filled, at, at + partial.length - filled);
      at += taken;
      filled += taken;
      if (filled < partial.length) return at;
      const length = partial.readUInt32BE();
      if (length > maxBytes) return refuse(partial);
      if (partial.length < PREFIX_BYTES + length) {
        keep(partial);
        continue;
      }
      const frame = partial;
      partial = undefined;
      onFrame(frame.subarray(PREFIX_BYTES));
      return at;
    }
  }

  function refuse(rest: Buffer): number {
    refused = true;
    partial = undefined;
    onTooLong?.(rest);
    return Number.POSITIVE_INFINITY;
  }

  return (chunk: Buffer): void => {
    if (refused) return;
    let at = complete(chunk, 0);
    while (at < chunk.length) {
      const rest = chunk.length - at;
      if (rest < PREFIX_BYTES) break;
      const length = chunk.readUInt32BE(at);
      if (length > maxBytes) return void refuse(chunk.subarray(at));
      if (rest < PREFIX_BYTES + length) break;
      onFrame(chunk.subarray(at + PREFIX_BYTES, at + PREFIX_BYTES + length));
      at += PREFIX_BYTES + length;
    }
    if (at < chunk.length) keep(chunk.subarray(at));
  };
}
