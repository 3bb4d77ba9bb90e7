import type { Limits } from './contract.ts';

/** Time that an HTTP connection without requests stays open. */
export const KEEP_ALIVE_SECONDS = 65;

/**
 * Default limits for one peer. 20,000 messages a second are more than any peer of the scenarios sends, and too few to keep
 * the other peers waiting.
 */
export function usualLimits(messageBytes: number): Limits {
  return {
    messageBytes,
    handshakeMs: 5_000,
    backlogBytes: Math.max(1 << 20, 4 * messageBytes),
    messagesPerSecond: 20_000,
    subscriptions: 100,
  };
}
