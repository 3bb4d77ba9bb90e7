import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { errorText } from '../error-text.ts';
import type { WorkerOrder } from '../load/protocol.ts';
import { describeMachine } from '../run/environment.ts';
import { ephemeralPorts, openFiles } from '../run/limits.ts';
import { type Worker as LoadWorker, startWorker } from '../run/processes.ts';
import { withOwnClient } from './client-module.ts';
import { compareClock } from './clock.ts';
import {
  type AgentAnswer,
  type AgentOrder,
  aliveKey,
  BEAT_MS,
  type Claim,
  ordersTo,
  PREFIX,
  type Role,
} from './protocol.ts';
import { removeOrders } from './remove-orders.ts';

export interface RoleSettings {
  readonly redis: Redis;
  /** Worker that has claimed the role. */
  readonly roles: Worker<Role, string>;
  readonly name: string;
  /** Number of load workers that can be started. */
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Number of orders beside those to load workers, such as one that ends a recovery, that are followed at the same time. */
const OTHER_ORDERS = 8;
/** Number of answers that are kept until the end of a role. */
const ANSWERS_KEPT = 64;
/** Longest silence of Redis after which its run counts as gone. */
const MAX_SILENCE_MS = 10_000;

/**
 * Follows the orders of a role until the run is over. Resolves with true then; with false if the run was over before. Rejects, with the
 * reason, if the role ends before: the run has lost this agent.
 */
export async function playRole(job: Job<Role, string>, settings: RoleSettings): Promise<boolean> {
  const { redis, roles, name, workers, signal, say } = settings;
  const { id: role = '' } = job;
  const alive = aliveKey(job.data.run);
  // A coordinator that was killed leaves its roles behind.
  if ((await redis.exists(alive)) === 0) return false;
  const left = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<never>();
  let isLost = false;
  const lose = (reason: string): void => {
    isLost = true;
    lost.reject(new UnrecoverableError(reason));
  };
  lost.promise.catch(() => {});
  const onAbort = (): void => lose(errorText(signal.reason));
  const onClose = (): void => lose('it lost the connection to Redis');
  const onUnlocked = (ids: string[]): void => {
    if (ids.includes(role)) lose('it gave no sign of life in time');
  };
  signal.addEventListener('abort', onAbort);
  redis.on('close', onClose);
  roles.on('lockRenewalFailed', onUnlocked);
  const crew = new LoadCrew(redis);
  const orders = new Worker<AgentOrder, AgentAnswer>(
    ordersTo(role),
    async ({ data }) => {
      if (data.order === 'leave') {
        // Answered before the role is given back.
        setImmediate(left.resolve);
        return { answer: 'done' };
      }
      try {
        return await crew.follow(data);
      } catch (error) {
        // The end of the role says why, so an order that is cut short by it gets no answer.
        if (isLost) return await new Promise<never>(() => {});
        return { answer: 'failed', reason: errorText(error) };
      }
    },
    {
      connection: redis,
      prefix: PREFIX,
      concurrency: workers + OTHER_ORDERS,
      // An order is never followed twice: its worker answers or its agent is lost.
      skipStalledCheck: true,
      maxStalledCount: 0,
      removeOnComplete: { count: ANSWERS_KEPT },
      removeOnFail: { count: ANSWERS_KEPT },
    },
  );
  orders.on('error', () => {});
  let heardMs = performance.now();
  let isGone = false;
  const beat = setInterval(() => {
    if (performance.now() - heardMs > MAX_SILENCE_MS) lose('it did not hear of Redis any more');
    redis.exists(alive).then(
      (found) => {
        heardMs = performance.now();
        if (found > 0) return;
        isGone = true;
        lose('its run ended without a word');
      },
      () => {},
    );
  }, BEAT_MS);
  try {
    const claim: Claim = {
      name,
      host: describeMachine(),
      runtime: `node ${process.versions.node}`,
      workers,
      files: openFiles()?.hard ?? null,
      ports: ephemeralPorts(),
    };
    await Promise.race([job.updateProgress(claim), lost.promise]);
    say('A run has begun.');
    await Promise.race([left.promise, lost.promise]);
    say('The run is over.');
    return true;
  } catch (error) {
    say(`The run goes on without this agent: ${errorText(error)}.`);
    throw error;
  } finally {
    clearInterval(beat);
    signal.removeEventListener('abort', onAbort);
    redis.off('close', onClose);
    roles.off('lockRenewalFailed', onUnlocked);
    await crew.end();
    // An order that is being followed gets no answer any more.
    orders.close(true).catch(() => {});
    if (isGone) await removeOrders(role, redis);
  }
}

/** Load workers of this machine in one trial after another. */
class LoadCrew {
  readonly #redis: Redis;
  #workers: readonly LoadWorker[] = [];
  /** Beginning or end that is under way. */
  #turn: Promise<unknown> = Promise.resolve();
  #ending = new AbortController();
  /** Origin of the trial's clock, on this host's. */
  #originNs: bigint | undefined;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async follow(order: Exclude<AgentOrder, { order: 'leave' }>): Promise<AgentAnswer> {
    if (order.order === 'begin') {
      await this.#inTurn(() => this.#begin(order.workers));
      return { answer: 'begun', clock: await this.#clock() };
    }
    if (order.order === 'end') {
      await this.end();
      return { answer: 'done' };
    }
    const worker = this.#workers[order.worker];
    if (worker === undefined) throw new Error('the trial has not begun');
    const work = withOwnClient(order.work);
    const lateSeconds = this.#lateness(work);
    const { seconds, otherwise } = order;
    const patience = { seconds, signal: this.#ending.signal, ...(otherwise === undefined ? {} : { otherwise }) };
    const answer = await worker.ask(work, order.kind, patience);
    const isMeasured = work.order === 'phase' && work.more !== true;
    return {
      answer: 'worked',
      work: answer,
      ...(isMeasured ? { clock: await this.#clock() } : {}),
      ...(lateSeconds > 0 && isMeasured ? { lateSeconds } : {}),
    };
  }

  /** Kills the load workers. */
  async end(): Promise<void> {
    await this.#inTurn(() => this.#end());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #begin(workers: number): Promise<void> {
    await this.#end();
    this.#ending = new AbortController();
    this.#workers = Array.from({ length: workers }, () => startWorker({ core: undefined }));
  }

  async #end(): Promise<void> {
    this.#ending.abort(new Error('the trial is over'));
    await Promise.all(this.#workers.map((worker) => worker.kill()));
    this.#workers = [];
    this.#originNs = undefined;
  }

  #clock(): ReturnType<typeof compareClock> {
    return compareClock(() => this.#redis.time());
  }

  /** Time by which the order for a phase comes after its first due time, in seconds; negative or 0 if it comes in time. */
  #lateness(work: WorkerOrder): number {
    if ('originNs' in work) this.#originNs = BigInt(work.originNs);
    if (work.order !== 'phase' || this.#originNs === undefined) return 0;
    return (Number(process.hrtime.bigint() - this.#originNs) - work.startNs) / 1e9;
  }
}
