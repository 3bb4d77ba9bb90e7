import { cli, startProgram } from './command.ts';

export interface TerminalOptions {
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Shell redirection of a stream that shall not be a terminal: `2>/dev/null`. */
  readonly redirect?: string;
}

/**
 * Starts the command line on a pseudo-terminal, made by `script` (util-linux). Both of its output streams come out as `stdout`;
 * questions are answered through the child's stdin.
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
/** Matches a live block: the text between the begin and the end of a synchronised output. */
const BLOCK = new RegExp(`${ESCAPE}\\[\\?2026h.*?${ESCAPE}\\[\\?2026l`, 'gs');

export const hasEscape = (text: string): boolean => text.includes(ESCAPE);
/** True if the text has colours or other styles: `ESC [ … m`. */
export const hasPaint = (text: string): boolean => text.search(PAINT) >= 0;
/** True if the text has other escapes, which move the cursor or clear. */
export const hasCommands = (text: string): boolean => hasEscape(text.replaceAll(PAINT, ''));
/** Live blocks in a terminal's output, and the text before the first and after the last. */
export function blocksIn(shown: string): { before: string; blocks: readonly string[]; after: string } {
  const [before = '', ...others] = shown.split(BLOCK);
  return { before, blocks: shown.match(BLOCK) ?? [], after: others.at(-1) ?? '' };
}
