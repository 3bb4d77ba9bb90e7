/**
 * One JSON string a line (newline-delimited JSON). JSON escapes what would end a line (RFC 8259 §7), so every text fits.
 */

export function encodeLine(text: string): Buffer {
  return Buffer.from(`${JSON.stringify(text)}\n`);
}

const LINE_FEED = 10;

/** Reads lines from pieces cut anywhere, in a character or in a line. */
export function lineReader(onText: (text: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  /** What has come of a line whose end has not. */
  let begun: Uint8Array[] = [];
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      const rest = chunk.subarray(from, end);
      from = end + 1;
      const line = begun.length === 0 ? rest : joined([...begun, rest]);
      begun = [];
      onText(JSON.parse(decoder.decode(line)) as string);
    }
    // A copy: the chunk is ours only until we return.
    if (from < chunk.length) begun.push(chunk.slice(from));
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
