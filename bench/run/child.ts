import { type ChildProcess, spawn } from 'node:child_process';
import type { IpcFailure } from '../ipc.ts';
import { withoutTokens } from '../security/redact.ts';

/** Number of characters kept from the end of a child's stderr, to explain a failure. */
const TAIL_CHARACTERS = 2_000;
const STOP_MS = 3_000;

export interface ChildSettings {
  /** Core to pin it to, in the notation of `taskset`; undefined to leave the choice to the system. */
  readonly core: string | undefined;
  /** Command prefix that makes it run at an end of the link. */
  readonly end?: readonly string[];
  /** Flags of the runtime. */
  readonly flags?: readonly string[];
}

/**
 * Child process that answers each order with one answer. It has its own process group, so that Ctrl-C reaches only the parent, which
 * then ends it. It ends by itself when its parent is gone, because their channel closes.
 */
export class Child<Order extends object, Answer extends { answer: string }> implements AsyncDisposable {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #exit: Promise<string>;
  #stderr = '';
  #stopping = false;

  constructor(name: string, file: string, { core, end = [], flags = [] }: ChildSettings) {
    this.#name = name;
    const bound = core === undefined ? [] : ['taskset', '-c', core];
    const node = [process.execPath, '--disable-warning=UNDICI-ES', ...flags];
    const [program, ...args] = [...end, ...bound, ...node, file];
    this.#process = spawn(program!, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = tailOf(this.#stderr + text);
    });
    this.#exit = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(`could not be started: ${error.message}`));
      this.#process.once('close', (code, signal) =>
        resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
      );
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Sends an order and resolves with its answer. Rejects when the process fails, ends or takes too long, and when the signal aborts. */
  ask<Kind extends Answer['answer']>(
    order: Order,
    kind: Kind,
    { seconds, signal }: { seconds: number; signal: AbortSignal },
  ): Promise<Extract<Answer, { answer: Kind }>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(this.#error(`did not answer within ${seconds} s`))),
        seconds * 1e3,
      );
      const onAbort = (): void => settle(() => reject(signal.reason));
      const onMessage = (answer: Answer | IpcFailure): void =>
        settle(() => {
          if (answer.answer === kind) resolve(answer as Extract<Answer, { answer: Kind }>);
          else if ('reason' in answer) reject(new OrderFailed(this.#name, answer.reason));
          else reject(this.#error(`answered ${answer.answer}`));
        });
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#process.off('message', onMessage);
        act();
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      this.#process.on('message', onMessage);
      void this.#exit.then((how) => settle(() => reject(this.#ending(how))));
      if (this.#process.connected) this.#process.send(order, () => {});
    });
  }

  /** Rejects, with how it ended, when the process ends without being stopped. Never resolves. */
  async ended(): Promise<never> {
    const how = await this.#exit;
    if (this.#stopping) return new Promise(() => {});
    throw this.#ending(how);
  }

  /** Asks the process to drain and end, and kills it if that takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await this.#exit;
    clearTimeout(timer);
  }

  /** Kills the process. */
  async kill(): Promise<void> {
    this.#stopping = true;
    this.#process.kill('SIGKILL');
    await this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  /** Signal that aborts with `signal`, or when the process ends without being stopped, with how it ended. */
  aliveWith(signal: AbortSignal): AbortSignal {
    const died = new AbortController();
    this.ended().catch((reason: unknown) => died.abort(reason));
    return AbortSignal.any([signal, died.signal]);
  }

  #ending(how: string): Error {
    const said = this.#stderr.trim();
    return this.#error(said === '' ? how : `${how}; it said: ${said}`);
  }

  #error(what: string): Error {
    return new Error(`${this.#name} ${withoutTokens(what)}`);
  }
}

/** Failure of an order that the process itself reports. */
export class OrderFailed extends Error {
  readonly reason: string;

  constructor(name: string, reason: string) {
    const shown = withoutTokens(reason);
    super(`${name} failed: ${shown}`);
    this.reason = shown;
  }
}

/** End of a text, from the beginning of a word: a token that is cut could not be recognized and hidden. */
function tailOf(text: string): string {
  return text.length <= TAIL_CHARACTERS ? text : text.slice(-TAIL_CHARACTERS).replace(/^\S*\s?/, '');
}
