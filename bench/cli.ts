import { wrapLines } from '../reports/terminal/text.ts';
import { explain } from './cli/errors.ts';
import { EXIT, gravest } from './cli/exit.ts';
import { main } from './cli/main.ts';
import { whyNot } from './results/file.ts';

/** The command line as a program: the process's streams and signals, and its end. */

/** Window in which a second signal counts as the first: one Ctrl-C may arrive from the terminal and again from npm. */
const SAME_MS = 500;
/** Time the process has to end by itself after an interruption. Threads of native libraries may outlive the last session. */
const LINGER_MS = 500;

const argv = process.argv.slice(2);
const interruption = new AbortController();

function handleSignals(announce: () => void): AbortSignal {
  let interruptedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Without a terminal to lose, as after `nohup` or in the background of a closed one, the run goes on.
      if (signal === 'SIGHUP' && !process.stdout.isTTY && !process.stderr.isTTY) return;
      if (interruption.signal.aborted) {
        // A second interruption ends the process at once. Its children end when they notice that their parent is gone.
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

/** True once output was lost, because its file has no room, for example. What is measured goes on, and its files are written. */
let isOutputLost = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Ignores a reader of stdout that stops early, such as `| head`.
    if (error.code === 'EPIPE' || isOutputLost) return;
    isOutputLost = true;
    if (stream === process.stdout) process.stderr.write(`cannot write to stdout: ${whyNot(error)}\n`);
  });
}
// Reports errors thrown by event listeners, which no command can catch.
process.on('uncaughtException', (error) => {
  const { text, code } = explain(error, { verbose: argv.includes('--verbose') });
  const { isTTY, columns } = process.stderr;
  process.stderr.write(wrapLines(text, isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY));
  process.exit(code);
});

const exitCode = await main(argv, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  cwd: process.cwd(),
  now: () => performance.now(),
  handleSignals,
});
process.exitCode = exitCode;
// Output may be lost only after the command has ended.
process.on('exit', () => {
  if (isOutputLost) process.exitCode = gravest([exitCode, EXIT.internal]);
});
if (interruption.signal.aborted) setTimeout(() => process.exit(), LINGER_MS).unref();
