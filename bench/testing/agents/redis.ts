import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { loopback } from '../../run/link.ts';
import { freePort } from '../../run/own-server.ts';
import { PATIENCE_MS } from '../patience.ts';

const POLL_MS = 20;

interface RedisSettings {
  /** Command prefix that makes it run elsewhere, such as in a network namespace. */
  readonly end?: readonly string[];
  /** Addresses that it listens on. */
  readonly bind?: string;
  readonly port?: number;
  readonly password?: string;
}

/** Redis of a test, with its data in a folder of its own. */
export class TestRedis implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly #settings: RedisSettings;
  #folder: string | undefined;
  #process: ChildProcess | undefined;

  static async start(settings: RedisSettings = {}): Promise<TestRedis> {
    const redis = new TestRedis(settings, settings.port ?? (await freePort(loopback())));
    await redis.start();
    return redis;
  }

  /** Redis that another process has started. */
  static at(url: string): Pick<TestRedis, 'ask' | 'measuring' | 'leftovers'> {
    const { hostname, port, password } = new URL(url);
    return new TestRedis({ bind: hostname, ...(password === '' ? {} : { password }) }, Number(port));
  }

  private constructor(settings: RedisSettings, port: number) {
    this.#settings = settings;
    this.port = port;
    const { password, bind = '127.0.0.1' } = settings;
    this.url = `redis://${password === undefined ? '' : `:${password}@`}${bind}:${port}`;
  }

  async start(): Promise<void> {
    const { end = [], bind = '127.0.0.1', password } = this.#settings;
    this.#folder ??= mkdtempSync(join(tmpdir(), 'wirebench-redis-'));
    const [program, ...args] = [...end, 'redis-server', '--port', String(this.port), '--bind', bind, '--save', ''];
    const guard = password === undefined ? ['--protected-mode', 'no'] : ['--requirepass', password];
    const child = spawn(program!, [...args, ...guard, '--dir', this.#folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    let said = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const endMs = performance.now() + PATIENCE_MS;
    while (!said.includes('Ready to accept connections')) {
      if (child.exitCode !== null || performance.now() > endMs) throw new Error(`Redis does not start: ${said}`);
      await sleep(POLL_MS);
    }
  }

  /** Kills it; its data is lost. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Runs some commands. */
  async ask<Result>(use: (redis: Redis) => Promise<Result>): Promise<Result> {
    const redis = new Redis(this.url);
    redis.on('error', () => {});
    try {
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** Keys that are not there between runs anyway. */
  leftovers(): Promise<string[]> {
    return this.ask(async (redis) =>
      (await redis.keys('*')).filter((key) => !/^wirebench:roles:(id|events|meta|stalled-check)$/.test(key)).toSorted(),
    );
  }

  /** Resolves once agents follow an order for a measured phase, with the number of those orders. */
  async measuring(agents: number): Promise<void> {
    await this.ask(async (redis) => {
      const endMs = performance.now() + PATIENCE_MS;
      for (;;) {
        const keys = (await redis.keys('wirebench:orders-*:order-*')).filter((key) => !key.endsWith(':lock'));
        const orders = await Promise.all(keys.map((key) => redis.hmget(key, 'data', 'finishedOn')));
        const phases = orders.filter(([data, finished]) => finished === null && isMeasured(data));
        if (phases.length >= agents) return;
        if (performance.now() > endMs) throw new Error('no phase is measured');
        await sleep(POLL_MS);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

const isMeasured = (data: string | null | undefined): boolean =>
  typeof data === 'string' && data.includes('"order":"phase"') && !data.includes('"more":true');
