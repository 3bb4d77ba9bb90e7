import { setTimeout as sleep } from 'node:timers/promises';
import type { Percentiles } from './protocol.ts';

/**
 * What messages at an even pace must show when the server stands still for `frozenSeconds` of `seconds`: a message due during
 * the freeze waits for what is left of it, which is anything between all and nothing, evenly. So the waiting time at
 * percentile p is the freeze less (100 − p) % of the duration, and nothing where that is negative. Service time comes on top.
 */
export function analyticTruth(frozenSeconds: number, seconds: number): Percentiles {
  const at = (percentile: number): number => Math.max(0, frozenSeconds - ((100 - percentile) / 100) * seconds);
  return { p50: at(50), p90: at(90), p99: at(99), max: at(100) };
}

/** Stops a process after a while, for a while. Resolves with the seconds for which it really stood still. */
export async function freeze(
  pid: number,
  { afterSeconds, seconds, signal }: { afterSeconds: number; seconds: number; signal: AbortSignal },
): Promise<number> {
  await sleep(afterSeconds * 1e3, undefined, { signal });
  // A stopped process doesn't notice that its parent is gone.
  const goOn = (): void => void process.kill(pid, 'SIGCONT');
  process.once('exit', goOn);
  process.kill(pid, 'SIGSTOP');
  const beganMs = performance.now();
  try {
    await sleep(seconds * 1e3, undefined, { signal });
  } finally {
    goOn();
    process.off('exit', goOn);
  }
  return (performance.now() - beganMs) / 1e3;
}
