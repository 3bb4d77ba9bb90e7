/** Value of a cell. Null makes an empty cell: a missing figure is not a zero. */
export type Cell = string | number | boolean | null;

/** Writes CSV as RFC 4180 has it: lines end in CRLF, and cells with separators, quotes or line ends are quoted. */
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

/** Quotes a text if it needs quotes. */
export const quotedText = (text: string): string => (/[",\r\n]/.test(text) ? inQuotes(text) : text);

const inQuotes = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * Puts an apostrophe before a text that a spreadsheet would take for a formula, quoted or not. Names and reasons come from outside.
 */
export const inert = (text: string): string => (/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text);
