import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { commandOf, processIds } from '../../run/process-tree.ts';
import { Watched } from '../network/watched.ts';
import { PATIENT } from '../patience.ts';

const cli = fileURLToPath(new URL('../../cli.ts', import.meta.url));
/** Shell that starts Redis and ends it when the command is gone. */
const SUPERVISOR = 'wirebench-redis-';
const SERVER = 'servers/main.ts';
const WORKER = 'load/worker.ts';

/** Parts of a run of two nodes that a test may kill. */
export type Part = 'the command' | 'a node' | 'Redis' | 'a load worker';

/** Folders of Redis that were there before, or are another run's. */
const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(SUPERVISOR));

/** Run of two nodes on the loopback, which a test lets end or ends. */
export class NodesRun {
  readonly #watched: Watched;
  readonly #before = folders();
  readonly #out = mkdtempSync(join(tmpdir(), 'wirebench-nodes-'));

  constructor(seconds: number) {
    const settings = `run --scenarios broadcast --transports ws --nodes 2 --clients 4 --rate 20 --trials 1 --duration ${seconds} --warmup 0.1 --link loopback --yes`;
    this.#watched = new Watched(
      [cli, ...settings.split(' '), '--out', join(this.#out, 'run')],
      [SERVER, SERVER, WORKER, SUPERVISOR],
    );
  }

  /** Waits until all processes run, and Redis too. */
  async measuring(): Promise<void> {
    await this.#watched.measuring();
    await vi.waitUntil(() => this.#redis() !== undefined, PATIENT);
  }

  /** Ends the command as Ctrl-C does, twice. */
  interrupt(): void {
    this.#watched.child.kill('SIGINT');
    this.#watched.child.kill('SIGINT');
  }

  kill(part: Part): void {
    const pids: Readonly<Record<Part, number | undefined>> = {
      'the command': this.#watched.child.pid,
      'a node': this.#watched.idsOf(SERVER)[0],
      Redis: this.#redis(),
      'a load worker': this.#watched.idsOf(WORKER)[0],
    };
    process.kill(pids[part] ?? Number.NaN, 'SIGKILL');
  }

  /** Waits for the end, and returns what is left: processes, and folders of Redis. */
  async left(): Promise<{ readonly processes: number; readonly folders: readonly string[] }> {
    const redis = this.#redis();
    const { processes } = await this.#watched.left();
    rmSync(this.#out, { recursive: true, force: true });
    const isGone = (): boolean => this.#own().length === 0 && (redis === undefined || commandOf(redis) === '');
    await vi.waitUntil(isGone, PATIENT).catch(() => {});
    const ofRedis = redis !== undefined && commandOf(redis) !== '' ? 1 : 0;
    return { processes: processes.length + ofRedis, folders: this.#own() };
  }

  /** Folder that this run's Redis has: the one that its supervisor names. */
  #own(): string[] {
    const named = [...this.#watched.commands.values()].join('\n');
    return folders().filter((name) => !this.#before.includes(name) && named.includes(name));
  }

  #redis(): number | undefined {
    const supervisor = this.#watched.idsOf(SUPERVISOR)[0];
    if (supervisor === undefined) return undefined;
    const [, folder = ''] = /(wirebench-redis-\w+)/.exec(this.#watched.commands.get(supervisor) ?? '') ?? [];
    // Redis shows its address in the place of its arguments, so its folder tells whose it is.
    return processIds().find((pid) => commandOf(pid).startsWith('redis-server ') && folderOf(pid).endsWith(folder));
  }
}

/** Folder that a process works in; empty if it has ended. */
function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
