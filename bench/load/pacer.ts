import type { Clock } from './clock.ts';

/** The event loop as the pacer uses it; tests put a virtual one in its place. */
export interface Loop {
  readonly now: Clock;
  /** Runs `task` after the loop has looked at its sockets once. */
  soon(task: () => void): void;
  later(milliseconds: number, task: () => void): void;
}

export const eventLoop = (now: Clock): Loop => ({
  now,
  soon: (task) => void setImmediate(task),
  later: (milliseconds, task) => void setTimeout(task, milliseconds),
});

/** Messages to send on an absolute schedule. */
export interface TimedSends {
  /** Due time of the next message, or +∞ when none is left. */
  dueNs(): number;
  /** Sends the next message and moves on. */
  sendNext(): void;
  /** Grows whenever something arrived: a turn of the loop without arrivals or actions is idle. */
  arrivals(): number;
  /** True ends the pacing, whatever is left. */
  stopped(): boolean;
}

export interface Paced {
  /** Time spent turning with nothing due and nothing arriving. Sleep is not in it: the event loop knows how long it slept. */
  readonly spunNs: number;
  readonly elapsedNs: number;
}

/**
 * A timer fires up to a millisecond late or early, so a timer brings the pacer only to within this distance of the next due
 * time; from there on it turns with the event loop, which looks at the sockets in every turn.
 */
const SPIN_NS = 2e6;
/** Things done in one turn when behind, so that what arrives meanwhile is not left waiting for all of them. */
const MAX_PER_TURN = 32;
/** A turn longer than this without arrivals is a stall of the process, not idleness. */
const STALL_NS = 1e6;

/** Resolves when every message is sent, or sending has stopped. None is sent before its due time. */
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
      slept = waitNs > SPIN_NS;
      if (slept) loop.later(Math.floor((waitNs - SPIN_NS / 2) / 1e6), guarded);
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
