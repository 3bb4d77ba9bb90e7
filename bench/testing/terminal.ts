import { cli, startProgram } from './command.ts';

export interface TerminalOptions {
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Shell redirections, for a stream that is no terminal: `2>/dev/null`. */
  readonly redirect?: string;
}

/**
 * The command line on a terminal of its own, made by `script` (util-linux). What both streams showed there comes out as
 * `stdout`; whoever is asked answers through the child's stdin.
 */
export function startOnTerminal(
  args: readonly string[],
  { columns = 80, environment = {}, redirect = '' }: TerminalOptions = {},
) {
  const command = [process.execPath, cli, ...args].map(quoted).join(' ');
  const sized = `stty cols ${columns} rows 40; exec ${command} ${redirect}`;
  const surroundings = { TERM: 'xterm-256color', SHELL: '/bin/sh', ...environment };
  return startProgram('script', ['-qefc', sized, '/dev/null'], surroundings, 'open');
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const ESCAPE = '\u001b';
const PAINT = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');
/** Drawn as a whole: between the beginning and the end of a synchronised output. */
const BLOCK = new RegExp(`${ESCAPE}\\[\\?2026h.*?${ESCAPE}\\[\\?2026l`, 'gs');

export const hasEscape = (text: string): boolean => text.includes(ESCAPE);
/** Colours and their like: `ESC [ … m`. */
export const hasPaint = (text: string): boolean => text.search(PAINT) >= 0;
/** Whatever else an escape begins: it moves the cursor, or clears. */
export const hasCommands = (text: string): boolean => hasEscape(text.replaceAll(PAINT, ''));
/** The live blocks, and what stands before the first and after the last of them. */
export function blocksIn(shown: string): { before: string; blocks: readonly string[]; after: string } {
  const [before = '', ...others] = shown.split(BLOCK);
  return { before, blocks: shown.match(BLOCK) ?? [], after: others.at(-1) ?? '' };
}
