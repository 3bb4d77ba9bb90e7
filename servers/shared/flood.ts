import type { Limits } from '../../bench/contract.ts';

/**
 * Counts one session's messages: false once they come faster than the limit lets them, after a burst of a second's worth. It
 * looks at a clock only when the allowance is used up, so that counting costs a message next to nothing.
 */
export function floodGuard({ messagesPerSecond }: Pick<Limits, 'messagesPerSecond'>): () => boolean {
  let left = messagesPerSecond;
  let sinceMs = performance.now();
  return () => {
    if (left >= 1) {
      left--;
      return true;
    }
    const nowMs = performance.now();
    left = Math.min(messagesPerSecond, left + ((nowMs - sinceMs) / 1e3) * messagesPerSecond);
    sinceMs = nowMs;
    if (left < 1) return false;
    left--;
    return true;
  };
}
