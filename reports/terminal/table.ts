import { columnsOf, cut, pad } from './text.ts';

/** Column of a text table. The first column is the row's name, which is never dropped but may be cut. */
export type TextColumn = {
  readonly header: string;
  readonly cells: readonly TextCell[];
  readonly align: 'left' | 'right';
  /** Order in which columns are dropped if there is no room; a column without it stays. */
  readonly drop?: number;
  /** Shorter form that is tried before the column is dropped. */
  readonly shorter?: Pick<TextColumn, 'header' | 'cells'>;
};

export type TextCell = { readonly text: string; readonly paint: (text: string) => string };

const GAP = '  ';
const MIN_NAME = 6;

/** Lays columns out within `width`: drops whole columns first, then cuts names. A row never wraps. */
export function table(columns: readonly TextColumn[], width: number, paintHeader: (text: string) => string): string[] {
  const kept = shortenName(dropUntilFits(columns, width), width);
  const widths = kept.map(columnWidth);
  const line = (cells: readonly TextCell[]): string => {
    let room = width;
    const parts = cells.map(({ text, paint }, index) => {
      const { align } = kept[index] ?? { align: 'left' };
      const gap = index === 0 ? '' : GAP;
      const padded = index === cells.length - 1 && align === 'left' ? text : pad(text, widths[index] ?? 0, align);
      const fitting = cut(padded, Math.max(0, room - gap.length));
      room -= gap.length + columnsOf(fitting);
      return gap + paint(fitting);
    });
    return parts.join('').trimEnd();
  };
  const rows = kept[0]?.cells.length ?? 0;
  return [
    line(kept.map(({ header }) => ({ text: header, paint: paintHeader }))),
    ...Array.from({ length: rows }, (_, row) => line(kept.flatMap(({ cells }) => cells[row] ?? []))),
  ];
}

function dropUntilFits(columns: readonly TextColumn[], width: number): readonly TextColumn[] {
  let kept = columns;
  const order = columns.filter(({ drop }) => drop !== undefined).toSorted((a, b) => (a.drop ?? 0) - (b.drop ?? 0));
  for (const next of order) {
    if (widthOf(kept) <= width) break;
    const { shorter } = next;
    const shortened =
      shorter === undefined ? [] : kept.map((column) => (column === next ? { ...next, ...shorter } : column));
    kept = shortened.length > 0 && widthOf(shortened) <= width ? shortened : kept.filter((column) => column !== next);
  }
  return kept;
}

function shortenName(columns: readonly TextColumn[], width: number): readonly TextColumn[] {
  const [name, ...others] = columns;
  const excess = widthOf(columns) - width;
  if (name === undefined || excess <= 0) return columns;
  const room = Math.max(MIN_NAME, columnWidth(name) - excess);
  return [{ ...name, cells: name.cells.map((cell) => ({ ...cell, text: cut(cell.text, room) })) }, ...others];
}

/** Number of terminal columns that a table needs. */
export const widthOf = (columns: readonly TextColumn[]): number =>
  columns.map(columnWidth).reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1);

const columnWidth = ({ header, cells }: TextColumn): number =>
  Math.max(columnsOf(header), ...cells.map(({ text }) => columnsOf(text)));
