import { isInteractive, type Terminal } from '../../reports/terminal/progress.ts';
import { wrapLines } from '../../reports/terminal/text.ts';

/** Where a command reads its surroundings and writes: stdout has the result, stderr the talk. */
export interface Io {
  readonly out: (text: string) => void;
  /** What helps to follow the command. `--quiet` leaves it out. */
  readonly talk: (text: string) => void;
  /** What went wrong: always said. */
  readonly complain: (text: string) => void;
  /** Columns of the terminal that stdout is; elsewhere $COLUMNS, or 80. */
  readonly width: () => number;
  readonly colour: boolean;
  readonly progress: Terminal;
  /** Whether somebody is there to answer a question. */
  readonly asks: boolean;
}

export const COLOURS = ['auto', 'always', 'never'] as const;

/** What every command's output keeps to. */
export interface OutputFlags {
  readonly color?: (typeof COLOURS)[number];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a stream may be painted. A flag outranks the environment. Of that a person's NO_COLOR outranks FORCE_COLOR, which
 * many a tool sets for its children unasked.
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

export function processIo({ color, quiet = false }: OutputFlags = {}): Io {
  const { stdin, stdout, stderr, env } = process;
  const painted = (stream: NodeJS.WriteStream): boolean => isPainted(stream.isTTY === true, env, color);
  // A log's lines are for searching, and are left whole.
  const edge = (): number => (stderr.isTTY === true ? stderr.columns || NARROW : Number.POSITIVE_INFINITY);
  const complain = (text: string): void => void stderr.write(wrapLines(text, edge()));
  const interactive = !quiet && isInteractive(stderr.isTTY === true, env);
  return {
    out: (text) => void stdout.write(text),
    talk: quiet ? () => {} : complain,
    complain,
    width: () => stdout.columns || columnsIn(env),
    colour: painted(stdout),
    progress: {
      interactive,
      colour: painted(stderr),
      width: () => stderr.columns || NARROW,
      write: quiet ? () => {} : (text) => void stderr.write(text),
    },
    asks: interactive && stdin.isTTY === true,
  };
}

/** What a terminal has that does not say. */
const NARROW = 80;

/** What is no number of columns says nothing. */
export function columnsIn({ COLUMNS = '' }: Environment): number {
  return /^[1-9]\d*$/.test(COLUMNS) ? Number(COLUMNS) : NARROW;
}

/** Whoever reads stdout may stop before its end (`| head`): that is no fault of ours. */
export function forgiveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
