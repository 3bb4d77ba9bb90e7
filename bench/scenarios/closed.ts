import type { ClosedOrder } from '../load/protocol.ts';
import type { PlannedCase } from '../plan/plan.ts';
import { type Judged, type Reading, summarise } from '../run/measurement.ts';
import type { Stage } from '../run/stage.ts';
import { DRAIN_SECONDS } from './load.ts';

/** Far beyond what a session sends in a warm-up: where its numbering goes on afterwards. */
const WARM_MESSAGES = 1_000_000;

/** Every session sends again when its echo arrives, for as long as the trial lasts. */
export async function measureClosed(planned: PlannedCase, stage: Stage, warmupSeconds: number): Promise<Judged> {
  const warmUp = { seconds: warmupSeconds, most: WARM_MESSAGES };
  return summarise(planned, await readClosed(planned, stage, { warmUp, measured: { seconds: planned.seconds } }));
}

type Loop = Pick<ClosedOrder, 'seconds' | 'most'>;

/** Opens all sessions one after another and lets them go round, first for nothing and then for the record. */
export async function readClosed(
  { clients }: PlannedCase,
  stage: Stage,
  { warmUp, measured }: { warmUp: Required<Loop>; measured: Loop },
): Promise<Reading> {
  const drainSeconds = DRAIN_SECONDS;
  const idle = await stage.snapshot();
  const { connect } = await stage.openSessions(clients, 1);
  const ready = await stage.snapshot();
  await stage.closed({ first: 0, ...warmUp, drainSeconds });
  const before = await stage.snapshot();
  const recording = await stage.closed({ first: warmUp.most * clients, ...measured, drainSeconds });
  const after = await stage.snapshot();
  const counted = { recording, workers: stage.workers, due: recording.sent, seconds: recording.seconds };
  return { idle, ready, before, after, connect, ...counted };
}
