import type { Timers } from '../timers.ts';

interface Task {
  readonly atMs: number;
  readonly run: () => void;
}

/** Timers whose clock moves only when a test moves it. */
export class VirtualTimers implements Timers {
  #nowMs = 0;
  #tasks: Task[] = [];

  now(): number {
    return this.#nowMs;
  }

  /** Number of tasks that are due some time. */
  get pending(): number {
    return this.#tasks.length;
  }

  after(ms: number, run: () => void): () => void {
    const task = { atMs: this.#nowMs + ms, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((one) => one !== task);
    };
  }

  /** Moves the clock on, and runs what is due in its order. What the tasks have started goes on between them. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settled();
    for (let task = this.#next(untilMs); task !== undefined; task = this.#next(untilMs)) {
      const { atMs, run } = task;
      this.#nowMs = atMs;
      this.#tasks = this.#tasks.filter((one) => one !== task);
      run();
      await settled();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Task | undefined {
    return this.#tasks.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
  }
}

/** Resolves when promises that are settled have been handled, and what was handled has settled others. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
