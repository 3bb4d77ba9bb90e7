import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { PATIENT } from '../../testing/patience.ts';
import { networkNamespaces } from '../../testing/processes.ts';
import { commandOf } from '../process-tree.ts';

const script = fileURLToPath(new URL('../../testing/network/trial-over-link.ts', import.meta.url));
const HOLDER = 'read -r _';
const WORKER = 'load/worker.ts';
const SERVER = 'servers/main.ts';
const RELAY = 'networks/relay.ts';
/** Processes of a trial: three namespaces, the relay, the server and a load worker. */
const PROCESSES = [HOLDER, HOLDER, HOLDER, RELAY, SERVER, WORKER];

/** Processes that the main thread of a process has started: cheaper than a look at all processes, which there are many of. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

/** Process that makes a link and measures over it, with all processes and namespaces that it has had. */
class Watched {
  readonly child: ChildProcess;
  readonly commands = new Map<number, string>();
  readonly namespaces = new Set<string>();
  readonly #watch: NodeJS.Timeout;

  constructor(variables: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(process.execPath, [script], { stdio: 'ignore', env: variables });
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
      this.idsOf(text).length >= PROCESSES.filter((wanted) => wanted === text).length;
    await vi.waitUntil(() => PROCESSES.every(enough), PATIENT);
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
      };
    };
    // The system ends processes a little after their parent.
    await vi.waitUntil(() => find().processes.length + find().namespaces.length === 0, PATIENT).catch(() => {});
    return { code: this.child.exitCode, ...find() };
  }
}

describe.concurrent('nothing is left of a trial over a network', { timeout: 180_000 }, () => {
  test('that ends by itself', async () => {
    const watched = new Watched();
    await watched.measuring();
    expect(watched.namespaces.size).toBe(4);
    expect(await watched.left()).toEqual({ code: 0, processes: [], namespaces: [] });
  });

  test('whose link cannot be made', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wirebench-ip-'));
    try {
      const ip = execFileSync('sh', ['-c', 'command -v ip'], { encoding: 'utf8' }).trim();
      const failing = join(folder, 'ip');
      writeFileSync(failing, `#!/bin/sh\ncase "$*" in *vxlan*) exit 1 ;; esac\nexec ${ip} "$@"\n`);
      chmodSync(failing, 0o755);
      const watched = new Watched({ ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` });
      expect(await watched.left()).toEqual({ code: 1, processes: [], namespaces: [] });
      expect(watched.idsOf(HOLDER)).toHaveLength(3);
      expect(watched.idsOf(SERVER)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.for([
    ['relay', RELAY, 0],
    ['server’s namespace', HOLDER, 0],
    ['generator’s namespace', HOLDER, 1],
    ['relay’s namespace', HOLDER, 2],
    ['server', SERVER, 0],
    ['load worker', WORKER, 0],
    ['parent', script, 0],
  ] as const)('whose %s is killed', async ([, command, at]) => {
    const watched = new Watched();
    await watched.measuring();
    process.kill(watched.idsOf(command)[at]!, 'SIGKILL');
    expect(await watched.left()).toMatchObject({ processes: [], namespaces: [] });
  });
});
