import type { Delivery } from './delivery.ts';

export interface Pumped {
  /** Sets the timer anew: something was taken, or the path was cut or is back. */
  arrange(): void;
  stop(): void;
}

/** Longest delay of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Passes on what is due, when it is due. */
export function pump<Item>(delivery: Delivery<Item>, pass: (item: Item) => void): Pumped {
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    for (const item of delivery.due(performance.now())) pass(item);
    arrange();
  };
  const arrange = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const { nextMs } = delivery;
    if (nextMs === Number.POSITIVE_INFINITY) return;
    const waitMs = nextMs - performance.now();
    if (waitMs <= 0) return run();
    timer = setTimeout(run, Math.min(Math.ceil(waitMs), MAX_TIMER_MS));
  };
  return {
    arrange,
    stop() {
      clearTimeout(timer);
      delivery.clear();
    },
  };
}
