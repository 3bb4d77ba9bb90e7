import { ECHO } from '../codec/header.ts';
import type { Measured, PlannedCase, ScenarioModule, Stage } from './shape.ts';
import { OVERHEAD_SECONDS, openingSeconds, silentSessions } from './shared/costs.ts';
import { percentiles, perSecond } from './shared/figures.ts';

/** Opens sessions. */
export const connect: ScenarioModule<'connect'> = {
  id: 'connect',
  scenarios: [
    {
      id: 'connect',
      title: 'Opening sessions',
      opcode: ECHO,
      reaches: 'sender',
      usual: false,
      defaults: { clients: 1000, rate: 0, sizes: [], seconds: 0 },
    },
  ],
  uses: { rate: 'none', messages: false, duration: false, warmup: false, objective: false },
  estimateSeconds: ({ clients }) => OVERHEAD_SECONDS + openingSeconds(2 * clients),
  resources: silentSessions,
  measure: ({ planned, onStage }) => onStage((stage) => openTwice(planned, stage)),
  accounting: { samples: 'service', timeline: false },
  rules: ['nothing-foreign', 'sessions-held'],
  detail: ({ latency, opening }) =>
    [
      percentiles(latency.connect),
      ...(opening ? [perSecond(opening.sessions / opening.seconds, 'sessions')] : []),
    ].join('  '),
  judgedBy: 'verdicts',
  brokenSessionsFail: true,
  microCosts: false,
  advice: 'none',
};

/** Sessions opened at the same time in the second pass, by all workers together: enough to keep a server busy, not to flood it. */
const IN_FLIGHT = 32;
/** Sessions opened beforehand and closed again, so that neither side's code is seen for the first time. */
const WARM_SESSIONS = 100;

/**
 * Opens all sessions one after another, which times each by itself and counts its bytes; ends them; and opens as many again,
 * several at a time, which says how many a second there can be.
 */
async function openTwice({ clients }: PlannedCase, stage: Stage): Promise<Measured> {
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
  // Sends nothing; sessions that are dropped at once are counted.
  const recording = await stage.hold(0);
  const opening = { sessions: clients, seconds, inFlight: inFlight * stage.workers };
  const counted = { recording, workers: stage.workers, due: 0, seconds };
  return { reading: { idle, ready, before, after, connect, ...counted }, extras: { opening } };
}
