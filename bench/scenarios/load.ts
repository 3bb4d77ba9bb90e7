import { following, messageCount } from '../load/schedule.ts';
import type { PlannedCase } from '../plan/plan.ts';
import { WARM_UP_ROUNDS } from '../run/generator.ts';
import { type Judged, type Reading, summarise } from '../run/measurement.ts';
import type { Stage } from '../run/stage.ts';
import { capabilitiesOf } from '../transports/index.ts';

/** Code is compiled after so many messages, however long they take: a warm-up at twice the rate is over in half the time. */
const WARMUP_PACE = 2;
/** Sessions that are opened one after another, so that none waits for another: enough for a median of their times. */
const TIMED_SESSIONS = 25;
/** Of the rest, opened at the same time. */
const IN_FLIGHT = 16;
/** How long what is owed may take to arrive after the last due time. */
export const DRAIN_SECONDS = 5;
/** The same where what is lost is not sent again, and waiting for it brings nothing. */
const LOSSY_DRAIN_SECONDS = 1;

export interface LoadSettings {
  readonly warmupSeconds: number;
  readonly drainSeconds?: number;
}

/** Opens all sessions one after another, warms up, and puts messages on a timetable. */
export async function measureLoad(planned: PlannedCase, stage: Stage, settings: LoadSettings): Promise<Judged> {
  return summarise(planned, (await readLoad(planned, stage, settings)).reading);
}

/** The same before it is judged, and the number that the next phase's first message would have. */
export async function readLoad(
  planned: PlannedCase,
  stage: Stage,
  {
    warmupSeconds,
    drainSeconds = capabilitiesOf(planned).reliable ? DRAIN_SECONDS : LOSSY_DRAIN_SECONDS,
  }: LoadSettings,
): Promise<{ reading: Reading; next: number }> {
  const { clients, rate, seconds } = planned;
  const idle = await stage.snapshot();
  // Their time is that of one at a time; the others need only be there.
  const { connect } = await stage.openSessions(Math.min(clients, TIMED_SESSIONS), 1);
  if (clients > TIMED_SESSIONS) await stage.openSessions(clients, IN_FLIGHT);
  const ready = await stage.snapshot();

  let first = 0;
  for (let round = 0; round < WARM_UP_ROUNDS && warmupSeconds > 0; round++) {
    const part = warmupSeconds / WARM_UP_ROUNDS;
    const pace = WARMUP_PACE * rate;
    await stage.phase({ first, rate: pace, seconds: part, drainSeconds, more: true });
    first = following({ first, clients, count: messageCount(pace, part) });
  }
  const before = await stage.snapshot();
  const recording = await stage.phase({ first, rate, seconds, drainSeconds });
  const after = await stage.snapshot();
  const due = messageCount(rate, seconds);
  return {
    // From the first due time to one interval after the last.
    reading: { idle, ready, before, after, connect, recording, workers: stage.workers, due, seconds: due / rate },
    next: following({ first, clients, count: due }),
  };
}
