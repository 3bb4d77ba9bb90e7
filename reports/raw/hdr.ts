/** What is read of an encoded histogram without the library, which is half as large as a whole report. */
export type HistogramEnds = { readonly count: number; readonly maxNs: number };

/** Compressed V2: a cookie and a length before the deflated rest. */
const COMPRESSED_COOKIE = 0x1c849304;
const COOKIE = 0x1c849303;
const SIZE_OF_WORD = 0x10;
const HEADER_BYTES = 40;

/** Null where it is no compressed V2 HdrHistogram. */
export async function endsOf(base64: string): Promise<HistogramEnds | null> {
  try {
    const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const outer = new DataView(packed.buffer);
    if (outer.getInt32(0) !== (COMPRESSED_COOKIE | SIZE_OF_WORD)) return null;
    const inflating = new Blob([packed.subarray(8)]).stream().pipeThrough(new DecompressionStream('deflate'));
    return read(new DataView(await new Response(inflating).arrayBuffer()));
  } catch {
    return null;
  }
}

function read(view: DataView): HistogramEnds | null {
  if (view.getInt32(0) !== (COOKIE | SIZE_OF_WORD)) return null;
  const end = HEADER_BYTES + view.getInt32(4);
  const half = 2 ** (Math.ceil(Math.log2(2 * 10 ** view.getInt32(12))) - 1);
  const unit = 2 ** Math.floor(Math.log2(Math.max(1, Number(view.getBigInt64(16)))));
  let at = HEADER_BYTES;
  let index = 0;
  let count = 0;
  let last = -1;
  while (at < end) {
    // Seven bits a byte, least first; the ninth byte has eight. Negative numbers count empty buckets.
    let coded = 0;
    for (let place = 0; place < 9; place++) {
      const byte = view.getUint8(at++);
      coded += (place < 8 ? byte & 0x7f : byte) * 2 ** (7 * place);
      if (byte < 0x80) break;
    }
    if (coded % 2 === 1) index += (coded + 1) / 2;
    else {
      if (coded > 0) last = index;
      count += coded / 2;
      index++;
    }
  }
  return { count, maxNs: last < 0 ? 0 : highestIn(last, half) * unit + unit - 1 };
}

/** The highest whole unit that falls into a bucket: the first two halves count by one, each further half by twice the step. */
function highestIn(bucket: number, half: number): number {
  if (bucket < 2 * half) return bucket;
  const power = Math.floor(bucket / half) - 1;
  return (bucket - power * half + 1) * 2 ** power - 1;
}
