import { BROADCAST } from '../codec/header.ts';
import { encode, histogram } from '../load/histogram.ts';
import type { SessionHistory } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import { figures } from '../results/numbers.ts';
import type { Recovery } from '../results/schema.ts';
import { capabilitiesOf } from '../transports/index.ts';
import { outageSeconds } from './recovery/outage.ts';
import { RETURN_SECONDS, summariseRecovery } from './recovery/summary.ts';
import type { Disrupted, Measured, PlannedCase, ScenarioModule, TrialContext } from './shape.ts';
import { inFlightOf, OVERHEAD_SECONDS, openingSeconds, silentSessions } from './shared/costs.ts';
import { DEFAULT_OUTAGE, endsServer, faultOf, hasOutage, policyOf } from './shared/faults.ts';
import { longestRoundTripSeconds, networkOf } from './shared/network.ts';
import { UNDISTURBED } from './shared/undisturbed.ts';

/** A fault, and how the sessions come back. */
export const recovery: ScenarioModule<'recovery'> = {
  id: 'recovery',
  scenarios: [
    {
      id: 'recovery',
      title: 'Coming back after a fault',
      opcode: BROADCAST,
      reaches: 'everyone',
      usual: false,
      alsoOver: ['none'],
      defaults: { clients: 50, rate: 10, sizes: [128], seconds: 0 },
    },
  ],
  uses: {
    rate: 'offered',
    messages: true,
    duration: false,
    warmup: false,
    objective: false,
    network: true,
    faults: true,
    heartbeat: true,
  },
  estimateSeconds: (planned) =>
    OVERHEAD_SECONDS + openingSeconds(planned.clients) + STEADY_SECONDS + outageOf(planned) + returningSeconds(planned),
  // While connections end, the new ones of their sessions may be open already.
  resources: (planned) => ({ connections: 2 * silentSessions(planned).connections }),
  measure: (context) => comeBack(context),
  accounting: { samples: 'response', timeline: false },
  rules: ['accounting-closes', 'clock-is-sane', 'schedule-kept', 'something-measured', ...UNDISTURBED],
  detail: ({ recovery: found }) => (found === undefined ? 'no fault' : described(found)),
  judgedBy: 'verdicts',
  brokenSessionsFail: false,
  microCosts: false,
  advice: 'none',
  measuresLosses: true,
};

/** Time with messages before the fault. */
const STEADY_SECONDS = 3;
/** Estimated time until every session is as before, after a fault that is over at once. */
const RETURNING_SECONDS = 7;
/** Shortest silence after which a session counts as lost, and the number of publishing intervals if they take longer. */
const SILENCE_SECONDS = 3;
const SILENT_INTERVALS = 3;
/** Time before the end in which messages that are due may still be on their way. */
const GRACE_SECONDS = 0.5;
const NS = 1e9;

const SESSION_WENT = 'the session went with the process';

/** Mean length of the outage of a case. */
function outageOf(planned: PlannedCase): number {
  const { minSeconds, maxSeconds } = planned.disruption?.outage ?? DEFAULT_OUTAGE;
  return hasOutage(faultOf(planned)) ? (minSeconds + maxSeconds) / 2 : 0;
}

/**
 * Estimated time from the moment at which the path is back until every session is as before. Clients wait the longer, the longer they
 * have tried in vain: after an outage up to twice as long.
 */
const returningSeconds = (planned: PlannedCase): number =>
  hasOutage(faultOf(planned)) ? Math.min(RETURN_SECONDS, 1 + 2 * outageOf(planned)) : RETURNING_SECONDS;

/** Silence after which a session counts as lost. */
export const silenceOf = ({ disruption, rate }: Pick<PlannedCase, 'disruption' | 'rate'>): number =>
  disruption?.silenceSeconds ?? Math.max(SILENCE_SECONDS, SILENT_INTERVALS / rate);

async function comeBack({ planned, seed, block, onStage }: TrialContext): Promise<Measured> {
  const { clients, rate, disruption } = planned;
  const fault = faultOf(planned);
  const policy = policyOf(planned);
  const silenceSeconds = silenceOf(planned);
  const intervalSeconds = 1 / rate;
  return onStage(async (stage) => {
    const idle = await stage.snapshot();
    const { connect } = await stage.openSessions(clients, inFlightOf(planned));
    const ready = await stage.snapshot();
    const { result: found, ...window } = await stage.window(() =>
      stage.disrupt({
        fault,
        policy,
        intervalSeconds,
        steadySeconds: STEADY_SECONDS,
        outageSeconds: hasOutage(fault) ? outageSeconds(disruption?.outage ?? DEFAULT_OUTAGE, { seed, block }) : 0,
        silenceSeconds,
        observationSeconds: RETURN_SECONDS,
      }),
    );
    const { sessions } = found;
    if (sessions.length !== clients)
      throw new Error(`the load workers told of ${sessions.length} sessions, and ${clients} were opened`);
    const published = publishedOf(planned, found);
    const limited = endsServer(fault) && capabilitiesOf(planned).resumeEndsWithServer === true;
    const summary = summariseRecovery({
      ...found,
      intervalNs: intervalSeconds * NS,
      published,
      silenceSeconds: policy === 'managed' ? silenceSeconds : null,
      ...(limited ? { limit: SESSION_WENT } : {}),
    });
    const reading = {
      idle,
      ready,
      ...window,
      connect,
      recording: recordingOf(found, { published, intervalNs: intervalSeconds * NS }),
      workers: stage.workers,
      due: published,
      seconds: (found.endNs - found.startNs) / NS,
    };
    return { reading, extras: { recovery: summary } };
  });
}

/** Number of messages that were due early enough before the end to have arrived. */
function publishedOf(planned: PlannedCase, { startNs, endNs }: Disrupted): number {
  const grace = GRACE_SECONDS + 2 * longestRoundTripSeconds(networkOf(planned));
  return Math.max(0, Math.ceil(((endNs - startNs) / NS - grace) * planned.rate));
}

/**
 * Recording of a trial: the publisher's work, every session's first arrivals and their times, and the load workers' own usage. Losses
 * are counted over all sessions here, those that are gone included.
 */
function recordingOf(
  { recording, sessions, published: publisher, startNs, endNs }: Disrupted,
  { published, intervalNs }: { readonly published: number; readonly intervalNs: number },
): Recording {
  const response = histogram();
  let delivered = 0;
  let early = 0;
  for (const { arrivedNs } of sessions) {
    for (let number = 0; number < published; number++) {
      const atNs = arrivedNs[number] ?? null;
      if (atNs === null || atNs > endNs) continue;
      delivered++;
      const responseNs = Math.round(atNs - (startNs + number * intervalNs));
      if (responseNs < 0) early++;
      else response.recordValue(Math.max(1, responseNs));
    }
  }
  const sum = (of: (history: SessionHistory) => number): number =>
    sessions.reduce((total, history) => total + of(history), 0);
  const sent = Math.min(published, publisher.sent);
  const late = publisher.sent - publisher.onTime;
  const { overdue: _, overdueBounds: __, timeline: ___, ...own } = recording;
  return {
    ...own,
    due: published,
    sent,
    unsent: published - sent,
    onTime: Math.max(0, sent - late),
    delivered,
    duplicated: sum((history) => history.duplicated),
    reordered: sum((history) => history.reordered),
    corrupt: sum((history) => history.corrupt),
    unexpected: 0,
    early,
    errors: {},
    response: encode(response),
    seconds: (endNs - startNs) / NS,
  };
}

/** Figures of a recovery in one line: `back 2.1 s  lost 0  dup 0`. */
function described({ sessions, reconnection, messages }: Recovery): string {
  const { all, survived, gone } = sessions;
  const back =
    reconnection.p50 !== null
      ? `back ${figures(reconnection.p50, 2)} s`
      : survived === all
        ? 'all survived'
        : `${gone} of ${all} gone`;
  const also = reconnection.p50 !== null && gone > 0 ? [`${gone} gone`] : [];
  return [back, ...also, `lost ${messages.lost}`, `dup ${messages.duplicated}`].join('  ');
}
