import { setTimeout as sleep } from 'node:timers/promises';
import type { Percentiles } from './protocol.ts';

/**
 * Waiting times, in seconds, of evenly paced messages when the server is paused for `frozenSeconds` of `seconds`. A message due
 * during the pause waits for the rest of it, so these waits are spread evenly between 0 and the whole pause. The wait at percentile p
 * is the pause minus (100 − p) % of the duration, or 0 where that is negative. Service time comes on top.
 */
export function analyticTruth(frozenSeconds: number, seconds: number): Percentiles {
  const at = (percentile: number): number => Math.max(0, frozenSeconds - ((100 - percentile) / 100) * seconds);
  return { p50: at(50), p90: at(90), p99: at(99), max: at(100) };
}

/** Pauses a process by SIGSTOP after `afterSeconds`. Resolves with the seconds for which it was really paused. */
export async function freeze(
  pid: number,
  { afterSeconds, seconds, signal }: { afterSeconds: number; seconds: number; signal: AbortSignal },
): Promise<number> {
  await sleep(afterSeconds * 1e3, undefined, { signal });
  // A stopped process would not notice that its parent has ended.
  const resume = (): void => void process.kill(pid, 'SIGCONT');
  process.once('exit', resume);
  process.kill(pid, 'SIGSTOP');
  const beganMs = performance.now();
  try {
    await sleep(seconds * 1e3, undefined, { signal });
  } finally {
    resume();
    process.off('exit', resume);
  }
  return (performance.now() - beganMs) / 1e3;
}
