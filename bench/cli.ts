import { wrapLines } from '../reports/terminal/text.ts';
import { explain } from './cli/errors.ts';
import { EXIT } from './cli/exit.ts';
import { main } from './cli/main.ts';

/** The command line as a program: the process's streams and signals, and its end. */

/** One Ctrl-C may arrive twice: from the terminal and from npm. */
const SAME_MS = 500;
/** Time the process has to end by itself after an interruption. Threads of native libraries may outlive the last session. */
const LINGER_MS = 500;

const argv = process.argv.slice(2);
const interruption = new AbortController();

function handleSignals(announce: () => void): AbortSignal {
  let interruptedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) {
        // The second one means now: children notice that their parent is gone, and end.
        if (performance.now() - interruptedAt > SAME_MS) process.exit(EXIT.interrupted);
        return;
      }
      interruptedAt = performance.now();
      announce();
      interruption.abort(new Error(`interrupted by ${signal}`));
    });
  }
  return interruption.signal;
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader of stdout may stop before its end, as `| head` does: that is no failure.
    if (error.code !== 'EPIPE') throw error;
  });
}
// An error that nobody caught came from a listener, and so no command can answer for it.
process.on('uncaughtException', (error) => {
  const { text, code } = explain(error, { verbose: argv.includes('--verbose') });
  const { isTTY, columns } = process.stderr;
  process.stderr.write(wrapLines(text, isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY));
  process.exit(code);
});

process.exitCode = await main(argv, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  cwd: process.cwd(),
  now: () => performance.now(),
  handleSignals,
});
if (interruption.signal.aborted) setTimeout(() => process.exit(), LINGER_MS).unref();
