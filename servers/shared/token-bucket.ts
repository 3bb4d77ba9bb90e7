import type { Limits } from '../../bench/contract.ts';

/**
 * Token bucket of one session's messages. The result takes a token: false where none is left, which is once messages come faster than
 * the limit, after a burst of a second's worth. It reads a clock only when the bucket is empty, so that a token costs next to nothing.
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
