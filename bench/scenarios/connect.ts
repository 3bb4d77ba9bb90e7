import { ECHO } from '../codec/header.ts';
import type { Measured, PlannedCase, ScenarioModule, Stage } from './shape.ts';
import { OVERHEAD_SECONDS, openingSeconds, silentSessions } from './shared/costs.ts';
import { percentiles, perSecond } from './shared/figures.ts';

/** Opens sessions, and measures the time and the rate. */
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

/** Sessions that all workers together open concurrently in the second pass: enough to keep a server busy without flooding it. */
const IN_FLIGHT = 32;
/** Sessions opened and closed beforehand, so that both sides' code is warm. */
const WARM_SESSIONS = 100;

/**
 * Opens all sessions one after another, which gives the time and bytes of each; closes them; and opens as many again concurrently,
 * which gives the rate.
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
  // Counts sessions that are dropped at once.
  const recording = await stage.hold(0);
  const opening = { sessions: clients, seconds, inFlight: inFlight * stage.workers };
  const counted = { recording, workers: stage.workers, due: 0, seconds };
  return { reading: { idle, ready, before, after, connect, ...counted }, extras: { opening } };
}
