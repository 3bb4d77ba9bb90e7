import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { isInteractive, type Terminal } from '../../reports/terminal/progress.ts';
import { wrapLines } from '../../reports/terminal/text.ts';
import type { NetworkTester } from '../run/network/self-tests.ts';

/** Everything that the command line gets from outside: from the process, or from a test. */
export interface Surroundings {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Environment;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** Clock of the progress display, in milliseconds. */
  readonly now: () => number;
  /**
   * Handles signals from now on: the first one aborts the returned signal, so that the command can end in order. Never called
   * for commands that a signal may kill.
   *
   * @param announce called when the first signal has come
   */
  readonly handleSignals: (announce: () => void) => AbortSignal;
  /** Self-test of a network. Absent: packets are sent through it. */
  readonly testNetwork?: NetworkTester | undefined;
}

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** Streams and settings of a command. stdout gets the result, stderr everything else. */
export interface Io {
  readonly out: (text: string) => void;
  /** Writes information about the command's progress; silent with `--quiet`. */
  readonly info: (text: string) => void;
  /** Writes an error, also with `--quiet`. */
  readonly error: (text: string) => void;
  /** Columns of the terminal at stdout; without one, $COLUMNS or 80. */
  readonly width: () => number;
  readonly colour: boolean;
  readonly progress: Terminal;
  /** True if a user at a terminal can answer a question. */
  readonly interactive: boolean;
  /** Streams of questions and answers. */
  readonly prompt: { readonly input: Readable; readonly output: Writable };
  readonly environment: Environment;
  /** Absolute path of a file that was named in the command. */
  readonly resolve: (path: string) => string;
  readonly now: () => number;
  /** Self-test of a network. Absent: packets are sent through it. */
  readonly testNetwork?: NetworkTester | undefined;
}

export const COLOURS = ['auto', 'always', 'never'] as const;

/** Flags of every command that concern its output. */
export interface OutputFlags {
  readonly color?: (typeof COLOURS)[number];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * True if a stream gets colours. The flag takes precedence over the environment, and NO_COLOR, which a user sets, over
 * FORCE_COLOR, which many tools set for their children.
 */
export function isPainted(
  isTerminal: boolean,
  environment: Environment,
  asked: OutputFlags['color'] = 'auto',
): boolean {
  if (asked !== 'auto') return asked === 'always';
  const { NO_COLOR, FORCE_COLOR } = environment;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isInteractive(isTerminal, environment);
}

export function openIo(surroundings: Surroundings, { color, quiet = false }: OutputFlags = {}): Io {
  const { stdin, stdout, stderr, environment, cwd, now, testNetwork } = surroundings;
  const painted = (stream: Output): boolean => isPainted(stream.isTTY === true, environment, color);
  const progressWidth = (): number => stderr.columns || DEFAULT_COLUMNS;
  // Lines of a log are not wrapped, so that they can be searched.
  const edge = (): number => (stderr.isTTY === true ? progressWidth() : Number.POSITIVE_INFINITY);
  const error = (text: string): void => void stderr.write(wrapLines(text, edge()));
  const interactive = !quiet && isInteractive(stderr.isTTY === true, environment);
  return {
    out: (text) => void stdout.write(text),
    info: quiet ? () => {} : error,
    error,
    width: () => stdout.columns || columnsIn(environment),
    colour: painted(stdout),
    progress: {
      interactive,
      colour: painted(stderr),
      width: progressWidth,
      height: () => stderr.rows || Number.POSITIVE_INFINITY,
      write: quiet ? () => {} : (text) => void stderr.write(text),
    },
    interactive: interactive && stdin.isTTY === true,
    prompt: { input: stdin, output: stderr },
    environment,
    resolve: (path) => resolve(cwd, path),
    now,
    testNetwork,
  };
}

/** Width if neither the terminal nor $COLUMNS gives one. */
const DEFAULT_COLUMNS = 80;

/** Columns that $COLUMNS names; ignored unless it is a positive integer. */
export function columnsIn({ COLUMNS = '' }: Environment): number {
  return /^[1-9]\d*$/.test(COLUMNS) ? Number(COLUMNS) : DEFAULT_COLUMNS;
}
