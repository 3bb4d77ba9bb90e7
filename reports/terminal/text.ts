import stringWidth from 'string-width';
import { command as asCommand, partsOf } from '../../bench/results/command.ts';

/** Number of columns that a text takes on a terminal: two for most East Asian characters and emoji, none for joiners. */
export const columnsOf = (text: string): number => stringWidth(text);

const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Grapheme clusters of a text; a text is cut only between them. */
const charactersOf = (text: string): string[] => Array.from(clusters.segment(text), ({ segment }) => segment);

/** Cuts a text to a number of columns, ending in an ellipsis if something is missing. */
export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const [kept] = split(text, columns - 1);
  return columns < 1 ? '' : `${kept}…`;
}

/** Cuts the middle out of a text, because names that begin alike differ at the end. */
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

/** Splits a text into the part that fits into a number of columns and the rest. */
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
 * Breaks a paragraph between words, but not before a percent sign. Every line begins with `indent`, except that the first begins with `first`. A word that is too
 * long for a line is broken at the edge, unless it contains a slash: paths and addresses are for copying, as commands are, which are
 * never broken. One that follows a colon, is all there is, or is too long for a line has a line of its own.
 */
export function wrap(text: string, columns: number, indent = '', first = indent): string[] {
  const lines: string[] = [];
  let line = '';
  const begin = (): string => (lines.length === 0 ? first : indent);
  const fits = (part: string): boolean => columnsOf(begin() + part) <= columns;
  const end = (part: string): void => {
    if (part !== '') lines.push(begin() + part);
    line = '';
  };
  const words = wordsOf(text);
  for (const { word, command } of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (command !== null && (words.length === 1 || (line.endsWith(':') && columns < Infinity) || !fits(word))) {
      end(line);
      end(command);
      continue;
    }
    if (fits(longer)) {
      line = longer;
      continue;
    }
    end(line);
    line = word;
    while (!fits(line) && command === null && !/[/`]/.test(line)) {
      const [kept, rest] = split(line, columns - columnsOf(begin()));
      if (kept === '' || rest === '') break;
      end(kept);
      line = rest;
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, begin() + line];
}

type Word = { readonly word: string; readonly command: string | null };

/** Words of a paragraph. A command is one of them with its marks, and without them and what follows them as `command`. */
function wordsOf(text: string): Word[] {
  const commands: string[] = [];
  const joined = partsOf(text)
    .map((part) => (part.isCommand ? `\ue000${commands.push(part.text) - 1}\ue000` : part.text))
    .join('');
  return joined.split(/ (?!%)/).map((word) => {
    const only = /^\ue000(\d+)\ue000[.,;]?$/.exec(word)?.[1];
    return {
      word: word.replaceAll(/\ue000(\d+)\ue000/g, (_, index: string) => asCommand(commands[Number(index)] ?? '')),
      command: only === undefined ? null : (commands[Number(only)] ?? null),
    };
  });
}

/** Wraps a statement with its further lines indented. */
export const hanging = (text: string, columns: number): string[] => wrap(text, columns, '  ', '');

/** Wraps every line of a text by itself, with further lines indented. Keeps spaces at the start of a line. */
export function wrapLines(text: string, columns: number, hang = '  '): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const start = /^ */.exec(line)?.[0] ?? '';
      return wrap(line.slice(start.length), columns, start + hang, start);
    })
    .join('\n');
}
