import type { Limits } from '../../bench/contract.ts';

/**
 * Creates the token bucket of a session. The result takes a token; it returns false if none is left, which happens when messages
 * come faster than the limit, after a burst of one second's worth. It reads the clock only when the bucket is empty, so that a token
 * costs almost nothing.
 */
export function tokenBucket({ messagesPerSecond }: Pick<Limits, 'messagesPerSecond'>): () => boolean {
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
