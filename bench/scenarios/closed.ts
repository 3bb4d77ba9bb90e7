import { ECHO } from '../codec/header.ts';
import type { ClosedOrder } from '../load/protocol.ts';
import { figures } from '../results/numbers.ts';
import { DRAIN_SECONDS } from './load.ts';
import type { PlannedCase, Reading, ScenarioModule, Stage } from './shape.ts';
import { sendingSessions, timedSeconds } from './shared/costs.ts';
import { perSecond } from './shared/figures.ts';
import { UNDISTURBED } from './shared/undisturbed.ts';

/** Lets each session send again when its echo arrives, for as long as the trial lasts. */
export const closed: ScenarioModule<'closed'> = {
  id: 'closed',
  scenarios: [
    {
      id: 'ceiling',
      title: 'Closed loop: the generator’s cost of a message',
      opcode: ECHO,
      reaches: 'sender',
      usual: false,
      defaults: { clients: 100, rate: 0, sizes: [64], seconds: 2 },
    },
  ],
  uses: { rate: 'none', messages: true, duration: true, warmup: true, objective: false, network: false },
  estimateSeconds: timedSeconds,
  resources: sendingSessions,
  measure: ({ planned, warmupSeconds, onStage }) =>
    onStage(async (stage) => {
      const warmUp = { seconds: warmupSeconds, maxMessages: WARM_MESSAGES };
      return { reading: await readClosed(planned, stage, { warmUp, measured: { seconds: planned.seconds } }) };
    }),
  accounting: { samples: 'service', timeline: false },
  // A closed loop has no schedule to keep and is busy by design.
  rules: ['accounting-closes', 'something-measured', 'nothing-lost', 'nothing-foreign', ...UNDISTURBED],
  detail: ({ messages, seconds, usage }) =>
    `${perSecond(messages.delivered / seconds)}  generator ${microseconds(usage.generator.cpuSeconds / messages.delivered)} a message`,
  judgedBy: 'verdicts',
  brokenSessionsFail: true,
  microCosts: false,
  advice: 'none',
};

/** Maximum number of each session's warm-up messages, far more than it can send. Measured messages are numbered from there. */
const WARM_MESSAGES = 1_000_000;

const microseconds = (seconds: number): string => `${figures(seconds * 1e6)} µs`;

type Loop = Pick<ClosedOrder, 'seconds' | 'maxMessages'>;

/** Opens all sessions one after another and runs the closed loop twice: to warm up, then to measure. */
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
  const { result: recording, ...window } = await stage.window(() =>
    stage.closed({ first: warmUp.maxMessages * clients, ...measured, drainSeconds }),
  );
  const counted = { recording, workers: stage.workers, due: recording.sent, seconds: recording.seconds };
  return { idle, ready, ...window, connect, ...counted };
}
