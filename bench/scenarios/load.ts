import { BROADCAST, ECHO } from '../codec/header.ts';
import { following, messageCount } from '../load/schedule.ts';
import { WARM_UP_ROUNDS } from '../run/generator.ts';
import { capabilitiesOf } from '../transports/index.ts';
import type { PlannedCase, Reading, ScenarioModule, Stage } from './shape.ts';
import { inFlightOf, sendingSessions, timedSeconds } from './shared/costs.ts';
import { percentiles, perSecond } from './shared/figures.ts';
import { isOverNetwork, longestRoundTripSeconds, networkOf, patienceSeconds } from './shared/network.ts';
import { UNDISTURBED } from './shared/undisturbed.ts';

/** Rules for messages that are sent on a schedule. */
export const SCHEDULED_RULES = [
  'accounting-closes',
  'clock-is-sane',
  'schedule-kept',
  'generator-not-saturated',
  'something-measured',
  'nothing-lost',
  'nothing-foreign',
  ...UNDISTURBED,
] as const;

/** Sends messages on a schedule, at a given rate. */
export const load: ScenarioModule<'load'> = {
  id: 'load',
  scenarios: [
    {
      id: 'echo',
      title: 'Echo to the sender',
      opcode: ECHO,
      reaches: 'sender',
      usual: true,
      alsoOver: ['4g-lossy'],
      defaults: {
        clients: 100,
        rate: 1000,
        sizes: [128],
        seconds: 1.1,
        // 1,000 deliveries, the fewest for p99.
        overNetwork: { clients: 50, rate: 100, seconds: 10 },
      },
    },
    {
      id: 'broadcast',
      title: 'Broadcast to everyone',
      opcode: BROADCAST,
      reaches: 'everyone',
      usual: true,
      defaults: {
        clients: 50,
        rate: 200,
        sizes: [128],
        seconds: 1.5,
        overNetwork: { rate: 4, seconds: 5 },
      },
    },
  ],
  uses: { rate: 'offered', messages: true, duration: true, warmup: true, objective: true, network: true },
  estimateSeconds: timedSeconds,
  resources: sendingSessions,
  measure: ({ planned, warmupSeconds, onStage }) =>
    onStage(async (stage) => ({ reading: (await readLoad(planned, stage, { warmupSeconds })).reading })),
  accounting: { samples: 'response', timeline: true },
  rules: SCHEDULED_RULES,
  detail: ({ latency, overload }) =>
    overload === undefined
      ? percentiles(latency.response)
      : `overloaded: ${perSecond(overload.sustainedRate)}  ${percentiles(latency.response, latency.overdue)}`,
  judgedBy: 'verdicts',
  brokenSessionsFail: true,
  microCosts: true,
  advice: 'traffic',
};

/** Rate of the warm-up, relative to the measured rate. Code is compiled after a number of messages, so a higher rate makes it shorter. */
export const WARMUP_PACE = 2;
/** Sessions opened one after another, so that none waits for another: enough for a median of their times. */
const TIMED_SESSIONS = 25;
/** Maximum wait for expected messages after the last due time, on a link without delay. */
export const DRAIN_SECONDS = 5;
/** Maximum wait for a transport that does not retransmit lost messages. */
const LOSSY_DRAIN_SECONDS = 1;

/** Maximum wait for expected messages after the last due time. */
export function drainSecondsOf(planned: PlannedCase): number {
  const network = networkOf(planned);
  if (capabilitiesOf(planned).reliable) return DRAIN_SECONDS + patienceSeconds(network);
  return LOSSY_DRAIN_SECONDS + longestRoundTripSeconds(network);
}

/** Opens all sessions. Returns the times of those that show how long one takes. */
async function openAll(planned: PlannedCase, stage: Stage): Promise<string> {
  const { clients } = planned;
  // Over a network each has a line of its own, and most of its time is spent on the way.
  if (isOverNetwork(planned)) return (await stage.openSessions(clients, inFlightOf(planned))).connect;
  // Times only sessions that are opened one at a time.
  const { connect } = await stage.openSessions(Math.min(clients, TIMED_SESSIONS), 1);
  if (clients > TIMED_SESSIONS) await stage.openSessions(clients, inFlightOf(planned));
  return connect;
}

interface LoadSettings {
  readonly warmupSeconds: number;
  readonly drainSeconds?: number;
}

/** Opens all sessions, warms up and measures. `next` is the number of the first message of a further phase. */
export async function readLoad(
  planned: PlannedCase,
  stage: Stage,
  { warmupSeconds, drainSeconds = drainSecondsOf(planned) }: LoadSettings,
): Promise<{ reading: Reading; next: number }> {
  const { clients, rate, seconds } = planned;
  const idle = await stage.snapshot();
  const connect = await openAll(planned, stage);
  const ready = await stage.snapshot();

  let first = 0;
  for (let round = 0; round < WARM_UP_ROUNDS && warmupSeconds > 0; round++) {
    const part = warmupSeconds / WARM_UP_ROUNDS;
    const pace = WARMUP_PACE * rate;
    const isLast = round === WARM_UP_ROUNDS - 1;
    await stage.phase({
      first,
      rate: pace,
      seconds: part,
      drainSeconds,
      more: true,
      ...(isLast ? { collect: true } : {}),
    });
    first = following({ first, clients, count: messageCount(pace, part) });
  }
  const { result: recording, ...window } = await stage.window(() =>
    stage.phase({ first, rate, seconds, drainSeconds }),
  );
  const due = messageCount(rate, seconds);
  return {
    // From the first due time to one interval after the last.
    reading: { idle, ready, ...window, connect, recording, workers: stage.workers, due, seconds: due / rate },
    next: following({ first, clients, count: due }),
  };
}
