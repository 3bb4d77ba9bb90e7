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

/**
 * First characters of files that gzip, zip, zstd, xz and bzip2 write, decoded as UTF-8. Control characters are not named, because a
 * bundle would contain them.
 */
const COMPRESSED = /^(?:\p{Cc}\ufffd|PK\p{Cc}{2}|\(\ufffd\/\ufffd|\ufffd7zXZ|BZh)/u;

/** Describes a text that is no JSON document, as a clause whose subject is its file. */
export function notJson(text: string): string {
  const kept = text.trim();
  if (kept === '') return 'is empty';
  if (COMPRESSED.test(kept)) return 'is compressed (decompress it first)';
  if (isUnmarkedUtf16(kept)) return 'is UTF-16 without a byte order mark (convert it to UTF-8)';
  if (kept.startsWith('<')) return 'is a page';
  if (!kept.startsWith('{')) return 'is not JSON';
  if (/[:[,]\s*(?:[-+]?Infinity|NaN)\s*[,\]}]/.test(kept)) return 'is not JSON, because it has NaN or Infinity';
  if (/\}\s*\{/.test(kept)) return 'holds several documents';
  return kept.endsWith('}') ? 'is not JSON' : 'ends in the middle';
}
