/** Null is an empty cell: a figure that is missing is no zero. */
export type Cell = string | number | boolean | null;

/** RFC 4180: lines end in CRLF, and cells with separators, quotes or line ends are quoted. */
export const csvOf = (lines: readonly (readonly Cell[])[]): string =>
  lines.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('');

function cellText(cell: Cell): string {
  if (cell === null) return '';
  // Shortest digits that read back as the same number.
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  if (typeof cell === 'boolean') return String(cell);
  const safe = inert(cell);
  return safe === cell ? quotedText(safe) : inQuotes(safe);
}

/** In quotes where it must be. */
export const quotedText = (text: string): string => (/[",\r\n]/.test(text) ? inQuotes(text) : text);

const inQuotes = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * Names and reasons come from outside. A spreadsheet takes a cell that begins with one of these for a formula, whether quoted or
 * not; after an apostrophe it is text.
 */
export const inert = (text: string): string => (/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text);
