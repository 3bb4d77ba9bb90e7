import stringWidth from 'string-width';

/** Columns that a text takes on a terminal: two for most of what East Asia writes and for emoji, none for what joins them. */
export const columnsOf = (text: string): number => stringWidth(text);

const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a reader sees as one character is never cut through. */
const charactersOf = (text: string): string[] => Array.from(clusters.segment(text), ({ segment }) => segment);

/** As much of a text as fits, with an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const [kept] = split(text, columns - 1);
  return columns < 1 ? '' : `${kept}…`;
}

/** As much of a text's beginning and end as fits: of names that begin alike the end tells. */
export function cutMiddle(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 3) return cut(text, columns);
  const room = columns - 1;
  const [head] = split(text, Math.ceil(room / 2));
  let tail = '';
  for (const character of charactersOf(text).toReversed()) {
    if (columnsOf(head + character + tail) > room) break;
    tail = character + tail;
  }
  return `${head}…${tail}`;
}

/** What of a text fits into so many columns, and the rest. */
function split(text: string, columns: number): [string, string] {
  let kept = '';
  for (const character of charactersOf(text)) {
    if (columnsOf(kept + character) > columns) break;
    kept += character;
  }
  return [kept, text.slice(kept.length)];
}

export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return align === 'left' ? text + space : space + text;
}

/**
 * Breaks a paragraph between words. `indent` begins every line, and `first` the first where that one differs. A word that
 * is too long for a line of its own is broken at the edge, unless it is a path or an address: those are for copying.
 */
export function wrap(text: string, columns: number, indent = '', first = indent): string[] {
  const lines: string[] = [];
  let line = '';
  const begin = (): string => (lines.length === 0 ? first : indent);
  const fits = (part: string): boolean => columnsOf(begin() + part) <= columns;
  const end = (part: string): void => void lines.push(begin() + part);
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== '') end(line);
    line = word;
    while (!fits(line) && !line.includes('/')) {
      const [kept, rest] = split(line, columns - columnsOf(begin()));
      if (kept === '' || rest === '') break;
      end(kept);
      line = rest;
    }
  }
  return [...lines, begin() + line];
}

/** One statement: its further lines hang below its first. */
export const hanging = (text: string, columns: number): string[] => wrap(text, columns, '  ', '');

/** Lines of a text each wrapped by itself; further lines of one hang below its first. Blanks at a line's start are kept. */
export function wrapLines(text: string, columns: number, hang = '  '): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const start = /^ */.exec(line)?.[0] ?? '';
      return wrap(line.slice(start.length), columns, start + hang, start);
    })
    .join('\n');
}
