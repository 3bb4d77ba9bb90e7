import { fileURLToPath } from 'node:url';
import { platform } from '../../clients/platform/node.ts';
import type { ClientModule, Limits, Options } from '../contract.ts';
import { usualLimits } from '../limits.ts';
import {
  capabilitiesOf,
  clientModule,
  type Found,
  loadClient,
  refusalOf,
  serverModule,
  type Wire,
  wireOf,
} from '../registry.ts';
import { Child } from '../run/child.ts';
import { type Server, startServer } from '../run/processes.ts';
import { makeMint } from '../security/tokens.ts';
import { type Attack, attacks, FLOOD, fetches, type Target } from './attacks.ts';
import { Listener, quiet, Story } from './audience.ts';
import type { FrozenAnswer, FrozenOrder } from './frozen.ts';
import { holdsConnection } from './held.ts';
import { RawPeer } from './peer.ts';

const MIB = 1 << 20;
/** Who hears the broadcasts: of a transport, and of each of its variants. */
const LISTENERS = 200;
const LISTENERS_OF_VARIANT = 60;
const PROBES = 20;
/** A bad peer is cut by then, and memory is back. */
const PATIENCE_MS = 10_000;
const MOST_LEFT_BYTES = 32 * MIB;
/** The longest that a frozen peer sleeps, should nobody wake it. */
const FROZEN_SECONDS = 40;
/** Longer than a peer may be behind: 5 s, looked at every half second. */
const BEHIND_MS = 8_000;
const MESSAGE_BYTES = 64 * 1024;
const BROADCAST_BYTES = 48 * 1024;
/** Broadcast while one subscriber is frozen: more than the limit, and what the system's buffers take of a connection. */
const STORY_BYTES = 4.6 * MIB;
/** The same where nothing is sent before it is asked for. */
const FETCHED_STORY_BYTES = MIB;
const ORDER = { seconds: 10, signal: new AbortController().signal };

/** Limits that ordinary sessions keep, and that are quickly gone past. */
export const ABUSE_LIMITS: Limits = { ...usualLimits(MESSAGE_BYTES), messagesPerSecond: 25, backlogBytes: MIB / 8 };

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
export async function assail(found: Found, { limits = ABUSE_LIMITS, only }: Assault = {}): Promise<Outcome> {
  await using field = await Field.open(found, limits);
  const { target, server, wire } = field;
  const listeners = await field.audience();
  const probes = listeners.slice(0, PROBES);
  const { story } = field;
  for (let round = 0; round < 10; round++) await story.tell(listeners);
  const before = await memory(server);

  const stop = new AbortController();
  const probing = probes.map((probe) => probe.probe(stop.signal));
  const wanted = (name: string): boolean => only?.includes(name) ?? true;
  const chosen = [...field.throughItsClient(), ...attacks].filter(
    (attack) => wanted(attack.name) && attack.against(wire),
  );
  const tried = Promise.all(chosen.map((attack) => attempt(attack, target)));
  const frozen = wanted(FROZEN) ? field.freeze(() => field.tellAll(listeners)) : Promise.resolve([]);
  const failures = [...(await tried).flat(), ...(await frozen)];

  // The sessions that were there before go on as if nothing had been.
  await story.tell(listeners);
  stop.abort();
  await Promise.all(probing);
  await quiet(listeners);
  const { reliable } = capabilitiesOf(found);
  failures.push(...listeners.flatMap((listener) => listener.verdict(reliable)));
  const grownBytes = await settle(server, before);
  if (grownBytes > MOST_LEFT_BYTES) failures.push(`the server kept ${(grownBytes / MIB).toFixed(1)} MiB`);
  return {
    failures,
    attacks: [...chosen.map(({ name }) => name), ...(wanted(FROZEN) ? [FROZEN] : [])],
    probed: probes.reduce((sum, { sent }) => sum + sent, 0),
    grownBytes,
  };
}

export const FROZEN = 'a frozen subscriber';

/** One attack, held against what its peer should be told and by when. */
async function attempt({ name, run, refused }: Attack, target: Target): Promise<string[]> {
  const peers: RawPeer[] = [];
  const dial = async (): Promise<RawPeer> => {
    const peer = await RawPeer.dial(target.url);
    peers.push(peer);
    return peer;
  };
  const timer = Promise.withResolvers<undefined>();
  const late = setTimeout(timer.resolve, PATIENCE_MS, undefined);
  try {
    const told = await Promise.race([run({ ...target, dial }), timer.promise]);
    const wanted = refused(target.wire);
    if (told === undefined) return [`${name}: the peer was not cut (${excerpt(peers.at(-1)?.text ?? '')})`];
    return wanted.test(told) ? [] : [`${name}: the peer was told “${excerpt(told)}”, not ${wanted}`];
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : error}`];
  } finally {
    clearTimeout(late);
    for (const peer of peers) peer.cut();
  }
}

const excerpt = (text: string): string => JSON.stringify(text.slice(0, 300));

/** A server process, its sessions and its enemies. Everything is gone once it is disposed of. */
class Field {
  readonly #found: Found;
  readonly #client: ClientModule;
  readonly #closers: (() => Promise<unknown>)[] = [];
  readonly server: Server;
  readonly target: Target;
  readonly wire: Wire;
  /** Listeners, the frozen one not among them. */
  readonly size: number;
  readonly story = new Story(BROADCAST_BYTES);

  static async open(found: Found, limits: Limits): Promise<Field> {
    const { entry } = found;
    const mint = await makeMint('HS256');
    const token = await mint.issue('abuse', 600);
    const server = startServer(undefined);
    try {
      const settings = { host: '127.0.0.1', port: 0, options: optionsOf(found), limits, tokens: mint.rules };
      const module = serverModule(entry);
      const { url } = await server.ask({ order: 'listen', module, ...settings }, 'listening', ORDER);
      return new Field(found, await loadClient(entry), server, { url, token, limits });
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  private constructor(
    found: Found,
    client: ClientModule,
    server: Server,
    { url, token, limits }: Pick<Target, 'url' | 'token' | 'limits'>,
  ) {
    this.#found = found;
    this.#client = client;
    this.server = server;
    this.size = found.variant === null ? LISTENERS : LISTENERS_OF_VARIANT;
    // What is attacked through its own client only is dialled by nobody else.
    this.wire = wireOf(found) ?? { family: 'datagrams' };
    this.target = { url, token, limits, wire: this.wire, dial: () => RawPeer.dial(url) };
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

  /** What any protocol knows: too large a message, and too many. The peer's own client says how it was refused. */
  throughItsClient(): Attack[] {
    const refusal = refusalOf(this.#found);
    const { flood } = this.wire;
    return [
      {
        name: 'a message over the limit',
        against: () => true,
        refused: () => refusal,
        run: ({ limits }) =>
          this.#told(async (send, isOver) => {
            if (!isOver()) await send('x'.repeat(limits.messageBytes + 1));
          }),
      },
      {
        name: 'a flood of messages',
        against: () => true,
        refused: ({ family }) => flood ?? FLOOD[family],
        run: () =>
          this.#told(async (send, isOver) => {
            for (let sent = 0; sent < 3_000 && !isOver(); sent += 20) {
              await Promise.all(Array.from({ length: 20 }, () => send('flood')));
              await new Promise(setImmediate);
            }
          }),
      },
    ];
  }

  /** Resolves with what a session was told, as a rejected message or as its end. */
  async #told(attack: (send: (text: string) => unknown, isOver: () => boolean) => Promise<void>): Promise<string> {
    const told = Promise.withResolvers<string>();
    let over = false;
    const end = (reason: unknown): void => {
      over = true;
      told.resolve(describe(reason));
    };
    const session = await this.#connect({ message() {}, lost: end });
    try {
      await attack(
        async (text) => session.send(text),
        () => over,
      ).catch(end);
      return await told.promise;
    } finally {
      await session.close();
    }
  }

  /** Resolves with what went wrong: the frozen one was not cut, whatever happened to it meanwhile. */
  async freeze(meanwhile: () => Promise<void>): Promise<string[]> {
    const file = fileURLToPath(new URL('frozen.ts', import.meta.url));
    const child = new Child<FrozenOrder, FrozenAnswer>('the frozen subscriber', file, { core: undefined });
    const { url, token } = this.target;
    const module = clientModule(this.#found.entry);
    try {
      const options = optionsOf(this.#found);
      await child.ask({ order: 'connect', module, url, options, token }, 'connected', ORDER);
      const seconds = FROZEN_SECONDS;
      const thawed = child.ask({ order: 'freeze', seconds }, 'thawed', { ...ORDER, seconds: seconds + 10 });
      await meanwhile();
      const deadline = performance.now() + BEHIND_MS;
      while (performance.now() < deadline && holdsConnection(this.server.pid!, child.pid!)) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      process.kill(child.pid!, 'SIGCONT');
      const { lost } = await thawed;
      return lost === null ? [`${FROZEN}: was not cut`] : [];
    } finally {
      await child.kill();
    }
  }

  async tellAll(listeners: readonly Listener[]): Promise<void> {
    const bytes = fetches(this.wire) ? FETCHED_STORY_BYTES : STORY_BYTES;
    for (let told = 0; told < bytes; told += BROADCAST_BYTES) await this.story.tell(listeners);
  }

  #connect(receiver: Parameters<ClientModule['connect']>[1]) {
    const { url, token } = this.target;
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const settings = { options: optionsOf(this.#found), encoding: 'text', platform, token, signal } as const;
    return this.#client.connect(url, receiver, settings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [server, ...sessions] = this.#closers;
    await Promise.allSettled(sessions.map((close) => close()));
    await server!();
  }
}

function optionsOf({ variant }: Found): Options {
  return variant?.options ?? {};
}

async function memory(server: Server): Promise<number> {
  return (await server.ask({ order: 'memory' }, 'memory', ORDER)).rssBytes;
}

/** Bytes the server holds more than before, once that has become little, or has not for as long as it may take. */
async function settle(server: Server, before: number): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const grown = (await memory(server)) - before;
    if (grown <= MOST_LEFT_BYTES || performance.now() > deadline) return grown;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Everything an error says, its causes included. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${describe(error.cause)}`;
}
