import { startAlarm } from '../../alarm.ts';
import type { Clock } from '../clock.ts';
import type { Loop } from '../pacer.ts';

/** Distance at which a pacer spins that sleeps by the event loop's timers, which fire up to a millisecond early or late. */
const SPIN_NS = 2e6;

/** Loop whose pacer spins before each due time: exact to the microsecond, at the price of a whole core. */
export const spinningLoop = (now: Clock): Loop => ({
  now,
  soon: (task) => void setImmediate(task),
  later: (milliseconds, task) => void setTimeout(task, Math.floor(milliseconds)),
  spinNs: SPIN_NS,
});

/** Loop whose pacer sleeps until each due time, and leaves the core to others meanwhile. */
export interface SleepingLoop extends Loop {
  /** Ends the helper thread. */
  close(): Promise<void>;
}

/** Makes a loop that a helper thread wakes, some tens of microseconds after the time. */
export function sleepingLoop(now: Clock, start: typeof startAlarm = startAlarm): SleepingLoop {
  let waiting: (() => void) | undefined;
  const alarm = start(() => {
    const task = waiting;
    waiting = undefined;
    task?.();
  });
  return {
    now,
    soon: (task) => void setImmediate(task),
    later(milliseconds, task) {
      waiting = task;
      alarm.set(performance.now() + milliseconds);
    },
    spinNs: 0,
    close: () => alarm.close(),
  };
}
