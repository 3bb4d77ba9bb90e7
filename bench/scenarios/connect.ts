import { ECHO } from '../codec/header.ts';
import { merge } from '../load/histogram.ts';
import type { Measured, Opened, PlannedCase, ScenarioModule, Stage } from './shape.ts';
import { inFlightOf, OVERHEAD_SECONDS, openingSeconds, silentSessions } from './shared/costs.ts';
import { percentiles, perSecond } from './shared/figures.ts';
import { rttSecondsOf } from './shared/network.ts';
import { handshakeSteps, roundTripsOf } from './shared/round-trips.ts';
import { UNDISTURBED, worstOf } from './shared/undisturbed.ts';

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
      defaults: { clients: 1000, rate: 0, sizes: [], seconds: 0, overNetwork: { clients: 20 } },
    },
  ],
  uses: { rate: 'none', messages: false, duration: false, warmup: false, objective: false, network: true },
  estimateSeconds: (planned) => OVERHEAD_SECONDS + openingSeconds(2 * planned.clients) + waitingSeconds(planned),
  resources: silentSessions,
  measure: ({ planned, onStage }) => onStage((stage) => openTwice(planned, stage)),
  accounting: { samples: 'service', timeline: false },
  rules: ['nothing-foreign', 'sessions-held', ...UNDISTURBED],
  detail: ({ latency, opening }) =>
    [
      percentiles(latency.connect),
      ...(opening ? [perSecond(opening.sessions / opening.seconds, 'sessions')] : []),
      ...(opening?.roundTrips ? [`${opening.roundTrips.measured.toFixed(1)} round trips`] : []),
    ].join('  '),
  judgedBy: 'verdicts',
  brokenSessionsFail: true,
  microCosts: false,
  advice: 'none',
};

/** Sessions that all workers together open concurrently in the second pass, where a browser does not limit it: enough to keep a server busy. */
const IN_FLIGHT = 32;
/** Sessions opened and closed beforehand, so that both sides' code is warm. */
const WARM_SESSIONS = 100;
/** Sessions opened one after another over a network, where each takes several round trips: enough for a median. */
const SINGLE_SESSIONS = 11;
/** Largest number of times that few sessions are opened beforehand. */
const MAX_WARM_ROUNDS = 8;
/** Handshakes of an unknown transport, in round trips. */
const USUAL_ROUND_TRIPS = 4;

/**
 * Opens all sessions one after another, which gives the time and bytes of each; closes them; and opens as many again concurrently,
 * which gives the rate. Over a network that has a round trip, only some of the first pass are opened one after another, for the
 * number of round trips.
 */
async function openTwice(planned: PlannedCase, stage: Stage): Promise<Measured> {
  const { clients } = planned;
  const inFlight = inFlightOf(planned, Math.ceil(IN_FLIGHT / stage.workers));
  const isFar = rttSecondsOf(planned) > 0;
  for (let round = 0; round < warmRounds(planned); round++) {
    await stage.openSessions(Math.min(clients, WARM_SESSIONS), isFar ? inFlight : 1);
    await stage.closeSessions();
  }
  const first = await stage.window(() => (isFar ? openSome(clients, inFlight, stage) : openAlone(clients, stage)));
  await stage.closeSessions();

  const second = await stage.window(() => stage.openSessions(clients, inFlight));
  const { seconds } = second.result;
  // Counts sessions that are dropped at once.
  const recording = await stage.hold(0);
  const roundTrips = roundTripsOf(planned, first.result.single);
  const opening = {
    sessions: clients,
    seconds,
    inFlight: inFlight * stage.workers,
    ...(roundTrips === undefined ? {} : { roundTrips }),
  };
  const counted = { recording, workers: stage.workers, due: 0, seconds };
  const usage = { idle: first.before, ready: first.after, before: second.before, after: second.after };
  const contention = worstOf([first.contention, second.contention]);
  return { reading: { ...usage, connect: first.result.connect, ...counted, contention }, extras: { opening } };
}

/** First pass: times to a usable session of all, and of those that were opened alone. */
interface FirstPass {
  readonly connect: string;
  readonly single: Opened;
}

async function openAlone(clients: number, stage: Stage): Promise<FirstPass> {
  const single = await stage.openSessions(clients, 1);
  return { connect: single.connect, single };
}

async function openSome(clients: number, inFlight: number, stage: Stage): Promise<FirstPass> {
  const single = await stage.openSessions(Math.min(clients, SINGLE_SESSIONS), 1);
  const others = await stage.openSessions(clients, inFlight);
  return { connect: merge([single.connect, others.connect]), single };
}

/** Number of times that sessions are opened and closed beforehand. Over a network there are few sessions. */
const warmRounds = (planned: PlannedCase): number =>
  rttSecondsOf(planned) > 0 ? Math.min(MAX_WARM_ROUNDS, Math.ceil(WARM_SESSIONS / planned.clients)) : 1;

/** Time that sessions wait for the network, for one load worker. */
function waitingSeconds(planned: PlannedCase): number {
  const { clients, tls } = planned;
  const steps = handshakeSteps(planned, tls);
  const handshake = steps?.reduce((sum, { roundTrips }) => sum + roundTrips, 0) ?? USUAL_ROUND_TRIPS;
  const passes = warmRounds(planned) + 2;
  const inTurn = Math.min(clients, SINGLE_SESSIONS) + passes * Math.ceil(clients / IN_FLIGHT);
  return rttSecondsOf(planned) * handshake * inTurn;
}
