import { capabilitiesOf } from '../../transports/index.ts';
import type { PlannedCase, Resources } from '../shape.ts';

/** Time of a trial besides warm-up and measurement: starting, connecting, draining and stopping. Measured on two slow cores. */
export const OVERHEAD_SECONDS = 0.75;
/** Approximate rate of opening sessions one after another. */
const SESSIONS_PER_SECOND = 500;

/** Estimated time of a trial with a fixed length. */
export const timedSeconds = ({ seconds }: PlannedCase, warmupSeconds: number): number =>
  warmupSeconds + seconds + OVERHEAD_SECONDS;

/** Estimated time of opening a number of sessions one after another. */
export const openingSeconds = (sessions: number): number => sessions / SESSIONS_PER_SECOND;

/** Resources of sessions that send. A transport that sends with requests needs a second connection for them. */
export const sendingSessions = (planned: PlannedCase): Resources => ({
  connections: planned.clients * (capabilitiesOf(planned).upstream === 'request' ? 2 : 1),
});

/** Resources of sessions that only receive. */
export const silentSessions = ({ clients }: PlannedCase): Resources => ({ connections: clients });
