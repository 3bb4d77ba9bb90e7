import type { ClientSettings, Message, Platform, Receiver, Session } from '../../bench/contract.ts';
import type { Random } from '../shared/back-off.ts';
import { addressOf } from './address.ts';
import { CONNECTING, Connection, type ConnectionState } from './connection.ts';
import { baseOfPage, type ConnectionRequest } from './request.ts';
import { systemTimers, type Timers } from './timers.ts';

/** Surroundings of connections. Each has a default for a page; tests and other runtimes replace them. */
export interface Surroundings {
  /** Absent: the browser's own parts, which are loaded with the first connection. */
  readonly platform?: Platform | undefined;
  readonly timers?: Timers | undefined;
  readonly random?: Random | undefined;
}

/** Component that listens to a connection. */
export interface Listener {
  readonly message: (message: Message) => void;
  readonly cursorOf: (message: Message) => string | undefined;
}

interface Entry {
  readonly connection: Connection;
  readonly listeners: Set<Listener>;
  readonly subscribers: Set<() => void>;
  /** Cancels the closing that is due since the last user left. */
  keep: () => void;
}

/**
 * Connections of components, by what they ask for. A connection begins with its first user. After its last one has left, it is closed
 * in a further task, so that a component that is unmounted and mounted in one, as StrictMode does, keeps its connection.
 */
export class Connections {
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #platform: Platform | undefined;
  readonly #entries = new Map<string, Entry>();

  constructor({ platform, timers = systemTimers, random = Math.random }: Surroundings = {}) {
    this.#platform = platform;
    this.#timers = timers;
    this.#random = random;
  }

  /** Number of connections that are in use or about to be closed. */
  get size(): number {
    return this.#entries.size;
  }

  state({ key }: ConnectionRequest): ConnectionState {
    return this.#entries.get(key)?.connection.state ?? CONNECTING;
  }

  last({ key }: ConnectionRequest): Message | undefined {
    return this.#entries.get(key)?.connection.last;
  }

  /** Uses a connection and calls `changed` after each change of its state or last message. Returns a function that ends the use. */
  subscribe(request: ConnectionRequest, changed: () => void): () => void {
    return this.#use(request, ({ subscribers }) => add(subscribers, changed));
  }

  /** Uses a connection and passes its messages on to the listener. Returns a function that ends the use. */
  listen(request: ConnectionRequest, listener: Listener): () => void {
    return this.#use(request, ({ listeners }) => add(listeners, listener));
  }

  /** Sends a message over a connection that is in use. */
  send({ key }: ConnectionRequest, message: Message): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry !== undefined) return entry.connection.send(message);
    return Promise.reject(
      new Error('not sent, because the component is not mounted: send from effects and from handlers of events'),
    );
  }

  #use(request: ConnectionRequest, join: (entry: Entry) => () => void): () => void {
    const entry = this.#entries.get(request.key) ?? this.#open(request);
    entry.keep();
    const leave = join(entry);
    entry.connection.start();
    return () => {
      leave();
      if (entry.subscribers.size + entry.listeners.size > 0) return;
      entry.keep();
      entry.keep = this.#timers.after(0, () => {
        this.#entries.delete(request.key);
        void entry.connection.close();
      });
    };
  }

  #open(request: ConnectionRequest): Entry {
    const listeners = new Set<Listener>();
    const subscribers = new Set<() => void>();
    const { transport, reconnect, silenceMs, attemptMs, maxQueued } = request;
    const connection = new Connection({
      open: (receiver, settings) => this.#connect(request, receiver, settings),
      resume: transport.resume,
      reconnect,
      silenceMs,
      attemptMs,
      maxQueued,
      timers: this.#timers,
      random: this.#random,
      message(message) {
        for (const listener of listeners) guarded(() => listener.message(message));
      },
      cursorOf(message) {
        for (const listener of listeners) {
          const cursor = guarded(() => listener.cursorOf(message));
          if (cursor !== undefined) return cursor;
        }
        return undefined;
      },
      changed() {
        for (const changed of subscribers) changed();
      },
    });
    const entry: Entry = { connection, listeners, subscribers, keep() {} };
    this.#entries.set(request.key, entry);
    return entry;
  }

  /** Loads the client, and the platform unless there is one, and connects. */
  async #connect(
    { transport, url, options, encoding, token, reconnect }: ConnectionRequest,
    receiver: Receiver,
    { signal, resume }: Pick<ClientSettings, 'signal' | 'resume'>,
  ): Promise<Session> {
    const [client, platform] = await Promise.all([transport.load(), this.#platform ?? browserPlatform()]);
    signal.throwIfAborted();
    return client.connect(addressOf(url, transport, baseOfPage()), receiver, {
      options,
      encoding,
      platform,
      signal,
      ...(token === undefined ? {} : { token }),
      ...(resume === undefined ? {} : { resume }),
      ...(reconnect === 'library' ? { reconnect } : {}),
    });
  }
}

async function browserPlatform(): Promise<Platform> {
  return (await import('../platform/browser.ts')).platform;
}

/** Adds a member to a set. Returns a function that takes it out. */
function add<Member>(set: Set<Member>, member: Member): () => void {
  set.add(member);
  return () => void set.delete(member);
}

/** Calls a component's function. What it throws is reported as an error of the page and disturbs no client. */
function guarded<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return undefined;
  }
}
