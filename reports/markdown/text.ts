import { partsOf } from '../../bench/results/command.ts';
import { printable } from '../model/format.ts';
import type { Sentence, Warning } from '../model/model.ts';

/**
 * Escapes text from outside, such as names and reasons, so that it cannot begin a link, a tag, a mention, a list or a table cell.
 * Links and mentions are detected after entities are decoded, so an invisible joiner follows every `@` that precedes a name. A command
 * becomes code.
 */
export const escaped = (text: string): string =>
  partsOf(printable(text))
    .map((part) => (part.isCommand ? commandCode(part.text) : escapedText(part.text)))
    .join('');

/** Command as code that copies as it is, also in a table, where a bar would end the cell. */
export const commandCode = (line: string): string =>
  /[`|]/.test(line) ? `<code>${escapedText(line)}</code>` : `\`${line}\``;

const escapedText = (text: string): string =>
  text
    .replace(/[\\`*_[\]{}|~#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/@(?=\S)/g, '&#64;&#8288;')
    .replaceAll('://', '&#58;//')
    .replaceAll(/www\./gi, (www) => `${www.slice(0, -1)}&#46;`)
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^[-+](?=\s|$)/, '\\$&');

export const paragraph = (sentence: Sentence): string =>
  sentence
    .map(({ text, strong }) => (strong && text.trim() !== '' ? `**${escaped(text.trim())}**` : escaped(text)))
    .join('');

export type MarkdownColumn = { readonly header: string; readonly right?: true; readonly cells: readonly string[] };

/** Markdown table. The caller escapes the cells. */
export function markdownTable(columns: readonly MarkdownColumn[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = columns[0]?.cells.length ?? 0;
  return [
    line(columns.map(({ header }) => header)),
    line(columns.map(({ right }) => (right ? '--:' : ':--'))),
    ...Array.from({ length: rows }, (_, row) => line(columns.map(({ cells }) => cells[row] ?? ''))),
  ];
}

export const warningItems = (warnings: readonly Warning[]): string[] =>
  warnings.length === 0
    ? []
    : ['', ...warnings.map(({ text, action }) => `- **Warning:** ${escaped(text)} *${escaped(action)}*`)];
