import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { errorText } from '../../error-text.ts';
import type { Link } from '../link.ts';
import { missingPrograms, notInstalled, whyNotStarted } from '../machine/programs.ts';
import { freePort } from '../own-server.ts';

const PROGRAM = 'redis-server';
/** Time that Redis has to answer after its start. */
const START_SECONDS = 10;
const POLL_MS = 20;

/**
 * Shell script that starts and kills Redis as its input says, and reports its process. Its input ends when this process ends, however it
 * ends: then it kills Redis and removes the folder $1. The other arguments are the command.
 */
const SUPERVISE = `
folder=$1
shift
server=
while read -r order; do
  case $order in
    start) "$@" >"$folder/output" 2>&1 </dev/null & server=$!; echo "started $server" ;;
    kill) kill -KILL "$server"; wait "$server" 2>/dev/null; server=; echo "gone 0" ;;
  esac
done
[ -z "$server" ] || kill -KILL "$server"
wait
rm -rf "$folder"
`;

/** Use of Redis since it started, or since the one before it. */
export interface RedisStats {
  /** User and system time. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** `redis 7.0.15`. */
  readonly runtime: string;
}

/** Redis by which servers are one service. */
export interface RunRedis extends AsyncDisposable {
  /** Address for programs at the server's end of the link. */
  readonly url: string;
  /** Its process; undefined if it is somebody else's. */
  readonly pid: number | undefined;
  stats(): Promise<RedisStats>;
  /** Rejects when it ends without being told to. Never resolves. */
  ended(): Promise<never>;
  /** Kills it, and starts it again at its address. Absent: it is somebody else's. */
  readonly again?: {
    kill(): Promise<void>;
    start(): Promise<void>;
  };
  /** Kills it, and starts it again at its address after a time. Absent: it is somebody else's. */
  restart?(seconds: number): Promise<void>;
}

export interface RedisSettings {
  /** Address of the server's end of the link, and the command prefix that makes a process run there. */
  readonly link: Pick<Link, 'host' | 'serverEnd'>;
  /** Core to pin it to; undefined to leave the choice to the system. */
  readonly core: string | undefined;
  readonly signal: AbortSignal;
}

/** Reason why no Redis of the run's own can be started on this machine, with the way to get it; undefined if it can. */
export function redisUnavailable(path = process.env.PATH): string | undefined {
  return missingPrograms([PROGRAM], path).length === 0
    ? undefined
    : `${notInstalled([PROGRAM])}; or name a Redis that runs with --backplane redis://HOST:PORT`;
}

/**
 * Starts a Redis at the server's end of the link. It keeps nothing on disk but its socket, in a folder that is removed when it ends.
 * Neither outlives this process. Throws if it does not start, with what it said.
 */
export async function openRedis({ link, core, signal }: RedisSettings): Promise<OwnRedis> {
  const why = redisUnavailable();
  if (why !== undefined) throw new Error(why);
  const port = await freePort(link);
  const redis = new OwnRedis({ link, core, signal }, port);
  try {
    await redis.start();
    return redis;
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
}

export class OwnRedis implements RunRedis {
  readonly url: string;
  readonly again = { kill: () => this.#kill(), start: () => this.start() };
  /** Folder of its socket and its output. */
  readonly folder = mkdtempSync(join(tmpdir(), 'wirebench-redis-'));
  readonly #supervisor: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #died = Promise.withResolvers<never>();
  #said = '';
  #pid: number | undefined;
  /** Connection to its socket in the file system, which reaches it from every namespace. */
  #control: Redis | undefined;
  /** Use of those that were killed. */
  #earlierCpuSeconds = 0;
  #runtime = 'redis';

  constructor({ link, core, signal }: RedisSettings, port: number) {
    this.url = `redis://${link.host}:${port}`;
    this.#signal = signal;
    this.#died.promise.catch(() => {});
    const settings = {
      port,
      bind: link.host,
      unixsocket: this.#socket,
      dir: this.folder,
      save: '',
      appendonly: 'no',
      'protected-mode': 'no',
    };
    const [program, ...args] = [
      ...link.serverEnd,
      ...['sh', '-c', SUPERVISE, 'sh', this.folder],
      ...(core === undefined ? [] : ['taskset', '-c', core]),
      PROGRAM,
      ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ];
    this.#supervisor = spawn(program!, args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    this.#supervisor.stdin?.on('error', () => {});
    this.#supervisor.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    this.#supervisor.once('error', (error) =>
      this.#died.reject(new Error(`Redis could not be started: ${whyNotStarted(error)}`)),
    );
    this.#supervisor.once('exit', () => this.#died.reject(new Error('Redis was ended')));
  }

  get #socket(): string {
    return join(this.folder, 'redis.sock');
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  async start(): Promise<void> {
    this.#pid = await this.#order('start', /started (\d+)\n/);
    // Redis itself makes its socket once it can answer.
    const control = new Redis({ path: this.#socket, lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
    control.on('error', () => {});
    const until = performance.now() + START_SECONDS * 1e3;
    for (;;) {
      const why = await control.connect().then(
        () => undefined,
        (error: unknown) => errorText(error),
      );
      if (why === undefined) break;
      if (performance.now() > until) throw new Error(`Redis did not answer within ${START_SECONDS} s: ${why}`);
      await Promise.race([sleep(POLL_MS, undefined, { signal: this.#signal }), this.#died.promise]);
    }
    await control.ping();
    control.once('close', () => {
      if (this.#control === control) this.#died.reject(new Error('Redis ended'));
    });
    this.#control = control;
  }

  async stats(): Promise<RedisStats> {
    if (this.#control === undefined)
      return { cpuSeconds: this.#earlierCpuSeconds, rssBytes: 0, runtime: this.#runtime };
    const { cpuSeconds, rssBytes, runtime } = await statsOf(this.#control);
    this.#runtime = runtime;
    return { cpuSeconds: this.#earlierCpuSeconds + cpuSeconds, rssBytes, runtime };
  }

  ended(): Promise<never> {
    return this.#died.promise;
  }

  async restart(seconds: number): Promise<void> {
    await this.#kill();
    await sleep(seconds * 1e3, undefined, { signal: this.#signal });
    await this.start();
  }

  async #kill(): Promise<void> {
    this.#earlierCpuSeconds = (await this.stats()).cpuSeconds;
    this.#control?.disconnect();
    this.#control = undefined;
    await this.#order('kill', /gone (\d)\n/);
    this.#pid = undefined;
    // The socket of a killed one stays, and another could not be told from it.
    rmSync(this.#socket, { force: true });
  }

  /** Gives the supervisor an order and resolves with the number that it answers. */
  async #order(order: string, answer: RegExp): Promise<number> {
    this.#said = '';
    this.#supervisor.stdin?.write(`${order}\n`);
    for (;;) {
      const [, found] = answer.exec(this.#said) ?? [];
      if (found !== undefined) return Number(found);
      await Promise.race([once(this.#supervisor.stdout!, 'data', { signal: this.#signal }), this.#died.promise]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const control = this.#control;
    this.#control = undefined;
    control?.disconnect();
    if (this.#supervisor.exitCode === null && this.#supervisor.signalCode === null && this.#supervisor.pid) {
      const gone = once(this.#supervisor, 'exit');
      this.#supervisor.stdin?.end();
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Connects to a Redis that runs already, which is never restarted. Throws if it cannot be reached. */
export async function outsideRedis(url: string): Promise<RunRedis> {
  const control = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  control.on('error', () => {});
  try {
    await control.connect();
  } catch (error) {
    throw new Error(`the Redis of --backplane cannot be reached: ${errorText(error)}; check its address`);
  }
  const died = Promise.withResolvers<never>();
  died.promise.catch(() => {});
  control.once('close', () => died.reject(new Error('the Redis of --backplane ended the connection')));
  return {
    url,
    pid: undefined,
    stats: () => statsOf(control),
    ended: () => died.promise,
    async [Symbol.asyncDispose]() {
      control.removeAllListeners('close');
      control.disconnect();
    },
  };
}

async function statsOf(redis: Redis): Promise<RedisStats> {
  const [cpu, memory, server] = await Promise.all([redis.info('cpu'), redis.info('memory'), redis.info('server')]);
  const read = (text: string, name: string): string => new RegExp(`^${name}:(\\S+)`, 'm').exec(text)?.[1] ?? '';
  return {
    cpuSeconds: Number(read(cpu, 'used_cpu_user')) + Number(read(cpu, 'used_cpu_sys')),
    rssBytes: Number(read(memory, 'used_memory_rss')),
    runtime: `redis ${read(server, 'redis_version')}`,
  };
}
