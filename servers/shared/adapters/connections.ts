import { randomUUID } from 'node:crypto';
import { type Command, Redis } from 'ioredis';
import type { Backplane } from '../../../bench/contract.ts';
import { errorText } from '../../../bench/error-text.ts';

/** Commands that pass a message on. */
const PASSES_ON: ReadonlySet<string> = new Set(['publish', 'xadd']);
/** Commands whose arguments are channels. */
const SUBSCRIBES: ReadonlySet<string> = new Set(['subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe']);

/** Differences between libraries. */
interface Habits {
  /** Beginning of the channels' names at Redis, which the library does not see in them. */
  readonly prefix?: string;
  /** True if the library recognizes a message that comes twice. */
  readonly resends?: boolean;
}

/**
 * Connections of a server to Redis, for a library that does not expect Redis to go away. Without them an error event that nobody listens
 * to, or a rejection that nobody handles, would end the server. All of them end together.
 */
export class Connections {
  /** Name by which Redis lists them. */
  readonly name = randomUUID();
  readonly #backplane: Backplane;
  readonly #prefix: string;
  readonly #resends: boolean;
  readonly #opened = new Set<Redis>();
  #ended = false;

  constructor(backplane: Backplane, { prefix = '', resends = false }: Habits = {}) {
    this.#backplane = backplane;
    this.#prefix = prefix;
    this.#resends = resends;
  }

  /** Opens a connection. Rejects if Redis cannot be reached. Later it connects again whenever the connection ends. */
  async open(): Promise<Redis> {
    const connection = this.#connect();
    try {
      await new Promise<void>((resolve, reject) => connection.once('ready', resolve).once('error', reject));
    } catch (error) {
      this.end();
      throw new Error(`Redis at ${new URL(this.#backplane.url).host} cannot be reached: ${errorText(error)}`);
    }
    return connection;
  }

  /** Ends all connections at once, without waiting for what they have yet to send. */
  end(): void {
    this.#ended = true;
    for (const connection of this.#opened) connection.disconnect();
    this.#opened.clear();
  }

  /** Begins to connect. The connection survives the end of Redis, and so do those that a library makes of it. */
  #connect(): Redis {
    const connection = new Redis(this.#backplane.url, { connectionName: this.name });
    this.#opened.add(connection);
    connection.on('error', () => {});
    const send = connection.sendCommand.bind(connection);
    const sent = new WeakSet<Command>();
    return Object.assign(connection, {
      sendCommand: (command: Command, ...more: [] | Tail<Parameters<typeof send>>): unknown => {
        // A reader that is refused asks again at once, and would keep the process busy for ever.
        if (this.#ended && command.name === 'xread') return new Promise(() => {});
        // A caller that waits for it is told all the same.
        command.promise.catch(() => {});
        this.#name(command);
        if (PASSES_ON.has(command.name) && !this.#resends) {
          // The client would send it again if its answer was lost with a connection, and the message could arrive twice.
          if (sent.has(command)) {
            command.reject(new Error('the connection to Redis ended before its answer'));
            return command.promise;
          }
          if (connection.status === 'ready') sent.add(command);
        }
        return send(command, ...more);
      },
      duplicate: () => this.#connect(),
    });
  }

  /** Begins the channels of a command with the prefix. Those that are subscribed to again, with a further connection, have it. */
  #name({ name, args }: Command): void {
    if (this.#prefix === '') return;
    const channels = name === 'publish' ? 1 : SUBSCRIBES.has(name) ? args.length : 0;
    for (let index = 0; index < channels; index++) {
      const channel = String(args[index]);
      if (!channel.startsWith(this.#prefix)) args[index] = this.#prefix + channel;
    }
  }
}

type Tail<All extends readonly unknown[]> = All extends readonly [unknown, ...infer Rest] ? Rest : [];
