import { type ChildProcess, spawn } from 'node:child_process';
import type { IpcFailure } from '../ipc.ts';
import { outputShown, withoutTokens } from '../security/redact.ts';
import { whyNotStarted } from './machine/programs.ts';
import type { Program } from './runtimes/find.ts';
import { variablesFor } from './variables.ts';

/** Number of characters kept from the end of a child's stderr, to explain a failure. */
const TAIL_CHARACTERS = 2_000;
const STOP_MS = 3_000;

/** Maximum time of an answer, and the signal that ends the wait. */
export interface Patience {
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Failing of a process that does not answer in time, in words. */
  readonly otherwise?: string;
}

export interface ChildSettings {
  /** Core to pin it to, in the notation of `taskset`; undefined to leave the choice to the system. */
  readonly core: string | undefined;
  /** Command prefix that makes it run at an end of the link. */
  readonly end?: readonly string[];
  /** Program that runs the file. Default: the runtime of this process, with `flags`. */
  readonly program?: Program | undefined;
  /** Flags of the runtime. */
  readonly flags?: readonly string[];
  /** Its environment. Default: what measured processes get. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Order that waits for its answer. */
interface Pending<Answer> {
  readonly kind: string;
  take(answer: Answer): void;
  fail(error: Error): void;
}

/**
 * Child process that answers each order with one answer. An order may be given while others wait: an answer is that of the first which
 * waits for one of its kind. The process has its own process group, so that Ctrl-C reaches only the parent, which then ends it. It ends
 * by itself when its parent is gone, because their channel closes.
 */
export class Child<Order extends object, Answer extends { answer: string }> implements AsyncDisposable {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #exit: Promise<string>;
  #stderr = '';
  #stopping = false;
  #pending: Pending<Answer>[] = [];

  constructor(name: string, file: string, { core, end = [], program: runtime, flags = [], variables }: ChildSettings) {
    this.#name = name;
    const bound = core === undefined ? [] : ['taskset', '-c', core];
    const node = [process.execPath, '--disable-warning=UNDICI-ES', ...flags];
    const [program, ...args] = [...end, ...bound, ...(runtime?.command ?? node), file];
    this.#process = spawn(program!, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
      env: { ...(variables ?? variablesFor(process.env).passed), ...runtime?.variables },
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = tailOf(this.#stderr + text, TAIL_CHARACTERS);
    });
    this.#process.on('message', (answer: Answer | IpcFailure) => this.#answered(answer));
    this.#exit = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(`could not be started: ${whyNotStarted(error)}`));
      this.#process.once('close', (code, signal) =>
        resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
      );
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** True once the process has ended, however that came. */
  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Sends an order and resolves with its answer. Rejects when the process fails, ends or takes too long, and when the signal aborts. */
  ask<Kind extends Answer['answer']>(
    order: Order,
    kind: Kind,
    { seconds, signal, otherwise = 'did not answer' }: Patience,
  ): Promise<Extract<Answer, { answer: Kind }>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(this.#error(`${otherwise} within ${seconds} s${this.#lastWords()}`))),
        seconds * 1e3,
      );
      const onAbort = (): void => settle(() => reject(signal.reason));
      const pending: Pending<Answer> = {
        kind,
        take: (answer) => settle(() => resolve(answer as Extract<Answer, { answer: Kind }>)),
        fail: (error) => settle(() => reject(error)),
      };
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#pending = this.#pending.filter((one) => one !== pending);
        act();
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      this.#pending.push(pending);
      void this.#exit.then((how) => settle(() => reject(this.#ending(how))));
      if (this.#process.connected) this.#process.send(order, () => {});
    });
  }

  /** Gives an answer to the order that waits for it. A failure does not say of which order it is, so all fail that wait. */
  #answered(answer: Answer | IpcFailure): void {
    const asked = this.#pending.find(({ kind }) => kind === answer.answer);
    if (asked !== undefined && !isFailure(answer)) return asked.take(answer);
    const failure = isFailure(answer)
      ? new OrderFailed(this.#name, answer.reason)
      : this.#error(`answered ${answer.answer}`);
    for (const one of this.#pending) one.fail(failure);
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
    return this.#error(`${how}${this.#lastWords()}`);
  }

  #lastWords(): string {
    const said = outputShown(this.#stderr).trim();
    return said === '' ? '' : `; it said: ${said}`;
  }

  #error(what: string): Error {
    return new Error(`${this.#name} ${withoutTokens(what)}`);
  }
}

const isFailure = (answer: { readonly answer: string }): answer is IpcFailure => 'reason' in answer;

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
export function tailOf(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(-characters).replace(/^\S*\s?/, '');
}
