/** Clock and timers of a connection; tests replace them with virtual ones. */
export interface Timers {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Runs `task` after a time. Returns a function that cancels it. */
  after(ms: number, task: () => void): () => void;
}

/** Timers of the event loop, on a clock that nobody sets. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};
