import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runAgent } from '../../agents/agent.ts';
import type { Version } from '../../agents/protocol.ts';
import { readRedisUrl } from '../../agents/redis-url.ts';
import { SCHEMA } from '../../results/schema.ts';
import { packageVersion } from '../../run/environment.ts';
import { PATIENCE_MS } from '../patience.ts';

const CLI = fileURLToPath(new URL('../../cli.ts', import.meta.url));
const POLL_MS = 20;

/** Version that agents and runs of this repository have. */
export const VERSION: Version = { wirebench: packageVersion(), schema: SCHEMA };

/** Process of the command line, started by a test. To dispose of it kills it. */
export class Started implements AsyncDisposable {
  readonly process: ChildProcess;
  #said = '';

  /** @param end command prefix that makes it run elsewhere, such as in a network namespace @param variables added to its environment */
  constructor(args: readonly string[], end: readonly string[] = [], variables: Readonly<Record<string, string>> = {}) {
    const [program, ...rest] = [...end, process.execPath, CLI, ...args];
    this.process = spawn(program!, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, WIREBENCH_PROC: '', ...variables },
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
  }

  /** Everything that it has printed. */
  get said(): string {
    return this.#said;
  }

  /** Resolves when it has printed a text. */
  async says(text: string): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (!this.#said.includes(text)) {
      if (performance.now() > endMs || this.hasEnded) throw new Error(`it does not say "${text}": ${this.#said}`);
      await sleep(POLL_MS);
    }
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Resolves with its exit code when it has ended. */
  async ended(): Promise<number | null> {
    if (!this.hasEnded) await once(this.process, 'exit');
    return this.process.exitCode;
  }

  async kill(): Promise<void> {
    if (this.hasEnded) return;
    this.process.kill('SIGKILL');
    await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** Starts an agent as a process, and waits until it waits for runs. */
export async function startAgent(url: string, name: string, end: readonly string[] = []): Promise<Started> {
  const agent = new Started(['agent', '--redis', url, '--name', name, '--workers', '1'], end);
  await agent.says('waits for runs');
  return agent;
}

/** Agent in this process, with load workers that are processes. To dispose of it ends it. */
export interface OwnAgent extends AsyncDisposable {
  readonly said: readonly string[];
  /** Settles as `runAgent` does. */
  readonly over: Promise<void>;
}

/** Starts an agent in this process. */
export function ownAgent(
  url: string,
  name: string,
  { version = VERSION, workers = 1 }: { version?: Version; workers?: number } = {},
): OwnAgent {
  const address = readRedisUrl(url, '--redis');
  if ('problem' in address) throw new Error(address.problem);
  const stop = new AbortController();
  const said: string[] = [];
  const over = runAgent({
    address,
    name,
    workers,
    once: false,
    version,
    signal: stop.signal,
    say: (text) => void said.push(text),
  });
  over.catch(() => {});
  return {
    said,
    over,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await over.catch(() => {});
    },
  };
}
