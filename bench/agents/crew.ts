import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, QueueEvents, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type ClockReading, compareClock } from './clock.ts';
import { connectRedis } from './connection.ts';
import {
  type AgentAnswer,
  type AgentOrder,
  ALIVE_MS,
  aliveKey,
  BEAT_MS,
  type Claim,
  ordersTo,
  PREFIX,
  ROLE_KEYS,
  ROLE_KEYS_SECONDS,
  ROLE_LOCKS,
  ROLES,
  type Role,
  type Version,
} from './protocol.ts';
import type { RedisAddress } from './redis-url.ts';
import { removeOrders } from './remove-orders.ts';

export interface CrewSettings {
  readonly address: RedisAddress;
  /** Number of agents. */
  readonly agents: number;
  /** Longest wait for them. */
  readonly seconds: number;
  readonly version: Version;
  readonly signal: AbortSignal;
  /** Set after a loss of Redis: waits for the server itself too, goes on with the agents that come back, and removes what is left of these roles. */
  readonly again?: { readonly roles: readonly string[] };
  /** Tells the user of agents that come and of those that are refused. */
  readonly say: (text: string) => void;
}

/** Longest time in which agents give their roles back. */
const GOODBYE_MS = 3_000;
/** Longest wait for agents that have been there before. */
const AGAIN_SECONDS = 15;
const RETRY_MS = 200;

/** Agent with a role. */
export class Member {
  /** Name by which results know it: no other member has it. */
  readonly name: string;
  readonly claim: Claim;
  readonly role: string;
  readonly #queue: Queue<AgentOrder, AgentAnswer>;
  readonly #events: QueueEvents;
  readonly #gone = Promise.withResolvers<never>();
  readonly #waiting = new Map<string, (answer: AgentAnswer) => void>();
  #orders = 0;
  #lost: string | undefined;

  /** @param connection one for orders; answers come on one of their own */
  constructor(name: string, role: string, claim: Claim, connection: Redis) {
    this.name = name;
    this.role = role;
    this.claim = claim;
    this.#queue = new Queue(ordersTo(role), { connection, prefix: PREFIX });
    this.#events = new QueueEvents(ordersTo(role), { connection, prefix: PREFIX });
    this.#gone.promise.catch(() => {});
    this.#queue.on('error', () => {});
    this.#events.on('error', () => {});
    this.#events.on('completed', ({ jobId, returnvalue }) => this.#answered(jobId, returnvalue));
    this.#events.on('failed', ({ jobId, failedReason }) =>
      this.#answered(jobId, { answer: 'failed', reason: failedReason }),
    );
  }

  async ready(): Promise<void> {
    await this.#events.waitUntilReady();
  }

  /** Sentence about its loss; undefined if it has its role. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** Notes that it is lost: whatever is asked of it rejects. */
  lose(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = `agent ${this.name} was lost: ${reason}`;
    this.#gone.reject(new AgentLost(this.#lost));
  }

  /** Gives an order and resolves with its answer. Rejects if the agent is lost, or fails to follow it. */
  async ask<Kind extends AgentAnswer['answer']>(
    order: AgentOrder,
    kind: Kind,
  ): Promise<Extract<AgentAnswer, { answer: Kind }>> {
    const jobId = `order-${++this.#orders}`;
    const answered = new Promise<AgentAnswer>((resolve) => this.#waiting.set(jobId, resolve));
    try {
      const added = this.#queue.add('order', order, { jobId, attempts: 1 });
      // A queue whose connection is gone settles nothing.
      added.catch(() => {});
      await Promise.race([added, this.#gone.promise]);
      const answer = await Promise.race([answered, this.#gone.promise]);
      if (answer.answer === 'failed') throw new AgentFailed(this.name, answer.reason);
      if (!isOf(answer, kind)) throw new Error(`agent ${this.name} answered ${answer.answer}`);
      return answer;
    } finally {
      this.#waiting.delete(jobId);
    }
  }

  /** Removes its orders and closes the connections. @param isReached false if Redis is gone */
  async close(isReached: boolean): Promise<void> {
    if (isReached) await this.#queue.obliterate({ force: true }).catch(() => {});
    await Promise.allSettled([this.#queue.close(), this.#events.close()]);
  }

  #answered(jobId: string, answer: unknown): void {
    if (isAnswer(answer)) this.#waiting.get(jobId)?.(answer);
  }
}

const isAnswer = (value: unknown): value is AgentAnswer =>
  typeof value === 'object' && value !== null && 'answer' in value && typeof value.answer === 'string';

const isOf = <Kind extends AgentAnswer['answer']>(
  answer: AgentAnswer,
  kind: Kind,
): answer is Extract<AgentAnswer, { answer: Kind }> => answer.answer === kind;

/** Loss of an agent in the middle of a run. */
export class AgentLost extends Error {}

/** Failure that an agent reports. */
export class AgentFailed extends Error {
  readonly reason: string;

  constructor(name: string, reason: string) {
    super(`agent ${name}: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Agents of a run from the claim of their roles until they are given back. Redis tells which of them are lost: the lock of a role is
 * renewed by its agent, and this process looks for locks that were not.
 */
export class Crew {
  readonly #redis: Redis;
  readonly #settings: CrewSettings;
  readonly #run = randomUUID();
  readonly #roles: Queue<Role>;
  readonly #events: QueueEvents;
  readonly #guard: Worker;
  readonly #members: Member[] = [];
  /** Roles that nobody has claimed yet. */
  readonly #offered = new Set<string>();
  readonly #refusals: string[] = [];
  readonly #complete = Promise.withResolvers<void>();
  #beat: ReturnType<typeof setInterval> | undefined;
  #cause: string | undefined;
  #isClosing = false;

  /** Offers the roles and resolves when every one of them is claimed. Throws, with what came and what did not, if that takes too long. */
  static async recruit(settings: CrewSettings): Promise<Crew> {
    const { address, again, seconds, signal } = settings;
    const redis = again === undefined ? connectRedis(address) : reachAgain(address, seconds, signal);
    const crew = new Crew(settings, await redis);
    try {
      await crew.#recruit();
      return crew;
    } catch (error) {
      await crew.close();
      throw error;
    }
  }

  private constructor(settings: CrewSettings, redis: Redis) {
    this.#settings = settings;
    this.#redis = redis;
    this.#roles = new Queue(ROLES, { connection: redis, prefix: PREFIX });
    this.#events = new QueueEvents(ROLES, { connection: redis, prefix: PREFIX });
    // Looks for roles whose agents are gone; it never plays one itself.
    this.#guard = new Worker(ROLES, null, { connection: redis, prefix: PREFIX, autorun: false, ...ROLE_LOCKS });
    this.#roles.on('error', () => {});
    this.#events.on('error', () => {});
    this.#guard.on('error', () => {});
    this.#complete.promise.catch(() => {});
    redis.on('close', () => {
      if (!this.#isClosing) this.#break(`the connection to Redis at ${settings.address.shown} was lost`);
    });
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  /** Why nothing can be ordered any more; undefined if it can. */
  get cause(): string | undefined {
    return this.#cause;
  }

  /** Compares the clock of this process with that of Redis. */
  clock(): Promise<ClockReading> {
    return compareClock(() => this.#redis.time());
  }

  /** Lets the agents go, and removes what the run has left in Redis. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#beat);
    const isReached = this.#cause === undefined;
    const work = async (): Promise<void> => {
      if (isReached) await this.#release();
      await Promise.allSettled(this.#members.map((member) => member.close(isReached)));
      await Promise.allSettled([this.#guard.close(true), this.#events.close(), this.#roles.close()]);
    };
    await Promise.race([work().catch(() => {}), sleep(2 * GOODBYE_MS, undefined, { ref: false })]);
    this.#redis.disconnect();
  }

  async #release(): Promise<void> {
    const remaining = this.#members.filter(({ lost }) => lost === undefined);
    const leaving = Promise.allSettled(remaining.map((member) => member.ask({ order: 'leave' }, 'done')));
    await Promise.race([leaving, sleep(GOODBYE_MS)]);
    await this.#redis.del(aliveKey(this.#run));
    await Promise.all(ROLE_KEYS.map((key) => this.#redis.expire(key, ROLE_KEYS_SECONDS)));
    await Promise.allSettled([...this.#offered].map((role) => this.#roles.remove(role)));
  }

  async #recruit(): Promise<void> {
    const { agents, seconds, signal, again, say } = this.#settings;
    await Promise.all([this.#events.waitUntilReady(), this.#setAlive()]);
    this.#beat = setInterval(() => void this.#setAlive().catch(() => {}), BEAT_MS);
    this.#events.on('progress', ({ jobId, data }) => this.#claimed(jobId, data));
    this.#events.on('failed', ({ jobId, failedReason }) => this.#ended(jobId, failedReason));
    this.#events.on('completed', ({ jobId }) => this.#ended(jobId, 'it gave its role back'));
    this.#events.on('stalled', ({ jobId }) => this.#stalled(jobId));
    await this.#guard.startStalledCheckTimer();
    await Promise.all(ROLE_KEYS.map((key) => this.#redis.persist(key)));
    for (let role = 0; role < agents; role++) await this.#offer();
    const onAbort = (): void => this.#complete.reject(signal.reason);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    const onTime = (): void => {
      if (again !== undefined && this.#members.length > 0) {
        say(`${this.#members.length} of ${agents} agents came back; the run goes on with them.`);
        this.#complete.resolve();
      } else this.#complete.reject(new Error(this.#tooFew()));
    };
    const timer = setTimeout(onTime, (again === undefined ? seconds : Math.min(seconds, AGAIN_SECONDS)) * 1e3);
    try {
      await this.#complete.promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
    await Promise.all(this.#members.map((member) => member.ready()));
    await Promise.all([
      ...(again?.roles ?? []).map((role) => removeOrders(role, this.#redis)),
      ...[...this.#offered].map((role) => this.#roles.remove(role)),
    ]);
  }

  async #setAlive(): Promise<void> {
    await this.#redis.set(aliveKey(this.#run), '1', 'PX', ALIVE_MS);
  }

  async #offer(): Promise<void> {
    const jobId = `role-${randomUUID()}`;
    this.#offered.add(jobId);
    const { version } = this.#settings;
    const keep = { removeOnComplete: true, removeOnFail: true };
    await this.#roles.add('role', { run: this.#run, version }, { jobId, attempts: 1, ...keep });
  }

  #claimed(role: string, data: unknown): void {
    if (!this.#offered.delete(role) || !isClaim(data)) return;
    const { agents, say } = this.#settings;
    const same = this.#members.filter(({ claim }) => claim.name === data.name).length;
    const name = same === 0 ? data.name : `${data.name}-${same + 1}`;
    this.#members.push(new Member(name, role, data, this.#redis));
    say(`Agent ${name} has role ${this.#members.length} of ${agents}.`);
    if (this.#members.length === agents) this.#complete.resolve();
  }

  /** Notes the end of a role: an agent has left, or one of another version has refused it. */
  #ended(role: string, reason: string): void {
    if (this.#offered.delete(role)) {
      if (!this.#refusals.includes(reason)) {
        this.#refusals.push(reason);
        this.#settings.say(`${reason}.`);
      }
      // Another agent may take it.
      if (!this.#isClosing) void this.#offer().catch(() => {});
      return;
    }
    this.#lose(role, reason);
  }

  #stalled(role: string): void {
    this.#lose(role, 'it gave no sign of life for two seconds');
    // No other agent may begin it again.
    void this.#roles.remove(role).catch(() => {});
  }

  #lose(role: string, reason: string): void {
    if (this.#isClosing) return;
    this.#members.find((member) => member.role === role)?.lose(reason);
  }

  #break(cause: string): void {
    this.#cause ??= cause;
    this.#complete.reject(new Error(cause));
    for (const member of this.#members) member.lose(cause);
  }

  #tooFew(): string {
    const { agents, seconds, address } = this.#settings;
    const names = this.#members.map(({ name }) => name).join(', ');
    const came = this.#members.length === 0 ? '' : ` (by ${names})`;
    const refused = this.#refusals.map((reason) => `; ${reason}`).join('');
    return `${this.#members.length} of ${agents} roles claimed${came} within ${seconds} s${refused}. Start more agents at Redis ${address.shown} with wirebench agent, use fewer --agents, or wait longer with --agents-within`;
  }
}

/** Connects to a server that is away. Throws if it does not come back in time. */
async function reachAgain(address: RedisAddress, seconds: number, signal: AbortSignal): Promise<Redis> {
  const endMs = performance.now() + seconds * 1e3;
  for (;;) {
    try {
      return await connectRedis(address);
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}

const isClaim = (value: unknown): value is Claim =>
  typeof value === 'object' && value !== null && 'name' in value && 'workers' in value && 'host' in value;
