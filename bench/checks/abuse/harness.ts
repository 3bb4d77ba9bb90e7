import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import type { ClientModule, Limits, Session } from '../../contract.ts';
import { usualLimits } from '../../limits.ts';
import { Child } from '../../run/child.ts';
import { listenOnLoopback, type Server, startServer } from '../../run/processes.ts';
import type { Program } from '../../run/runtimes/find.ts';
import { makeMint } from '../../security/tokens.ts';
import { PATIENCE_MS, PATIENCE_SECONDS } from '../../testing/patience.ts';
import {
  capabilitiesOf,
  clientModule,
  loadClient,
  nameOf,
  optionsOf,
  serverModule,
  surfaceOf,
  type TransportChoice,
} from '../../transports/index.ts';
import type { AttackerAnswer, AttackerOrder } from './attacker.ts';
import { attacksOn } from './attacks.ts';
import type { FrozenAnswer, FrozenOrder } from './frozen.ts';
import { holdsConnection } from './held.ts';
import { allDelivered, BroadcastLog, Subscriber } from './subscribers.ts';
import type { Target } from './tools/attack.ts';
import type { AttackSurface } from './tools/surface.ts';

const MIB = 1 << 20;
/** Number of sessions that broadcasts go to: usually, and of a transport in the soak, whose broadcasts take minutes of CPU time. */
const SUBSCRIBERS = 40;
export const MANY_SUBSCRIBERS = 200;
/** Number of sessions where the server compresses each copy by itself, which takes most of the time: only the probes. */
const SUBSCRIBERS_COMPRESSED = 20;
const PROBES = 20;
export const MAX_LEFT_BYTES = 32 * MIB;
/** Longest time that a frozen peer stays stopped if nothing continues it. */
const FROZEN_SECONDS = 120;
/** More than the time that a peer may be behind, which is 5 s, checked every half second: the length of a freeze over UDP. */
const BEHIND_SECONDS = 8;
/** More than the time between two of the server's looks at a peer that is behind. */
const LOOK_MS = 600;
/** More than the number of consecutive looks, ten, after which the server ends the session of such a peer. */
const LOOKS = 16;
/** Time in which a frozen process that goes on learns that its session is over; a client between two requests does not learn of it. */
const WAKE_SECONDS = 20;
const MESSAGE_BYTES = 64 * 1024;
const BROADCAST_BYTES = 48 * 1024;
/** Bytes broadcast while one subscriber is frozen: more than the limit plus what the system buffers for a connection. */
const BEHIND_BYTES = 4.6 * MIB;
/** Bytes broadcast where the system buffers nothing for a peer that does not read. */
const BEHIND_WITHOUT_BUFFERS_BYTES = MIB;
/**
 * Bytes broadcast over UDP, where QUIC and SCTP buffer a good megabyte for a peer. Few, because the broadcasts have to end before
 * both protocols drop a silent peer by themselves, after half a minute.
 */
const BEHIND_OVER_UDP_BYTES = 1.6 * MIB;
const ORDER = { seconds: PATIENCE_SECONDS, signal: new AbortController().signal };

/** Limits that ordinary sessions keep and that an attack soon exceeds. */
export const ABUSE_LIMITS: Limits = {
  ...usualLimits(MESSAGE_BYTES),
  backlogBytes: MIB / 8,
  messagesPerSecond: 25,
  subscriptions: 20,
};

export interface AttackOptions {
  readonly limits?: Limits;
  /** Names of the attacks to run; all if left out. */
  readonly only?: readonly string[];
  /** Attacks that are left out, by name. */
  readonly except?: readonly string[];
  /** Program that runs the server. Default: the runtime of this process. */
  readonly program?: Program | undefined;
  /** Longest time in which the server has to cut a bad peer. Short only where it is known not to. */
  readonly seconds?: number;
  /** Number of sessions that broadcasts go to. */
  readonly subscribers?: number;
}

export interface AttackOutcome {
  /** Descriptions of what went wrong; empty if the server withstood everything. */
  readonly failures: readonly string[];
  readonly attacks: readonly string[];
  readonly probed: number;
  readonly grownBytes: number;
}

/** Runs all attacks at once against a server of their own, while well-behaved sessions go on. */
export async function runAttacks(choice: TransportChoice, options: AttackOptions = {}): Promise<AttackOutcome> {
  const { limits = ABUSE_LIMITS, except = [], seconds = PATIENCE_SECONDS, subscribers: size, program } = options;
  const all = except.length === 0 ? undefined : [FROZEN, ...(await attacksOn(choice, surfaceOf(choice))).map(nameIn)];
  const only = options.only ?? all?.filter((name) => !except.includes(name));
  await using run = await AttackRun.open(choice, { limits, program }, size);
  const { server } = run;
  const subscribers = await run.subscribe();
  const probes = subscribers.slice(0, PROBES);
  const { broadcasts } = run;
  for (let round = 0; round < 10; round++) await broadcasts.publish(subscribers);
  const before = await memory(server);

  const stop = new AbortController();
  const probing = probes.map((probe) => probe.probe(stop.signal));
  const freezes = only?.includes(FROZEN) ?? true;
  const failures: string[] = [];
  const done: string[] = freezes ? [FROZEN] : [];
  try {
    const [{ attacks, failures: notCut }, notThawed] = await Promise.all([
      run.attack(only, seconds),
      freezes ? run.freeze(subscribers, seconds) : [],
    ]);
    done.push(...attacks);
    failures.push(...notCut, ...notThawed);
    // The sessions that were open before the attacks still get broadcasts.
    await broadcasts.publish(subscribers);
  } finally {
    stop.abort();
  }
  await Promise.all(probing);
  const { reliable } = capabilitiesOf(choice);
  await allDelivered(subscribers, reliable);
  failures.push(...subscribers.flatMap((subscriber) => subscriber.verdict(reliable)));
  const grownBytes = await settle(server, before);
  if (grownBytes > MAX_LEFT_BYTES)
    failures.push(`the server kept ${(grownBytes / MIB).toFixed(1)} MiB of memory after the attacks`);
  return {
    failures,
    attacks: done,
    probed: probes.reduce((sum, { sent }) => sum + sent, 0),
    grownBytes,
  };
}

/** Asserts that a transport withstands every attack: the server cuts bad peers, serves the others, and frees its memory. */
export async function assertStands(
  choice: TransportChoice,
  options: Pick<AttackOptions, 'subscribers' | 'except' | 'program'> = {},
): Promise<AttackOutcome> {
  const outcome = await runAttacks(choice, options);
  const { failures, attacks, probed } = outcome;
  expect(failures).toEqual([]);
  expect(attacks.length).toBeGreaterThan(2);
  // At least five messages of each probe, however soon the attacks are over.
  expect(probed).toBeGreaterThanOrEqual(5 * PROBES);
  return outcome;
}

export const FROZEN = 'a frozen subscriber';

const nameIn = ({ name }: { readonly name: string }): string => name;

/** Time that a server which is known not to cut a bad peer gets to do it: more than its limits allow one. */
export const UNDEFENDED_SECONDS = BEHIND_SECONDS;

/** Asserts that the check notices a server that keeps a frozen subscriber, because its limit is switched off. */
export async function assertNoticed(choice: TransportChoice): Promise<void> {
  const limits = { ...ABUSE_LIMITS, backlogBytes: 1e9 };
  const { failures } = await runAttacks(choice, { limits, only: [FROZEN], seconds: UNDEFENDED_SECONDS });
  expect(failures).toEqual([
    expect.stringMatching(/^a frozen subscriber: the (?:server did not cut it|peer was told)/),
  ]);
}

/** The server's address, a token that it admits, and its limits. */
type At = Pick<Target, 'url' | 'token' | 'limits'> & { readonly compresses: boolean };

/** A server process, its sessions and its attackers. Disposing of it ends them all. */
class AttackRun {
  readonly #choice: TransportChoice;
  readonly #client: ClientModule;
  readonly #sessions: Session[] = [];
  readonly server: Server;
  readonly #at: At;
  readonly #surface: AttackSurface | undefined;
  readonly #broadcastBytes: number;
  /** Number of subscribers without the frozen one. */
  readonly size: number;
  readonly broadcasts: BroadcastLog;

  static async open(
    choice: TransportChoice,
    { limits, program }: { readonly limits: Limits; readonly program: Program | undefined },
    size: number | undefined,
  ): Promise<AttackRun> {
    const { entry, variant } = choice;
    const mint = await makeMint('HS256');
    const token = await mint.issue('abuse', 600);
    const server = startTrimmedServer(program);
    try {
      const settings = { module: serverModule(entry, variant), options: optionsOf(choice), limits, tokens: mint.rules };
      const { url, effective } = await listenOnLoopback(server, settings, ORDER.signal);
      const { compression = false } = effective;
      const compresses = compression !== false;
      return new AttackRun(choice, await loadClient(entry), server, { url, token, limits, compresses }, size);
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  private constructor(choice: TransportChoice, client: ClientModule, server: Server, at: At, size: number | undefined) {
    this.#choice = choice;
    this.#client = client;
    this.server = server;
    this.size = size ?? (at.compresses ? SUBSCRIBERS_COMPRESSED : SUBSCRIBERS);
    this.#surface = surfaceOf(choice);
    this.#broadcastBytes = Math.min(BROADCAST_BYTES, capabilitiesOf(choice).mostBytes ?? BROADCAST_BYTES);
    this.broadcasts = new BroadcastLog(this.#broadcastBytes);
    this.#at = at;
  }

  async subscribe(): Promise<Subscriber[]> {
    const subscribers = Array.from({ length: this.size }, (_, index) => new Subscriber(index, this.broadcasts));
    for (let from = 0; from < this.size; from += 20) {
      await Promise.all(
        subscribers.slice(from, from + 20).map(async (subscriber) => {
          const session = await this.#connect(subscriber);
          subscriber.session = session;
          this.#sessions.push(session);
        }),
      );
    }
    return subscribers;
  }

  /** Freezes one subscriber; resolves with a failure if it was not cut within `patienceSeconds`. */
  async freeze(subscribers: readonly Subscriber[], patienceSeconds: number): Promise<string[]> {
    const file = fileURLToPath(new URL('frozen.ts', import.meta.url));
    await using child = new Child<FrozenOrder, FrozenAnswer>('the frozen subscriber', file, { core: undefined });
    const { url, token } = this.#at;
    const module = clientModule(this.#choice.entry);
    const options = optionsOf(this.#choice);
    await child.ask({ order: 'open', module, url, options, token }, 'connected', ORDER);
    const order = {
      order: 'freeze',
      seconds: FROZEN_SECONDS,
      wakeSeconds: Math.min(patienceSeconds, WAKE_SECONDS),
    } as const;
    const thawed = child.ask(order, 'thawed', { ...ORDER, seconds: FROZEN_SECONDS + 2 * patienceSeconds });
    // The system does not list UDP connections: over UDP the peer stays stopped for the whole time that a peer may be behind.
    const overUdp = this.#choice.entry.port === 'udp';
    const held = (): boolean => overUdp || holdsConnection(this.server.pid!, child.pid!);
    await this.#publishAll(subscribers, held);
    const deadline = performance.now() + (overUdp ? BEHIND_SECONDS : patienceSeconds) * 1e3;
    // A session may end while its connection goes on, which other requests use too. So the end is waited for by the server's own turns:
    // each of its answers comes after one more look at the peer at least, however busy the machine is.
    for (let looks = 0; looks < LOOKS && performance.now() < deadline && held(); looks++) {
      await sleep(LOOK_MS);
      await this.server.ask({ order: 'usage' }, 'usage', ORDER);
    }
    process.kill(child.pid!, 'SIGCONT');
    const { lost } = await thawed;
    if (lost === null) return [`${FROZEN}: the server did not cut it`];
    const behind = this.#surface?.refusals.behind;
    return behind === undefined || behind.test(lost)
      ? []
      : [`${FROZEN}: the peer was told “${lost}”, which does not match ${behind}`];
  }

  /** Attacks from a separate process, so that the sessions of this one do not slow it down. */
  async attack(only: readonly string[] | undefined, seconds: number): Promise<AttackerAnswer> {
    const file = fileURLToPath(new URL('attacker.ts', import.meta.url));
    await using child = new Child<AttackerOrder, AttackerAnswer>('the attacker', file, { core: undefined });
    const { url, token, limits } = this.#at;
    const name = nameOf(this.#choice);
    const order = { order: 'attack', name, only, url, token, limits, seconds } as const;
    return await child.ask(order, 'attacked', { ...ORDER, seconds: seconds + PATIENCE_SECONDS });
  }

  /** Broadcasts more than a frozen subscriber can take, as long as `wanted` returns true. */
  async #publishAll(subscribers: readonly Subscriber[], wanted: () => boolean): Promise<void> {
    const { compresses } = this.#at;
    const short = capabilitiesOf(this.#choice).mostBytes !== undefined;
    const usual = this.#choice.entry.datagrams ? BEHIND_OVER_UDP_BYTES : BEHIND_BYTES;
    const behindAfter = this.#surface?.behindAfterBytes ?? (short ? BEHIND_WITHOUT_BUFFERS_BYTES : usual);
    const bytes = behindAfter * (compresses ? 1.5 : 1);
    for (let published = 0; published < bytes && wanted(); published += this.#broadcastBytes)
      await this.broadcasts.publish(subscribers);
  }

  #connect(receiver: Parameters<ClientModule['connect']>[1]) {
    const { url, token } = this.#at;
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const settings = { options: optionsOf(this.#choice), encoding: 'text', platform, token, signal } as const;
    return this.#client.connect(url, receiver, settings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#sessions.map((session) => session.close()));
    await this.server.stop();
  }
}

/**
 * Settings of glibc's allocator, by which freed memory goes back to the system. Otherwise it keeps tens of megabytes of freed buffers,
 * mostly those of zlib, and resident memory does not tell what a server holds.
 */
const RETURNS_FREED = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '16384', MALLOC_TRIM_THRESHOLD_: '65536' };

/** Starts a server process whose resident memory is what it holds. */
export const startTrimmedServer = (program?: Program): Server =>
  startServer({ core: undefined, variables: { ...process.env, ...RETURNS_FREED }, program });

export async function memory(server: Server): Promise<number> {
  return (await server.ask({ order: 'memory' }, 'memory', ORDER)).rssBytes;
}

/** Resolves with the growth of the server's memory in bytes, once it is small or the time to free it is over. */
export async function settle(server: Server, before: number): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const grown = (await memory(server)) - before;
    if (grown <= MAX_LEFT_BYTES || performance.now() > deadline) return grown;
    await sleep(500);
  }
}
