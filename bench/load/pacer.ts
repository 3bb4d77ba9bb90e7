import type { Clock } from './clock.ts';

/** Event loop as the pacer uses it; tests replace it with a virtual one. */
export interface Loop {
  readonly now: Clock;
  /** Runs `task` after the loop has polled its sockets once. */
  soon(task: () => void): void;
  /** Runs `task` near that time from now. */
  later(milliseconds: number, task: () => void): void;
  /**
   * Distance from the next due time at which the pacer stops sleeping, in nanoseconds. From there on it spins with the event loop,
   * which polls the sockets in every turn; 0 if `later` is so exact that the pacer need not spin.
   */
  readonly spinNs: number;
}

/** Messages to send on an absolute schedule. */
export interface TimedSends {
  /** Due time of the next message, or +∞ when none is left. */
  dueNs(): number;
  /** Sends the next message. */
  sendNext(): void;
  /** Number of arrivals so far. A turn of the loop without arrivals or sends is idle. */
  arrivals(): number;
  /** True if pacing must end, whatever is left to send. */
  stopped(): boolean;
}

export interface Paced {
  /** Time spent spinning with nothing due and nothing arriving. Excludes sleep, which the event loop measures itself. */
  readonly spunNs: number;
  readonly elapsedNs: number;
}

/** Messages sent in one turn when behind schedule: arrivals must not wait for all of them. */
const MAX_PER_TURN = 32;
/** Length from which a turn without arrivals counts as a stall of the process, not as idle time. */
const STALL_NS = 1e6;

/** Sends every message at its due time, never before. Resolves when all are sent or sending has stopped. */
export function pace(sends: TimedSends, loop: Loop): Promise<Paced> {
  return new Promise((resolve, reject) => {
    const startedNs = loop.now();
    let spunNs = 0;
    let lastNs = startedNs;
    let lastArrivals = sends.arrivals();
    let acted = false;
    let slept = false;

    function turn(): void {
      const beganNs = loop.now();
      const arrivals = sends.arrivals();
      const gapNs = beganNs - lastNs;
      if (!acted && !slept && arrivals === lastArrivals && gapNs < STALL_NS) spunNs += gapNs;

      let done = 0;
      while (done < MAX_PER_TURN && sends.dueNs() <= loop.now()) {
        sends.sendNext();
        done++;
      }
      const nextNs = sends.dueNs();
      lastNs = loop.now();
      if (nextNs === Number.POSITIVE_INFINITY || sends.stopped()) {
        resolve({ spunNs, elapsedNs: lastNs - startedNs });
        return;
      }
      acted = done > 0;
      lastArrivals = arrivals;
      const waitNs = nextNs - lastNs;
      slept = waitNs > loop.spinNs;
      if (slept) loop.later((waitNs - loop.spinNs / 2) / 1e6, guarded);
      else loop.soon(guarded);
    }

    function guarded(): void {
      try {
        turn();
      } catch (error) {
        reject(error);
      }
    }

    guarded();
  });
}
