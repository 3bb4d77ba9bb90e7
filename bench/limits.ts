import type { Limits } from './contract.ts';

/** Seconds that a connection of HTTP without requests may stay open. */
export const KEEP_ALIVE_SECONDS = 65;

/**
 * What a server allows one peer unless something else is asked for. A session's 20,000 messages a second are more than any
 * one peer of the scenarios sends and less than what would keep others waiting.
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
