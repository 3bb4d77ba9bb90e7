import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PATIENCE_SECONDS } from './patience.ts';

/** File of the command line, which tests of its effects on the outside run as a separate process. */
export const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const started: ChildProcess[] = [];

/** Starts the command line. */
export function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return startProgram(process.execPath, [cli, ...args], environment);
}

/** Starts a program that runs the command line, such as a shell. */
export function startProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  stdin: 'closed' | 'open' = 'closed',
  cwd?: string,
) {
  const child = spawn(program, args, {
    // Variables of the tests' own environment that concern output are emptied.
    env: { ...process.env, CI: '', NO_COLOR: '', FORCE_COLOR: '', COLUMNS: '', ...environment },
    stdio: 'pipe',
    cwd,
  });
  if (stdin === 'closed') child.stdin.end();
  started.push(child);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  return { child, said, ended };
}

/** Kills the commands that are still running, as after a test that failed half-way. */
export function endStarted(): void {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
}

/** Waits until a condition holds. Rejects if that takes as long as a hang. */
export async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < PATIENCE_SECONDS * 100; round++) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error(`the condition did not hold within ${PATIENCE_SECONDS} s`);
}
