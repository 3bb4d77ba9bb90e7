import type { Readable, Writable } from 'node:stream';

/** Fields of a message of the DevTools protocol, whose values the reader checks. */
type Fields = Readonly<Record<string, unknown>>;

/** Message from the browser: an answer to a command, or an event. */
interface FromBrowser {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Fields;
  readonly result?: Fields;
  readonly error?: { readonly message: string };
}

interface Pending {
  resolve(result: Fields): void;
  reject(error: Error): void;
}

/** Handles an event of the browser. @param sessionId session of a page; undefined for the browser itself */
type OnEvent = (method: string, params: Fields, sessionId: string | undefined) => void;

const END = 0;

/**
 * Connection to a browser by the Chrome DevTools Protocol, over two pipes: JSON texts that a zero byte ends. No domain is enabled that
 * reports messages of the network, which would double the cost of each.
 */
export class DevTools {
  readonly #commands: Writable;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<OnEvent>();
  #partial: Buffer[] = [];
  #last = 0;
  #failure: Error | undefined;

  constructor(commands: Writable, answers: Readable) {
    this.#commands = commands;
    // The browser has ended: `fail` says how.
    commands.on('error', () => {});
    answers.on('error', () => {});
    answers.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** Sends a command, to a page if `sessionId` is given. Rejects with the browser's words if it refuses. */
  send(method: string, params: Fields = {}, sessionId?: string): Promise<Fields> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      const refused = (error: Error): void => reject(new Error(`${method}: ${error.message}`, { cause: error }));
      this.#pending.set(id, { resolve, reject: refused });
      this.#commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** Listens to events until the returned function is called. */
  on(listener: OnEvent): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Does some work, whose commands all fail with the signal's reason when that aborts. */
  async failingWith<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const abort = (): void => this.fail(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Rejects every command that waits, and those to come. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #read(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(END); end >= 0; end = chunk.indexOf(END, from)) {
      this.#partial.push(chunk.subarray(from, end));
      from = end + 1;
      const text = Buffer.concat(this.#partial).toString();
      this.#partial = [];
      this.#take(JSON.parse(text) as FromBrowser);
    }
    if (from < chunk.length) this.#partial.push(chunk.subarray(from));
  }

  #take({ id, method, params = {}, result = {}, error, sessionId }: FromBrowser): void {
    if (id === undefined) {
      for (const listener of this.#listeners) listener(method ?? '', params, sessionId);
      return;
    }
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(new Error(error.message));
  }
}

/** Text in an answer or event; empty if it has none there. */
export const textIn = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
};
