import { useSyncExternalStore } from 'react';

/** Time between two drawings of what moves. */
const TICK_MS = 200;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = performance.now();
    for (const one of listeners) one();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Time of the newest drawing, in milliseconds of the page's clock; all components see one and the same. */
export function useTick(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}
