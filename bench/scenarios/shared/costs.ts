import { capabilitiesOf } from '../../transports/index.ts';
import type { PlannedCase, Resources } from '../shape.ts';
import { isInBrowser } from './clients-in.ts';
import { rttSecondsOf } from './network.ts';

/** Time of a trial besides warm-up and measurement: starting, connecting, draining and stopping. Measured on two slow cores. */
export const OVERHEAD_SECONDS = 0.75;
/** Sessions that a load worker opens concurrently where their opening times do not matter. */
const IN_FLIGHT = 16;
/**
 * Maximum number that a page opens concurrently: Chromium delays a WebSocket’s handshake by 1 to 5 s · 2ⁿ⁻¹⁶ while n others are pending
 * (services/network/websocket_throttler.cc), which is a millisecond at four and seconds at sixteen.
 */
const IN_FLIGHT_IN_PAGE = 4;

/** Number of sessions that each load worker of a case opens concurrently. @param most number where a browser does not limit it */
export const inFlightOf = (planned: PlannedCase, most: number = IN_FLIGHT): number =>
  isInBrowser(planned) ? Math.min(IN_FLIGHT_IN_PAGE, most) : most;

/** Approximate rate of opening sessions one after another. */
const SESSIONS_PER_SECOND = 500;

/** Round trips of a trial with a fixed length over a network: sessions that open a part at a time, three rounds of warm-up, and the goodbye. */
const TIMED_ROUND_TRIPS = 24;

/** Estimated time of a number of round trips of a case's network. */
const networkSeconds = (planned: PlannedCase, roundTrips: number): number => roundTrips * rttSecondsOf(planned);

/** Estimated time of a trial with a fixed length. */
export const timedSeconds = (planned: PlannedCase, warmupSeconds: number): number =>
  warmupSeconds + planned.seconds + OVERHEAD_SECONDS + networkSeconds(planned, TIMED_ROUND_TRIPS);

/** Sessions from which on opening takes less time each: code is compiled, and many more are in progress than cores are busy with. */
const MANY_SESSIONS = 4_000;
/** Approximate rate of opening further sessions, with load processes on one core and servers on another. */
const MORE_SESSIONS_PER_SECOND = 2_500;

/** Estimated time of opening a number of sessions several at a time. */
export const openingTogetherSeconds = (sessions: number): number =>
  openingSeconds(Math.min(sessions, MANY_SESSIONS)) + Math.max(0, sessions - MANY_SESSIONS) / MORE_SESSIONS_PER_SECOND;

/** Estimated time of opening a number of sessions one after another. */
export const openingSeconds = (sessions: number): number => sessions / SESSIONS_PER_SECOND;

/** Resources of sessions that send. A transport that sends with requests needs a second connection for them. */
export const sendingSessions = (planned: PlannedCase): Resources => ({
  connections: planned.clients * (capabilitiesOf(planned).upstream === 'request' ? 2 : 1),
});

/** Resources of sessions that only receive. */
export const silentSessions = ({ clients }: PlannedCase): Resources => ({ connections: clients });
