import { isInteractive, type Terminal } from '../../reports/terminal/progress.ts';

/** Where a command reads its surroundings and writes: stdout has the result, stderr the talk. */
export interface Io {
  readonly out: (text: string) => void;
  readonly talk: (text: string) => void;
  /** Columns of the terminal that stdout is, or 80. */
  readonly width: () => number;
  readonly colour: boolean;
  readonly progress: Terminal;
}

export function processIo(): Io {
  const { stdout, stderr, env } = process;
  // Whoever reads stdout may stop before its end (`| head`): that is no fault of ours.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const colourOn = (stream: NodeJS.WriteStream): boolean => !env.NO_COLOR && isInteractive(stream.isTTY === true, env);
  const talk = (text: string): void => void stderr.write(text);
  return {
    out: (text) => void stdout.write(text),
    talk,
    width: () => stdout.columns || 80,
    colour: colourOn(stdout),
    progress: {
      interactive: isInteractive(stderr.isTTY === true, env),
      colour: colourOn(stderr),
      width: () => stderr.columns || 80,
      write: talk,
    },
  };
}
