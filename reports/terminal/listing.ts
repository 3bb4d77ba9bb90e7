import { columnsOf, pad, wrap } from './text.ts';

/** What is listed, and what is said of it. */
export type Entry = readonly [term: string, text: string];

const GAP = '  ';
/** Room that texts need to stand beside what they are of. */
const MIN_BESIDE = 24;

/**
 * A line an entry: texts stand in a column of their own, and their further lines below it. Where that column would be too
 * narrow to read, each text stands below its term.
 */
export function listing(
  entries: readonly Entry[],
  width: number,
  { indent = '  ', minBeside = MIN_BESIDE }: { indent?: string; minBeside?: number } = {},
): string[] {
  const widest = Math.max(0, ...entries.map(([term]) => columnsOf(term)));
  if (width - indent.length - widest - GAP.length < minBeside) {
    return entries.flatMap(([term, text]) => [
      ...(term.trim() === '' ? [] : wrap(term.trimEnd(), width, `${indent}  `, indent)),
      ...(text === '' ? [] : wrap(text, width, `${indent}    `)),
    ]);
  }
  return entries.flatMap(([term, text]) => {
    const first = `${indent}${pad(term, widest)}${GAP}`;
    return wrap(text, width, ' '.repeat(columnsOf(first)), first).map((line) => line.trimEnd());
  });
}

/** Room that a third column needs to be worth having. */
const MIN_ROOM = 40;

/** Two texts an entry: in a column each where there is room, else one after the other. */
export function listingOfTwo(
  entries: readonly (readonly [term: string, title: string, text: string])[],
  width: number,
): string[] {
  const widest = (column: 0 | 1): number => Math.max(0, ...entries.map((entry) => columnsOf(entry[column])));
  const room = width - widest(0) - widest(1) - 3 * GAP.length;
  if (room >= MIN_ROOM) {
    return listing(
      entries.map(([term, title, text]): Entry => [`${pad(term, widest(0))}${GAP}${pad(title, widest(1))}`, text]),
      width,
    );
  }
  return listing(
    entries.map(([term, title, text]): Entry => [term, text === '' ? title : `${title} · ${text}`]),
    width,
  );
}
