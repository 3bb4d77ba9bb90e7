import { PassThrough, Writable } from 'node:stream';
import type { Surroundings } from '../cli/io.ts';
import { main } from '../cli/main.ts';
import type { Ended } from './command.ts';

interface InProcessOptions extends Pick<Surroundings, 'testNetwork'> {
  readonly environment?: Readonly<Record<string, string>>;
  /** Width of the terminal that all streams are; they are pipes if left out. */
  readonly columns?: number;
  /** Input that is typed before the command asks for it. */
  readonly typed?: string;
  /** Interrupts the command, as Ctrl-C does, when aborted. */
  readonly interrupted?: AbortSignal;
  readonly cwd?: string;
  /** Called with everything written so far, after each write. */
  readonly onWrite?: (written: { readonly stdout: string; readonly stderr: string }) => void;
}

/** Runs the command line in this process, for tests of its output and exit code that need no real process, pipe or terminal. */
export async function wirebench(argv: readonly string[], options: InProcessOptions = {}): Promise<Ended> {
  const { environment = {}, columns, typed = '', interrupted, cwd = process.cwd(), onWrite, testNetwork } = options;
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written): Writable => {
    const output = new Writable({
      decodeStrings: false,
      write(text: string, _, done) {
        written[name] += text;
        onWrite?.(written);
        done();
      },
    });
    return columns === undefined ? output : Object.assign(output, { isTTY: true, columns });
  };
  const stdin = Object.assign(new PassThrough(), { isTTY: columns !== undefined });
  stdin.write(typed);
  const code = await main(argv, {
    stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    environment: { WIREBENCH_PROC: process.env.WIREBENCH_PROC, ...environment },
    cwd,
    now: () => performance.now(),
    handleSignals: () => interrupted ?? new AbortController().signal,
    testNetwork,
  });
  return { code, ...written };
}
