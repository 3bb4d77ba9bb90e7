import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { whyNotStarted } from './machine/programs.ts';

/** Network namespace that a shell keeps alive. */
export interface Namespace {
  readonly pid: number;
  /** Command prefix that makes a process run in it. */
  readonly end: readonly string[];
}

/**
 * Network namespaces in a user namespace of our own, which need no root. Shells that wait for the end of their input keep them alive,
 * so the kernel removes everything when this process ends, however it ends.
 */
export class Namespaces implements AsyncDisposable {
  readonly #holders: ChildProcess[] = [];
  /** Command prefix that enters the user namespace; empty before the first namespace. */
  #enterUser: readonly string[] = [];

  /** Makes a network namespace. Throws, with its name, if the system does not allow it. */
  async add(name: string): Promise<Namespace> {
    const isFirst = this.#holders.length === 0;
    const user = isFirst ? ['--user', '--map-root-user'] : [];
    const pid = await hold(this.#holders, name, [...this.#enterUser, 'unshare', ...user, '--net']);
    if (isFirst) this.#enterUser = ['nsenter', '--preserve-credentials', `--user=/proc/${pid}/ns/user`];
    return { pid, end: [...this.#enterUser, `--net=/proc/${pid}/ns/net`] };
  }

  /** Removes all of them. */
  async close(): Promise<void> {
    await Promise.all(
      this.#holders.map(async (holder) => {
        if (holder.exitCode !== null || holder.signalCode !== null) return;
        const gone = once(holder, 'exit');
        holder.stdin?.end();
        await gone;
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Starts a shell that keeps new namespaces alive as long as its input is open. Resolves with its process id. */
async function hold(holders: ChildProcess[], name: string, command: readonly string[]): Promise<number> {
  const [program, ...args] = [...command, 'sh', '-c', 'echo ready; read -r _'];
  const holder = spawn(program!, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  holders.push(holder);
  // Ignores the broken pipe of a shell that has ended.
  holder.stdin.on('error', () => {});
  let said = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = Promise.race([once(holder, 'close'), once(holder, 'error').then(([error]) => Promise.reject(error))]);
  const outcome = await Promise.race([once(holder.stdout, 'data').then(() => 'ready'), ended]).catch(
    (error: NodeJS.ErrnoException) => {
      throw new Error(`${name} failed: ${whyNotStarted(error)}`);
    },
  );
  if (outcome !== 'ready') throw new Error(`${name} failed: ${said.trim() || `${program} ended`}`);
  return holder.pid!;
}
