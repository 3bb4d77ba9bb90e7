import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnrecoverableError, Worker } from 'bullmq';
import { connectRedis } from './connection.ts';
import { PREFIX, ROLE_LOCKS, ROLES, type Role, type Version, whyOtherVersion } from './protocol.ts';
import type { RedisAddress } from './redis-url.ts';
import { playRole } from './role.ts';

export interface AgentSettings {
  readonly address: RedisAddress;
  /** Name by which runs know it. Default: that of the host. */
  readonly name?: string | undefined;
  /** Number of load workers that it can start. */
  readonly workers: number;
  /** True to end after one run. */
  readonly once: boolean;
  readonly version: Version;
  readonly signal: AbortSignal;
  /** Tells the user what the agent does. */
  readonly say: (text: string) => void;
}

/** Longest time for a role to be given back. */
const GOODBYE_MS = 2_000;
/** Time without Redis after which an agent for one run ends. */
const AWAY_MS = 60_000;
const STOPPED = new Error('it was stopped');

/**
 * Waits for runs on Redis, takes a role in one at a time, and follows its orders with load workers of this machine. It gives the role up
 * when the run is over, when its coordinator gives no sign of life, and when Redis is lost; then it waits for the next run.
 *
 * Resolves when the signal aborts, or after one run if that is asked. Rejects with the words for the user when Redis cannot be used, when
 * a run is of another version, and when an agent for one run has lost Redis for a minute.
 */
export async function runAgent(settings: AgentSettings): Promise<void> {
  const { address, signal, say, once, version, workers, name = hostname() } = settings;
  const redis = await connectRedis(address);
  const over = Promise.withResolvers<void>();
  const stop = new AbortController();
  const onStop = (): void => {
    stop.abort(STOPPED);
    over.resolve();
  };
  signal.addEventListener('abort', onStop);
  if (signal.aborted) onStop();
  let isAway = false;
  let patience: ReturnType<typeof setTimeout> | undefined;
  redis.on('close', () => {
    if (isAway || stop.signal.aborted) return;
    isAway = true;
    say(`Redis at ${address.shown} is gone; trying to reach it again.`);
    const given = new Error(`Redis at ${address.shown} did not come back within ${AWAY_MS / 1e3} s`);
    if (once) patience = setTimeout(() => over.reject(given), AWAY_MS);
  });
  redis.on('ready', () => {
    clearTimeout(patience);
    if (isAway) say(`Redis at ${address.shown} is back.`);
    isAway = false;
  });
  const roles: Worker<Role, string> = new Worker<Role, string>(
    ROLES,
    async (job) => {
      const refusal = whyOtherVersion(name, version, job.data.version);
      if (refusal !== undefined) {
        over.reject(new Error(refusal));
        throw new UnrecoverableError(refusal);
      }
      try {
        const played = await playRole(job, { redis, roles, name, workers, signal: stop.signal, say });
        if (once && played) over.resolve();
        return 'done';
      } catch (error) {
        if (once) over.resolve();
        throw error;
      }
    },
    {
      connection: redis,
      prefix: PREFIX,
      name,
      concurrency: 1,
      ...ROLE_LOCKS,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    },
  );
  // A lost connection is told once, by the connection itself.
  roles.on('error', () => {});
  const load = workers === 1 ? 'one load worker' : `${workers} load workers`;
  say(`Agent ${name}, with ${load}, waits for runs at Redis ${address.shown}. Ctrl-C ends it.`);
  try {
    await over.promise;
  } finally {
    clearTimeout(patience);
    stop.abort(STOPPED);
    await Promise.race([roles.close(isAway).catch(() => {}), sleep(GOODBYE_MS)]);
    redis.disconnect();
    signal.removeEventListener('abort', onStop);
  }
}
