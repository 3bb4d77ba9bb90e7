import type { Clock } from '../clock.ts';
import { plainBytes } from '../runtime/bytes.ts';
import type { LoopWatch, Pacing, Runtime } from '../runtime/shape.ts';

/** Number of different readings from which the resolution of the clock is measured. */
const READINGS = 200;

/**
 * Page of a browser, as the load uses it. It cannot tell its CPU time, its memory or how long it was idle: another process reads these
 * and replaces the zeros.
 *
 * @param zeroNs time of the host's monotonic clock at which `performance.now()` was 0: a reading of `process.hrtime.bigint`
 */
export const pageRuntime = (zeroNs: bigint): Runtime => ({
  bytes: plainBytes,
  clock(originNs) {
    const offsetNs = Number(zeroNs - BigInt(originNs));
    return () => performance.now() * 1e6 + offsetNs;
  },
  pacing,
  meter: () => () => ({ cpuSeconds: 0, rssBytes: 0, rssStartBytes: 0, busy: 0 }),
  watchLoop,
  collect: () => {},
  tickSeconds: tickMs() / 1e3,
});

/** Smallest step of the clock: between readings that differ, in milliseconds. */
export function tickMs(): number {
  let smallest = Number.POSITIVE_INFINITY;
  let last = performance.now();
  for (let seen = 0; seen < READINGS; ) {
    const now = performance.now();
    if (now === last) continue;
    smallest = Math.min(smallest, now - last);
    last = now;
    seen++;
  }
  return smallest;
}

/**
 * Waits until a time from now has passed, in milliseconds and fractions of them, which timers of a page do not take. Such a wait ends
 * a tenth of a millisecond late or two, and leaves the core to the browser's other processes.
 */
function waitMs(cell: Int32Array, milliseconds: number): Promise<unknown> {
  const { async: isAsync, value } = Atomics.waitAsync(cell, 0, 0, Math.max(0, milliseconds));
  return isAsync ? value : Promise.resolve(value);
}

/** Pacer's loop that sleeps until each due time. A spinning one would take the core that the browser's network process needs. */
function pacing(now: Clock): Pacing {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const channel = new MessageChannel();
  let tasks: (() => void)[] = [];
  channel.port1.onmessage = () => {
    const due = tasks;
    tasks = [];
    for (const task of due) task();
  };
  return {
    sleeps: true,
    loop: {
      now,
      soon(task) {
        tasks.push(task);
        channel.port2.postMessage(null);
      },
      later: (milliseconds, task) => void waitMs(cell, milliseconds).then(task),
      spinNs: 0,
    },
    async close() {
      channel.port1.close();
    },
  };
}

function watchLoop(resolutionMs: number): LoopWatch {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const delays: number[] = [];
  let ended = false;
  const watch = async (): Promise<void> => {
    while (!ended) {
      const due = performance.now() + resolutionMs;
      await waitMs(cell, resolutionMs);
      delays.push(Math.max(0, performance.now() - due));
    }
  };
  void watch();
  return {
    end() {
      ended = true;
      const sorted = delays.toSorted((a, b) => a - b);
      const rank = Math.ceil(sorted.length * 0.99) - 1;
      return { delayP99Seconds: (sorted[Math.max(0, rank)] ?? 0) / 1e3, idleNs: null };
    },
  };
}
