import { joined } from './bytes.ts';

/** Encodes a text as a JSON string on a line of its own. JSON escapes line ends (RFC 8259 §7), so every text fits. */
export function encodeLine(text: string): Buffer {
  return Buffer.from(`${JSON.stringify(text)}\n`);
}

const LINE_FEED = 10;

/** Receiver of lines. */
export interface Lines {
  text(text: string): void;
  /** Takes a line that is not a JSON string. */
  other?(line: string): void;
  /** Learns that a line is longer than `maxBytes`. Nothing is read after that. */
  tooLong?(): void;
}

/** Reads lines from chunks that may be cut anywhere, even within a character. */
export function lineReader(lines: Lines, maxBytes = Number.POSITIVE_INFINITY): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  /** Beginning of a line whose end has not arrived yet. */
  let begun: Uint8Array[] = [];
  let begunBytes = 0;

  function read(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // Left undefined, which no JSON is.
    }
    if (typeof value === 'string') lines.text(value);
    else lines.other?.(line);
  }

  return (chunk) => {
    if (begunBytes > maxBytes) return;
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      const rest = chunk.subarray(from, end);
      from = end + 1;
      const line = begun.length === 0 ? rest : joined([...begun, rest]);
      begun = [];
      begunBytes = 0;
      read(decoder.decode(line));
    }
    if (from === chunk.length) return;
    // Copied: the chunk is valid only until this returns.
    begun.push(chunk.slice(from));
    begunBytes += chunk.length - from;
    if (begunBytes <= maxBytes) return;
    begun = [];
    lines.tooLong?.();
  };
}
