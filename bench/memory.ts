import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

interface CollectOptions {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'regular' | 'last-resort';
}

let collect: ((options: CollectOptions) => void) | undefined;

/**
 * Resident bytes of this process after a garbage collection that returns free pages to the system. Takes tens of milliseconds,
 * so it is never called in a measured window.
 */
export function settledRss(): number {
  collectGarbage();
  return process.memoryUsage.rss();
}

/** Bun's own collector, of which Node has nothing. */
interface WithBun {
  readonly Bun?: { gc(sync: true): void };
}

/** Collects garbage, together with the native memory that it refers to. */
export function collectGarbage(): void {
  const { Bun }: WithBun = globalThis as WithBun;
  // The second round frees objects that the finalizers of the first released.
  for (let round = 0; round < 2; round++) {
    if (Bun !== undefined) Bun.gc(true);
    else collector()({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }
}

/**
 * Collects the old generation once, as the runtime itself does when that has grown, and keeps compiled code. What follows can then
 * allocate for some seconds before the next such collection, which stops the process for tens of milliseconds.
 */
export function collectOldGeneration(): void {
  collector()({ type: 'major', execution: 'sync', flavor: 'regular' });
}

function collector(): (options: CollectOptions) => void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as (options: CollectOptions) => void;
  }
  return collect;
}
