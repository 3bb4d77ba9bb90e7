import { styleText } from 'node:util';
import { printable } from '../model/format.ts';
import type { Warning } from '../model/model.ts';
import type { Word } from '../model/verdict.ts';
import type { TextCell } from './table.ts';
import { hanging, wrap } from './text.ts';

export type Paint = (text: string) => string;
export type Paints = Readonly<Record<'bold' | 'dim' | 'green' | 'red' | 'cyan' | 'yellow', Paint>>;

/** Maximum number of columns for prose; longer lines are harder to read. */
const MAX_PROSE = 100;

export const proseWidth = (width: number): number => Math.max(20, Math.min(width, MAX_PROSE));

export const paints = (colour: boolean): Paints => (colour ? ansi : plain);

export function paintOf(word: Word, paint: Paints): Paint {
  switch (word) {
    case 'better':
      return paint.green;
    case 'worse':
      return paint.red;
    case 'equivalent':
    case 'no practical difference':
      return paint.cyan;
    case 'not separated':
      return paint.yellow;
    case 'not testable':
    case 'not supported':
    case 'unavailable':
      return paint.dim;
  }
}

export const bare = (text: string): TextCell => ({ text, paint: same });

/** Lines for warnings, each followed by its remedy, after one empty line. */
export function warningLines(warnings: readonly Warning[], width: number, paint: Paints): string[] {
  return warnings.flatMap(({ text, action }, index) => {
    return [
      ...(index === 0 ? [''] : []),
      ...hanging(printable(`Warning: ${text}`), width).map(paint.yellow),
      ...wrap(printable(`→ ${action}`), width, '    ', '  '),
    ];
  });
}

/** Returns a painter that does not look at the stream: the caller has decided whether to use colour. */
const styled =
  (format: keyof Paints): Paint =>
  (text) =>
    text === '' ? '' : styleText(format, text, { validateStream: false });

const ansi: Paints = {
  bold: styled('bold'),
  dim: styled('dim'),
  green: styled('green'),
  red: styled('red'),
  cyan: styled('cyan'),
  yellow: styled('yellow'),
};

const same: Paint = (text) => text;
const plain: Paints = { bold: same, dim: same, green: same, red: same, cyan: same, yellow: same };
