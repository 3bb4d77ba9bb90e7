import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

interface CollectOptions {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
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

/** Collects garbage, together with the native memory that it refers to. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as (options: CollectOptions) => void;
  }
  // The second round frees objects that the finalizers of the first released.
  for (let round = 0; round < 2; round++) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
