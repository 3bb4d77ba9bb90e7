import { capabilitiesOf } from '../../transports/index.ts';
import type { PlannedCase, Resources } from '../shape.ts';

/** Time of a trial besides warm-up and measuring: starting, connecting, draining, stopping. Measured on two slow cores. */
export const OVERHEAD_SECONDS = 0.75;
/** Rate at which sessions are opened one after another, about. */
const SESSIONS_PER_SECOND = 500;

/** Estimated time of a trial that the clock ends. */
export const timedSeconds = ({ seconds }: PlannedCase, warmupSeconds: number): number =>
  warmupSeconds + seconds + OVERHEAD_SECONDS;

/** Estimated time of opening a number of sessions one after another. */
export const openingSeconds = (sessions: number): number => sessions / SESSIONS_PER_SECOND;

/** Sessions that send: a transport that sends by requests has a connection for them beside the one it listens on. */
export const sendingSessions = (planned: PlannedCase): Resources => ({
  connections: planned.clients * (capabilitiesOf(planned).upstream === 'request' ? 2 : 1),
});

/** Sessions that only listen. */
export const silentSessions = ({ clients }: PlannedCase): Resources => ({ connections: clients });
