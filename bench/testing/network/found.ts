import type { Network } from '../../networks/network.ts';
import { expectedRtt, type Found } from '../../networks/self-test/judge.ts';

/** Findings of a self-test about a network that is what was asked for, or whose packets all come late. */
export function foundAsAsked(network: Network, lateSeconds = 0): Found {
  const rtt = expectedRtt(network) + lateSeconds;
  const direction = (bitsPerSecond: number | null) => ({
    sent: 1_000,
    lost: Math.round(1_000 * network.lossShare),
    outOfOrder: 0,
    bitsPerSecond,
  });
  return {
    rtt: { p50: rtt, p99: rtt },
    up: direction(network.upBitsPerSecond),
    down: direction(network.downBitsPerSecond),
    relayLagP99: 0,
    receiveErrors: 0,
  };
}
