/** Encodings by their byte order mark, and the bytes of the mark. */
const MARKS = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;

/**
 * Decodes a text file: by its byte order mark, such as the one of UTF-16 that `>` of Windows PowerShell writes, and as UTF-8
 * without one. The mark is not part of the text.
 */
export function decodeText(bytes: Uint8Array): string {
  const marked = MARKS.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte));
  return new TextDecoder(marked?.encoding ?? 'utf-8').decode(bytes);
}

/** True if a text was decoded as UTF-8 and is UTF-16 without a byte order mark: every other character of ASCII is then NUL. */
export const isUnmarkedUtf16 = (text: string): boolean => /^(?:\0[^\0]|[^\0]\0)/.test(text);
