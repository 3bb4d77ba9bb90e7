import type { PlannedCase } from '../../plan/plan.ts';
import { type Judged, summarise } from '../measurement.ts';
import type { Stage } from '../stage.ts';
import { DRAIN_SECONDS } from './load.ts';

/** Far beyond what a session sends in a warm-up: where its numbering goes on afterwards. */
const WARM_MESSAGES = 1_000_000;

/** Every session sends again when its echo arrives, for as long as the trial lasts. */
export async function measureClosed(planned: PlannedCase, stage: Stage, warmupSeconds: number): Promise<Judged> {
  const { clients, seconds } = planned;
  const idle = await stage.snapshot();
  const { connect } = await stage.open(clients, 1);
  const ready = await stage.snapshot();
  const drainSeconds = DRAIN_SECONDS;
  await stage.closed({ first: 0, seconds: warmupSeconds, most: WARM_MESSAGES, drainSeconds });
  const before = await stage.snapshot();
  const recording = await stage.closed({ first: WARM_MESSAGES * clients, seconds, drainSeconds });
  const after = await stage.snapshot();
  const counted = { recording, workers: stage.workers, due: recording.sent, seconds: recording.seconds };
  return summarise(planned, { idle, ready, before, after, connect, ...counted });
}
