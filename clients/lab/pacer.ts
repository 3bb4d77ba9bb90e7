/** Time before a due time from which the pacer looks at the clock all the time: a browser's timers are up to this late. */
const SPIN_MS = 5;

/** Lane whose messages are due at fixed times, whatever happened to those before. */
export interface Paced {
  readonly firstDueMs: number;
  readonly intervalMs: number;
  /** Called when a message is due. */
  fire(dueMs: number): void;
}

/** Clock and tasks of a page; tests replace them. */
export interface Tasks {
  now(): number;
  /** Runs a task after a time. Returns a function that cancels it. */
  after(ms: number, task: () => void): () => void;
  /** Runs a task as soon as the page has handled what waits. */
  soon(task: () => void): void;
}

/** Fires every lane's messages when they are due. */
export class Pacer {
  readonly #tasks: Tasks;
  readonly #lanes = new Map<Paced, number>();
  #cancel = (): void => {};
  #running = false;

  constructor(tasks: Tasks) {
    this.#tasks = tasks;
  }

  /** Adds a lane. Returns a function that removes it. */
  add(lane: Paced): () => void {
    this.#lanes.set(lane, 0);
    this.#cancel();
    this.#run();
    return () => void this.#lanes.delete(lane);
  }

  #run(): void {
    // A lane that is added while another fires is arranged at the end.
    if (this.#running) return;
    this.#running = true;
    const nowMs = this.#tasks.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [lane, fired] of this.#lanes) {
      let count = fired;
      for (; dueOf(lane, count) <= nowMs; count++) lane.fire(dueOf(lane, count));
      if (this.#lanes.has(lane)) this.#lanes.set(lane, count);
      nextMs = Math.min(nextMs, dueOf(lane, count));
    }
    this.#running = false;
    if (this.#lanes.size === 0) return;
    const waitMs = nextMs - this.#tasks.now() - SPIN_MS;
    if (waitMs > 0) this.#cancel = this.#tasks.after(waitMs, () => this.#run());
    else this.#spin();
  }

  #spin(): void {
    let cancelled = false;
    this.#cancel = () => {
      cancelled = true;
    };
    this.#tasks.soon(() => {
      if (!cancelled) this.#run();
    });
  }
}

const dueOf = ({ firstDueMs, intervalMs }: Paced, count: number): number => firstDueMs + count * intervalMs;

/** Tasks of a page. A message to oneself is the soonest task that lets everything else have its turn. */
export function pageTasks(): Tasks {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return {
    now: () => performance.now(),
    after(ms, task) {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    soon(task) {
      waiting.push(task);
      port2.postMessage(0);
    },
  };
}
