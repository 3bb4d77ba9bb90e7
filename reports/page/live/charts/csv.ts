import { inert, quotedText } from '../../../raw/csv.ts';

/** A table as it stands in the page, for a spreadsheet: its header cells, then its rows. */
export const csvOf = (table: HTMLTableElement): string =>
  [...table.rows]
    .map((row) => [...row.cells].flatMap(cellsOf).map(quoted).join(','))
    .map((line) => `${line}\r\n`)
    .join('');

/** A cell that spans several columns leaves the others empty. */
const cellsOf = (cell: HTMLTableCellElement): string[] => [
  (cell.textContent ?? '').replace(/\s+/g, ' ').trim(),
  ...Array.from({ length: cell.colSpan - 1 }, () => ''),
];

/** A number, with its sign, is no formula. */
const quoted = (text: string): string => quotedText(/^[+-]?[\d.,]+$/.test(text) ? text : inert(text));
