import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { vi } from 'vitest';
import { commandOf } from '../../run/process-tree.ts';
import { PATIENT } from '../patience.ts';
import { networkNamespaces } from '../processes.ts';

/** Processes that the main thread of a process has started: cheaper than a look at all processes, which there are many of. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

/** Node.js process that measures over a link, with all processes, namespaces and logs that it has had. */
export class Watched {
  readonly child: ChildProcess;
  readonly commands = new Map<number, string>();
  readonly namespaces = new Set<string>();
  readonly #watch: NodeJS.Timeout;

  readonly #wanted: readonly string[];

  /** @param command file and its arguments @param wanted texts in the commands of the processes that measure, each as often as it is there */
  constructor(command: readonly string[], wanted: readonly string[], variables: NodeJS.ProcessEnv = process.env) {
    this.#wanted = wanted;
    this.child = spawn(process.execPath, command, { stdio: 'ignore', env: variables });
    this.#watch = setInterval(() => this.#look(), 50);
  }

  #look(): void {
    for (const pid of [this.child.pid!, ...childrenOf(this.child.pid!)]) {
      const command = commandOf(pid);
      if (command !== '') this.commands.set(pid, command);
      try {
        this.namespaces.add(readlinkSync(`/proc/${pid}/ns/net`));
      } catch {
        // It has ended.
      }
    }
  }

  /** Ids of processes whose command contains a text, the oldest first. */
  idsOf(text: string): number[] {
    return [...this.commands].filter(([, command]) => command.includes(text)).map(([pid]) => pid);
  }

  /** Waits until the trial has all of its processes. */
  async measuring(): Promise<void> {
    const enough = (text: string): boolean =>
      this.idsOf(text).length >= this.#wanted.filter((wanted) => wanted === text).length;
    await vi.waitUntil(() => this.#wanted.every(enough), PATIENT);
  }

  /** Replay logs of the process. */
  logs(): string[] {
    return readdirSync(tmpdir()).filter((name) => name.startsWith(`wirebench-log-${this.child.pid}-`));
  }

  /** Waits for the end, and returns its exit code with what is left of it. */
  async left() {
    await vi.waitUntil(() => this.child.exitCode !== null || this.child.signalCode !== null, PATIENT);
    clearInterval(this.#watch);
    const own = readlinkSync('/proc/self/ns/net');
    const find = () => {
      const alive = networkNamespaces();
      return {
        processes: [...this.commands].filter(([pid, command]) => commandOf(pid) === command),
        namespaces: [...this.namespaces].filter((one) => one !== own && alive.includes(one)),
        logs: this.logs(),
      };
    };
    // The system ends processes a little after their parent.
    const isNothing = (): boolean => Object.values(find()).every(({ length }) => length === 0);
    await vi.waitUntil(isNothing, PATIENT).catch(() => {});
    return { code: this.child.exitCode, ...find() };
  }
}
