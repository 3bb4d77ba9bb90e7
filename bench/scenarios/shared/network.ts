import { type Network, networkOf as read } from '../../networks/network.ts';
import { NO_NETWORK } from '../../results/dimensions.ts';
import type { OpenDimensions } from '../shape.ts';

/** Round trips within which a session is usable and a message answered, by any transport, with a reserve. */
const PATIENT_ROUND_TRIPS = 20;
/** Time for retransmissions, whose timers double: several losses in a row of a session that is otherwise silent. */
const RETRANSMITTING_SECONDS = 30;

type Over = { readonly dimensions?: OpenDimensions };

/** Id of the network of a case. */
export const networkIdOf = ({ dimensions = {} }: Over): string => String(dimensions.network ?? NO_NETWORK);

/** True if the packets of a case go through a network, and not over the link as it is. */
export const isOverNetwork = (one: Over): boolean => networkIdOf(one) !== NO_NETWORK;

/** Network that the packets of a case go through; null on the link as it is. */
export const networkOf = (one: Over): Network | null => (isOverNetwork(one) ? read(networkIdOf(one)) : null);

/** Round trip of a case's network, in seconds; 0 if it has none. */
export const rttSecondsOf = (one: Over): number => networkOf(one)?.rttSeconds ?? 0;

/** Longest time of a packet's way there and back in a network without losses. */
export const longestRoundTripSeconds = (network: Network | null): number =>
  network === null ? 0 : network.rttSeconds + 2 * network.jitterSeconds + queueingSeconds(network);

/** Time beyond that on the link after which a session that is not usable, or a message that has not come, is given up. */
export function patienceSeconds(network: Network | null): number {
  if (network === null) return 0;
  const retransmitting = network.lossShare > 0 ? RETRANSMITTING_SECONDS : 0;
  return (
    PATIENT_ROUND_TRIPS * (network.rttSeconds + 2 * network.jitterSeconds) + queueingSeconds(network) + retransmitting
  );
}

/** Time in full queues, there and back. */
const queueingSeconds = ({ upBitsPerSecond, downBitsPerSecond, queueSeconds }: Network): number =>
  queueSeconds * [upBitsPerSecond, downBitsPerSecond].filter((limit) => limit !== null).length;
