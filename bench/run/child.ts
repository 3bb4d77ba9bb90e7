import { type ChildProcess, spawn } from 'node:child_process';
import type { IpcFailure } from '../ipc.ts';
import { withoutTokens } from '../security/redact.ts';

/** What a child said on stderr is kept to this many characters from the end: it explains a failure. */
const TAIL_CHARACTERS = 2_000;
const STOP_MS = 3_000;

export interface ChildSettings {
  /** The core to bind it to, as `taskset` takes it. */
  readonly core: string | undefined;
  /** What to put before the command, so that it runs at an end of the link. */
  readonly end?: readonly string[];
  /** Of the runtime. */
  readonly flags?: readonly string[];
}

/**
 * A process that answers orders, one answer to each. It has a process group of its own, so that Ctrl-C reaches only the
 * parent, which then ends it; and it ends by itself when the parent is gone and their channel with it.
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

  /** Rejects when the process ends, when it answers that it failed, when time is up, or with the signal's reason. */
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
          else reject(this.#error('reason' in answer ? `failed: ${answer.reason}` : `answered ${answer.answer}`));
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

  /** Rejects, saying how, once the process has ended without being stopped. Never resolves. */
  async ended(): Promise<never> {
    const how = await this.#exit;
    if (this.#stopping) return new Promise(() => {});
    throw this.#ending(how);
  }

  /** Asks the process to drain and end, and cuts it short when it takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await this.#exit;
    clearTimeout(timer);
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    this.#stopping = true;
    this.#process.kill('SIGKILL');
    await this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  /** Signal that aborts as `signal` does, or, with how it ended, once the process has ended without being stopped. */
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

/** The end of a text, from a whole word on: of a token that was cut nobody could tell that it is one. */
function tailOf(text: string): string {
  return text.length <= TAIL_CHARACTERS ? text : text.slice(-TAIL_CHARACTERS).replace(/^\S*\s?/, '');
}
