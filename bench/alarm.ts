import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Alarm that rings near a time given in fractions of a millisecond, which the event loop's timers cannot. */
export interface Alarm {
  /** Rings at a time of `performance.now()`, unless it is set to an earlier one. */
  set(atMs: number): void;
  close(): Promise<void>;
}

/** Index of the counter that rises whenever the time is changed. */
const CHANGES = 0;
/** Offset of the time, after the counter and its padding. */
const TIME_AT = 8;

/**
 * Starts a thread that sleeps on a futex until the time, and then wakes this thread's event loop. Such a wait ends some tens of
 * microseconds late; a timer of the event loop, up to two milliseconds.
 */
export function startAlarm(ring: () => void): Alarm {
  const memory = new SharedArrayBuffer(16);
  const changes = new Int32Array(memory, 0, 1);
  const time = new Float64Array(memory, TIME_AT, 1);
  time[0] = Number.POSITIVE_INFINITY;
  let setMs = Number.POSITIVE_INFINITY;
  const thread = new Worker(new URL(import.meta.url), { workerData: memory });
  thread.on('message', () => {
    setMs = Number.POSITIVE_INFINITY;
    ring();
  });
  return {
    set(atMs) {
      if (atMs >= setMs) return;
      setMs = atMs;
      // The threads' clocks have origins of their own.
      time[0] = performance.timeOrigin + atMs;
      Atomics.add(changes, CHANGES, 1);
      Atomics.notify(changes, CHANGES);
    },
    async close() {
      await thread.terminate();
    },
  };
}

/** Sleeps until the time and reports it, for ever. */
function sleepAndRing(memory: SharedArrayBuffer): never {
  const changes = new Int32Array(memory, 0, 1);
  const time = new Float64Array(memory, TIME_AT, 1);
  for (;;) {
    const seen = Atomics.load(changes, CHANGES);
    const leftMs = time[0]! - (performance.timeOrigin + performance.now());
    if (leftMs <= 0) {
      time[0] = Number.POSITIVE_INFINITY;
      parentPort?.postMessage(0);
    }
    // A time that was set since `seen` was read makes this return at once.
    Atomics.wait(changes, CHANGES, seen, leftMs > 0 ? leftMs : Number.POSITIVE_INFINITY);
  }
}

if (!isMainThread && workerData instanceof SharedArrayBuffer) sleepAndRing(workerData);
