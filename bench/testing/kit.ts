import { application as ordinary } from '../../servers/application.ts';
import type {
  Application,
  ClientModule,
  ClientSettings,
  Listener,
  Message,
  Receiver,
  ReplayLog,
  Send,
  ServerModule,
  ServerSettings,
  Session,
  Unreadable,
} from '../contract.ts';
import { usualLimits } from '../limits.ts';
import type { RunRedis } from '../run/scale/redis.ts';
import { PATIENCE_MS } from './patience.ts';

/** Longest wait for anything, so that a hang is reported by its name and not by the test runner's time-out. */
let longestMs = PATIENCE_MS;

/** Changes the longest wait of this process, for one that has less time for a whole check than a test has. */
export function waitAtMost(milliseconds: number): void {
  longestMs = milliseconds;
}

const LIMIT_BYTES = 100_000;

type ServeSettings = Partial<ServerSettings> & {
  readonly application?: Application;
  readonly log?: ReplayLog | undefined;
};
type DialSettings = Partial<ClientSettings> & Pick<ClientSettings, 'platform'>;

/** Name of what the servers of a kit share. */
const CHANNEL = 'kit';

/** Opens servers and sessions in this process, and closes them in reverse order when it is disposed of. */
export class Kit implements AsyncDisposable {
  readonly #opened = new AsyncDisposableStack();
  #redis: Promise<RunRedis> | undefined;

  /** Redis of this kit, which all its servers share that need one. */
  redis(): Promise<RunRedis> {
    this.#redis ??= this.#openRedis();
    return this.#redis;
  }

  async #openRedis(): Promise<RunRedis> {
    const { openRedis } = await import('../run/scale/redis.ts');
    const { loopback } = await import('../run/link.ts');
    return this.use(await openRedis({ link: loopback(), core: undefined, signal: new AbortController().signal }));
  }

  /** Starts a server on any free port of the loopback, with the ordinary application and limits unless others are given. */
  async listen(
    server: ServerModule,
    { application = ordinary, log, ...settings }: ServeSettings = {},
  ): Promise<Listener> {
    const usual = { host: '127.0.0.1', port: 0, options: {}, limits: usualLimits(LIMIT_BYTES) };
    const shares = server.adapts?.(settings.options ?? {}) === true && settings.backplane === undefined;
    const backplane = shares ? { backplane: { url: (await this.redis()).url, channel: CHANNEL } } : {};
    const listener = await server.listen(application, { ...usual, ...settings, ...backplane }, log);
    this.defer(() => listener.close());
    return listener;
  }

  /** Opens a session whose messages go to `receiver`. */
  async dial(client: ClientModule, url: string, receiver: Receiver, settings: DialSettings): Promise<Session> {
    const { signal } = new AbortController();
    const usual = { options: {}, encoding: 'text', signal } as const;
    const session = await client.connect(url, receiver, { ...usual, ...settings });
    this.defer(() => session.close());
    return session;
  }

  /** Opens a session and keeps what it receives in a peer. */
  async connect(client: ClientModule, url: string, settings: DialSettings, peer = new Peer()): Promise<Peer> {
    peer.adopt(await this.dial(client, url, peer, settings));
    return peer;
  }

  /** Registers a function to call when the kit is disposed of. */
  defer(close: () => unknown): void {
    this.#opened.defer(async () => {
      await within(Promise.resolve(close()), 'closing');
    });
  }

  /** Registers a resource to dispose of with the kit, and returns it. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    return this.#opened.use(resource);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

/** Session with everything it received. */
export class Peer implements Receiver {
  readonly received: Message[] = [];
  readonly unreadables: Unreadable[] = [];
  readonly losses: Error[] = [];
  /** Ends of connections after which the library reconnects, and what was said when messages flowed again. */
  readonly interruptions: Error[] = [];
  readonly resumptions: { readonly replayed: boolean }[] = [];
  #session: Session | undefined;
  #send: Send = () => {};
  #close: () => Promise<void> = async () => {};
  #waiting: { count: number; resolve: () => void } | undefined;
  #lost = Promise.withResolvers<Error>();
  #interrupted = Promise.withResolvers<Error>();
  #resumed = Promise.withResolvers<{ readonly replayed: boolean }>();

  adopt(session: Session): void {
    this.#session = session;
    this.#send = session.send;
    this.#close = () => session.close();
  }

  message(message: Message): void {
    // Copied, because bytes belong to the receiver only until it returns.
    this.received.push(typeof message === 'string' ? message : Uint8Array.from(message));
    if (this.#waiting && this.received.length >= this.#waiting.count) this.#waiting.resolve();
  }

  unreadable(what: Unreadable): void {
    this.unreadables.push(what);
  }

  lost(reason: Error): void {
    this.losses.push(reason);
    this.#lost.resolve(reason);
  }

  interrupted(reason: Error): void {
    this.interruptions.push(reason);
    this.#interrupted.resolve(reason);
  }

  resumed(how: { readonly replayed: boolean }): void {
    this.resumptions.push(how);
    this.#resumed.resolve(how);
  }

  /** Token with which the session can be resumed; undefined if it has none. */
  resumeToken(): string | undefined {
    return this.#session?.resumeToken?.();
  }

  async send(message: Message): Promise<void> {
    await this.#send(message);
  }

  /** Sends all messages at once; resolves when the last is taken. */
  async burst(messages: readonly Message[]): Promise<void> {
    await Promise.all(messages.map((message) => this.#send(message)));
  }

  close(): Promise<void> {
    return within(this.#close(), 'the session to close');
  }

  /** Resolves with all messages once there are at least `count`. */
  async has(count: number): Promise<readonly Message[]> {
    if (this.received.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = { count, resolve };
      await within(promise, () => `message ${count} to arrive (${this.received.length} arrived)`);
    }
    return this.received;
  }

  async echo(message: Message): Promise<Message> {
    const before = this.received.length;
    await this.send(message);
    return (await this.has(before + 1))[before]!;
  }

  /** Resolves with the reason once the first connection has ended and the library reconnects. */
  isInterrupted(): Promise<Error> {
    return within(this.#interrupted.promise, 'the library to say that it reconnects');
  }

  /** Resolves once messages flow again for the first time, with what the library says of the session. */
  isResumed(): Promise<{ readonly replayed: boolean }> {
    return within(this.#resumed.promise, 'the library to reconnect');
  }

  /** Resolves with the reason once the session is lost. */
  isLost(): Promise<Error> {
    return within(this.#lost.promise, 'the session to be reported as lost');
  }
}

/** Waits for a promise, but not for ever. The error says what was waited for: `waited 60000 ms for the server to close`. */
export async function within<Value>(promise: Promise<Value>, what: string | (() => string)): Promise<Value> {
  const patience = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    patience.reject(new Error(`waited ${longestMs} ms for ${typeof what === 'string' ? what : what()}`));
  }, longestMs);
  try {
    return await Promise.race([promise, patience.promise]);
  } finally {
    clearTimeout(timer);
  }
}
