import { setImmediate as turn } from 'node:timers/promises';
import type { Timers } from '../../load/clock.ts';

/** Timers on a clock that stands still until a test moves it. */
export class VirtualTimers implements Timers {
  nowNs = 0;
  readonly #tasks = new Set<{ readonly atNs: number; readonly task: () => void }>();

  readonly now = (): number => this.nowNs;

  /** Number of tasks that are neither run nor cancelled. */
  get pending(): number {
    return this.#tasks.size;
  }

  at(atNs: number, task: () => void): () => void {
    const entry = { atNs, task };
    this.#tasks.add(entry);
    return () => void this.#tasks.delete(entry);
  }

  /** Moves the clock to a time, and on its way runs each task at its own time. */
  async advanceTo(seconds: number): Promise<void> {
    const untilNs = seconds * 1e9;
    await turn();
    for (;;) {
      const next = [...this.#tasks].reduce(earlier, { atNs: Number.POSITIVE_INFINITY, task: () => {} });
      if (next.atNs > untilNs) break;
      this.#tasks.delete(next);
      this.nowNs = Math.max(this.nowNs, next.atNs);
      next.task();
      // Promises settle before the next task.
      await turn();
    }
    this.nowNs = untilNs;
  }
}

const earlier = <Entry extends { readonly atNs: number }>(a: Entry, b: Entry): Entry => (b.atNs < a.atNs ? b : a);
