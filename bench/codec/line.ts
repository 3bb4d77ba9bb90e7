import { joined } from './bytes.ts';

/** Encodes a text as a JSON string on a line of its own. JSON escapes line ends (RFC 8259 §7), so every text fits. */
export function encodeLine(text: string): Buffer {
  return Buffer.from(`${JSON.stringify(text)}\n`);
}

const LINE_FEED = 10;

/** Reads lines from chunks that may be cut anywhere, even within a character. */
export function lineReader(onText: (text: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  /** Beginning of a line whose end has not arrived yet. */
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
    // Copied: the chunk is valid only until this returns.
    if (from < chunk.length) begun.push(chunk.slice(from));
  };
}
