import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The command line as a process of its own, for tests of what it does to the outside. */
export const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const started: ChildProcess[] = [];

export function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return startProgram(process.execPath, [cli, ...args], environment);
}

/** Something else that runs the command line, such as a shell. */
export function startProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  stdin: 'closed' | 'open' = 'closed',
) {
  const child = spawn(program, args, {
    // What the tests' own surroundings say about output is not said to it.
    env: { ...process.env, CI: '', NO_COLOR: '', FORCE_COLOR: '', COLUMNS: '', ...environment },
    stdio: 'pipe',
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

/** A test that failed half-way leaves its command running. */
export function endStarted(): void {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
}

export async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 1_000; round++) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error('waited 10 s in vain');
}
