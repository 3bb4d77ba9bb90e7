/** A decoded histogram as its non-empty buckets, in which percentiles are found by binary search. */
export type Distribution = {
  readonly count: number;
  /** Largest value equivalent to each filled bucket, in seconds, ascending. */
  readonly seconds: readonly number[];
  /** Number of samples at or below the value of this index. */
  readonly cumulative: readonly number[];
};

/**
 * First word of an HdrHistogram of version 2, with counts of variable length. The caller inflates it, since Node.js and browsers
 * do that differently. The library that writes them would be most of a report's script; tests compare this reader with it.
 */
const PLAIN = 0x1c849303;
const COMPRESSED = 0x1c849304;
/** Mask without the second-lowest nibble, which is the size of a count's word. */
const WITHOUT_WORD = ~0xf0;

const HEADER_BYTES = 40;
/** Limit of inflated bytes against decompression bombs; no histogram of ours comes near it. */
export const MAX_BYTES = 2 ** 22;
const NANOSECONDS_PER_SECOND = 1e9;

/** Part of a stored histogram that must be inflated. @throws unless it is a compressed histogram of version 2 */
export function compressedPart<Kept extends ArrayBufferLike>(bytes: Uint8Array<Kept>): Uint8Array<Kept> {
  const view = viewOf(bytes);
  if ((view.getInt32(0) & WITHOUT_WORD) !== COMPRESSED) throw new Error('not a compressed histogram of version 2');
  return bytes.subarray(8, 8 + view.getInt32(4));
}

/** Decodes the inflated part. @throws unless it is a complete histogram of version 2 */
export function distributionOf(bytes: Uint8Array): Distribution {
  const view = viewOf(bytes);
  if ((view.getInt32(0) & WITHOUT_WORD) !== PLAIN) throw new Error('not a histogram of version 2');
  const end = HEADER_BYTES + view.getInt32(4);
  if (end > bytes.length) throw new Error('the histogram is cut short');
  const unit = 2 ** Math.floor(Math.log2(Number(view.getBigInt64(16))));
  const half = 2 ** (Math.max(1, Math.ceil(Math.log2(2 * 10 ** view.getInt32(12)))) - 1);
  const seconds: number[] = [];
  const cumulative: number[] = [];
  let [count, index, at] = [0, 0, HEADER_BYTES];
  while (at < end) {
    const word = wordAt(bytes, at);
    at = word.next;
    if (word.value < 0) {
      index -= word.value;
      continue;
    }
    if (word.value > 0) {
      const nanoseconds = highestOf(index, half, unit);
      if (!Number.isSafeInteger(nanoseconds)) throw new Error('a value is too large');
      count += word.value;
      seconds.push(nanoseconds / NANOSECONDS_PER_SECOND);
      cumulative.push(count);
    }
    index++;
  }
  return { count, seconds, cumulative };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Largest value counted at this index: each bucket spans twice as much as the one before in as many steps. */
function highestOf(index: number, half: number, unit: number): number {
  const bucket = Math.max(0, Math.floor(index / half) - 1);
  const step = unit * 2 ** bucket;
  return (index - bucket * half + 1) * step - 1;
}

/** Reads a count or, if negative, a number of empty indices: LEB128 of at most nine bytes, the sign in the lowest bit. */
function wordAt(bytes: Uint8Array, start: number): { value: number; next: number } {
  let [value, at, scale] = [0, start, 1];
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('the histogram is cut short');
    at++;
    const last = at - start === 9;
    value += (last ? byte : byte & 0x7f) * scale;
    if (last || byte < 0x80) break;
    scale *= 0x80;
  }
  return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, next: at };
}
