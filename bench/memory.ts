import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

interface CollectOptions {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}

let collect: ((options: CollectOptions) => void) | undefined;

/**
 * Resident bytes of this process once its garbage is collected and its free pages are given back: what it holds, apart from
 * what it has not yet thrown away. Takes tens of milliseconds, so never in a measured window.
 */
export function settledRss(): number {
  collectGarbage();
  return process.memoryUsage.rss();
}

/** Collects what nothing holds any more, with what native code keeps for it. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as (options: CollectOptions) => void;
  }
  // The second round frees what the finalizers of the first let go.
  for (let round = 0; round < 2; round++) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
