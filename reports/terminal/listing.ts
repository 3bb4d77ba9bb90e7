import { columnsOf, pad, wrap } from './text.ts';

/** Term and the text that explains it. */
export type Entry = readonly [term: string, text: string];

const GAP = '  ';
/** Minimum number of columns for texts to stand beside their terms. */
const MIN_BESIDE = 24;

/**
 * Lists entries in two columns, with further lines of a text below its first. If the second column would be narrower than
 * `minBeside`, each text stands below its term instead.
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

/** Minimum width of a third column. */
const MIN_THIRD = 40;

/** Lists entries with two texts, each in a column of its own if there is room, else one after the other. */
export function listingOfTwo(
  entries: readonly (readonly [term: string, title: string, text: string])[],
  width: number,
): string[] {
  const widest = (column: 0 | 1): number => Math.max(0, ...entries.map((entry) => columnsOf(entry[column])));
  const room = width - widest(0) - widest(1) - 3 * GAP.length;
  if (room >= MIN_THIRD) {
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
