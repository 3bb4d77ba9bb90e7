import type { PlannedCase } from '../plan/plan.ts';
import { type Judged, summarise } from '../run/measurement.ts';
import type { Stage } from '../run/stage.ts';

/** Opened at the same time in the second pass, by all workers together: enough to keep a server busy, not to flood it. */
const IN_FLIGHT = 32;
/** Opened beforehand and closed again, so that neither side's code is seen for the first time. */
const WARM_SESSIONS = 100;

/**
 * Opens all sessions one after another, which times each by itself and counts its bytes; ends them; and opens as many again,
 * several at a time, which says how many a second there can be.
 */
export async function measureConnect(planned: PlannedCase, stage: Stage): Promise<Judged> {
  const { clients } = planned;
  await stage.openSessions(Math.min(clients, WARM_SESSIONS), 1);
  await stage.closeSessions();
  const idle = await stage.snapshot();
  const { connect } = await stage.openSessions(clients, 1);
  const ready = await stage.snapshot();
  await stage.closeSessions();

  const inFlight = Math.ceil(IN_FLIGHT / stage.workers);
  const before = await stage.snapshot();
  const { seconds } = await stage.openSessions(clients, inFlight);
  const after = await stage.snapshot();
  // Nothing is sent; whoever is dropped at once is counted.
  const recording = await stage.hold(0);
  const opening = { sessions: clients, seconds, inFlight: inFlight * stage.workers };
  const counted = { recording, workers: stage.workers, due: 0, seconds };
  return summarise(planned, { idle, ready, before, after, connect, ...counted }, { opening });
}
