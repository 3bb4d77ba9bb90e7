/** Limits how many items are in progress. */
export interface ConcurrencyLimiter<Item> {
  add(item: Item): void;
  /** Calls back once nothing is in progress, at once if nothing is now. */
  whenEmpty(callback: () => void): void;
}

/** Starts items in order, at most `max` at a time. */
export function concurrencyLimiter<Item>(
  max: number,
  begin: (item: Item, done: () => void) => void,
): ConcurrencyLimiter<Item> {
  const waiting: Item[] = [];
  let next = 0;
  let underWay = 0;
  let onEmpty: (() => void) | undefined;

  function done(): void {
    underWay--;
    if (next < waiting.length) start(waiting[next++]!);
    if (next === waiting.length) {
      waiting.length = 0;
      next = 0;
    }
    if (underWay === 0) onEmpty?.();
  }

  function start(item: Item): void {
    underWay++;
    begin(item, done);
  }

  return {
    add(item) {
      if (underWay < max) start(item);
      else waiting.push(item);
    },
    whenEmpty(callback) {
      if (underWay === 0) callback();
      else onEmpty = callback;
    },
  };
}
