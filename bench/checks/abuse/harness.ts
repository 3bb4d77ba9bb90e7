import { fileURLToPath } from 'node:url';
import { platform } from '../../../clients/platform/node.ts';
import type { ClientModule, Limits } from '../../contract.ts';
import { usualLimits } from '../../limits.ts';
import { Child } from '../../run/child.ts';
import { type Server, startServer } from '../../run/processes.ts';
import { makeMint } from '../../security/tokens.ts';
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
import { Listener, quiet, Story } from './audience.ts';
import type { FrozenAnswer, FrozenOrder } from './frozen.ts';
import { holdsConnection } from './held.ts';
import type { Target } from './tools/attack.ts';
import type { AttackSurface } from './tools/surface.ts';

const MIB = 1 << 20;
/** Who hears the broadcasts: of a transport, and of each of its variants. */
const LISTENERS = 200;
const LISTENERS_OF_VARIANT = 40;
/** Where each copy is compressed by itself, which takes most of the time: the probes alone. */
const LISTENERS_COMPRESSED = 20;
const PROBES = 20;
/** A bad peer is cut by then, and memory is back. */
const PATIENCE_MS = 10_000;
export const MOST_LEFT_BYTES = 32 * MIB;
/** The longest that a frozen peer sleeps, should nobody wake it. */
const FROZEN_SECONDS = 120;
/** Longer than a peer may be behind: 5 s, looked at every half second. */
const BEHIND_MS = 8_000;
const MESSAGE_BYTES = 64 * 1024;
const BROADCAST_BYTES = 48 * 1024;
/** Broadcast while one subscriber is frozen: more than the limit, and what the system's buffers take of a connection. */
const STORY_BYTES = 4.6 * MIB;
/** Bytes of broadcasts where nothing is kept of what does not arrive. */
const SHORT_STORY_BYTES = MIB;
/**
 * Over UDP, where QUIC and SCTP take a good megabyte for a peer. It has to be over soon: after half a minute they give a silent peer up
 * by themselves, and that is not what is asked.
 */
const UDP_STORY_BYTES = 1.6 * MIB;
const ORDER = { seconds: 10, signal: new AbortController().signal };

/** Limits that ordinary sessions keep, and that are quickly gone past. */
export const ABUSE_LIMITS: Limits = {
  ...usualLimits(MESSAGE_BYTES),
  backlogBytes: MIB / 8,
  messagesPerSecond: 25,
  subscriptions: 20,
};

export interface Assault {
  readonly limits?: Limits;
  /** Only the attacks of these names. */
  readonly only?: readonly string[];
}

export interface Outcome {
  /** What did not hold; empty where everything did. */
  readonly failures: readonly string[];
  readonly attacks: readonly string[];
  readonly probed: number;
  readonly grownBytes: number;
}

/** Everything at once against one server of its own, while well-behaved sessions go on. */
export async function assail(choice: TransportChoice, { limits = ABUSE_LIMITS, only }: Assault = {}): Promise<Outcome> {
  await using field = await Field.open(choice, limits);
  const { server } = field;
  const listeners = await field.audience();
  const probes = listeners.slice(0, PROBES);
  const { story } = field;
  for (let round = 0; round < 10; round++) await story.tell(listeners);
  const before = await memory(server);

  const stop = new AbortController();
  const probing = probes.map((probe) => probe.probe(stop.signal));
  const freezes = only?.includes(FROZEN) ?? true;
  const failures: string[] = [];
  const done: string[] = freezes ? [FROZEN] : [];
  try {
    const [{ attacks, failures: notCut }, notThawed] = await Promise.all([
      field.attack(only),
      freezes ? field.freeze(listeners) : [],
    ]);
    done.push(...attacks);
    failures.push(...notCut, ...notThawed);
    // The sessions that were there before go on as if nothing had been.
    await story.tell(listeners);
  } finally {
    stop.abort();
  }
  await Promise.all(probing);
  await quiet(listeners);
  const { reliable } = capabilitiesOf(choice);
  failures.push(...listeners.flatMap((listener) => listener.verdict(reliable)));
  const grownBytes = await settle(server, before);
  if (grownBytes > MOST_LEFT_BYTES) failures.push(`the server kept ${(grownBytes / MIB).toFixed(1)} MiB`);
  return {
    failures,
    attacks: done,
    probed: probes.reduce((sum, { sent }) => sum + sent, 0),
    grownBytes,
  };
}

export const FROZEN = 'a frozen subscriber';

/** Where it is, who is let in, and what is refused. */
type At = Pick<Target, 'url' | 'token' | 'limits'> & { readonly compresses: boolean };

/** A server process, its sessions and its enemies. Everything is gone once it is disposed of. */
class Field {
  readonly #choice: TransportChoice;
  readonly #client: ClientModule;
  readonly #closers: (() => Promise<unknown>)[] = [];
  readonly server: Server;
  readonly #at: At;
  readonly #surface: AttackSurface | undefined;
  readonly #broadcastBytes: number;
  /** Listeners, the frozen one not among them. */
  readonly size: number;
  readonly story: Story;

  static async open(choice: TransportChoice, limits: Limits): Promise<Field> {
    const { entry } = choice;
    const mint = await makeMint('HS256');
    const token = await mint.issue('abuse', 600);
    const server = startServer(undefined);
    try {
      const settings = { host: '127.0.0.1', port: 0, options: optionsOf(choice), limits, tokens: mint.rules };
      const module = serverModule(entry);
      const { url, effective } = await server.ask({ order: 'listen', module, ...settings }, 'listening', ORDER);
      const { compression = false } = effective;
      const compresses = compression !== false;
      return new Field(choice, await loadClient(entry), server, { url, token, limits, compresses });
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  private constructor(choice: TransportChoice, client: ClientModule, server: Server, at: At) {
    this.#choice = choice;
    this.#client = client;
    this.server = server;
    const ofVariant = at.compresses ? LISTENERS_COMPRESSED : LISTENERS_OF_VARIANT;
    this.size = choice.variant === null ? LISTENERS : ofVariant;
    this.#surface = surfaceOf(choice);
    this.#broadcastBytes = Math.min(BROADCAST_BYTES, capabilitiesOf(choice).mostBytes ?? BROADCAST_BYTES);
    this.story = new Story(this.#broadcastBytes);
    this.#at = at;
    this.#closers.push(() => server.stop());
  }

  async audience(): Promise<Listener[]> {
    const listeners = Array.from({ length: this.size }, (_, index) => new Listener(index, this.story));
    for (let from = 0; from < this.size; from += 20) {
      await Promise.all(
        listeners.slice(from, from + 20).map(async (listener) => {
          const session = await this.#connect(listener);
          listener.session = session;
          this.#closers.push(() => session.close());
        }),
      );
    }
    return listeners;
  }

  /** Resolves with what went wrong: the frozen one was not cut, whatever happened to it meanwhile. */
  async freeze(listeners: readonly Listener[]): Promise<string[]> {
    const file = fileURLToPath(new URL('frozen.ts', import.meta.url));
    const child = new Child<FrozenOrder, FrozenAnswer>('the frozen subscriber', file, { core: undefined });
    const { url, token } = this.#at;
    const module = clientModule(this.#choice.entry);
    try {
      const options = optionsOf(this.#choice);
      await child.ask({ order: 'connect', module, url, options, token }, 'connected', ORDER);
      const seconds = FROZEN_SECONDS;
      const thawed = child.ask({ order: 'freeze', seconds }, 'thawed', { ...ORDER, seconds: seconds + 10 });
      // Over UDP the system has no list of connections: it sleeps as long as one that is behind may, and hears of it then.
      const overUdp = this.#choice.entry.port === 'udp';
      const held = (): boolean => overUdp || holdsConnection(this.server.pid!, child.pid!);
      await this.#tellAll(listeners, held);
      const deadline = performance.now() + BEHIND_MS;
      while (performance.now() < deadline && held()) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      process.kill(child.pid!, 'SIGCONT');
      const { lost } = await thawed;
      if (lost === null) return [`${FROZEN}: was not cut`];
      const behind = this.#surface?.refusals.behind;
      return behind === undefined || behind.test(lost) ? [] : [`${FROZEN}: was told “${lost}”, not ${behind}`];
    } finally {
      await child.kill();
    }
  }

  /** From a process of its own: what the sessions here have to do does not keep a bad peer from its work. */
  async attack(only: readonly string[] | undefined): Promise<Extract<AttackerAnswer, { answer: 'attacked' }>> {
    const file = fileURLToPath(new URL('attacker.ts', import.meta.url));
    const child = new Child<AttackerOrder, AttackerAnswer>('the attacker', file, { core: undefined });
    const { url, token, limits } = this.#at;
    const name = nameOf(this.#choice);
    try {
      const order = { order: 'attack', name, only, url, token, limits } as const;
      return await child.ask(order, 'attacked', { ...ORDER, seconds: 60 });
    } finally {
      await child.kill();
    }
  }

  /** Broadcasts what a frozen subscriber cannot take, for as long as it is there. */
  async #tellAll(listeners: readonly Listener[], wanted: () => boolean): Promise<void> {
    const { compresses } = this.#at;
    const short = capabilitiesOf(this.#choice).mostBytes !== undefined;
    const usual = this.#choice.entry.datagrams ? UDP_STORY_BYTES : STORY_BYTES;
    const behindAfter = this.#surface?.behindAfterBytes ?? (short ? SHORT_STORY_BYTES : usual);
    const bytes = behindAfter * (compresses ? 1.5 : 1);
    for (let told = 0; told < bytes && wanted(); told += this.#broadcastBytes) await this.story.tell(listeners);
  }

  #connect(receiver: Parameters<ClientModule['connect']>[1]) {
    const { url, token } = this.#at;
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const settings = { options: optionsOf(this.#choice), encoding: 'text', platform, token, signal } as const;
    return this.#client.connect(url, receiver, settings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [server, ...sessions] = this.#closers;
    await Promise.allSettled(sessions.map((close) => close()));
    await server!();
  }
}

export async function memory(server: Server): Promise<number> {
  return (await server.ask({ order: 'memory' }, 'memory', ORDER)).rssBytes;
}

/** Bytes the server holds more than before, once that has become little, or has not for as long as it may take. */
export async function settle(server: Server, before: number): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const grown = (await memory(server)) - before;
    if (grown <= MOST_LEFT_BYTES || performance.now() > deadline) return grown;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
