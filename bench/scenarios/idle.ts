import { ECHO } from '../codec/header.ts';
import { merge } from '../load/histogram.ts';
import { figures } from '../results/numbers.ts';
import type { Memory, Radio } from '../results/schema.ts';
import type { Measured, PlannedCase, ScenarioModule, Snapshot, Stage } from './shape.ts';
import {
  inFlightOf,
  OVERHEAD_SECONDS,
  openingSeconds,
  openingTogetherSeconds,
  silentSessions,
} from './shared/costs.ts';
import { perSecond } from './shared/figures.ts';
import { heartbeatSecondsOf } from './shared/heartbeat.ts';
import { isOverNetwork } from './shared/network.ts';

/** Time for which a phone's radio stays awake after a packet: the inactivity timer of LTE is about 10 s (docs/methodology.md). */
const TAIL_SECONDS = 10;
/** Heartbeats in a window over a network, at the least. */
const MIN_HEARTBEATS = 3;
/** Interval of the slowest heartbeat but one by default, for estimates. */
const USUAL_SECONDS = 25;
/** Interval of the slowest heartbeat by default, that of mqtt. */
const LONGEST_SECONDS = 60;

/** Holds idle sessions, and measures their memory and heartbeats; over a network the use of a phone's radio, and no memory. */
export const idle: ScenarioModule<'idle'> = {
  id: 'idle',
  scenarios: [
    {
      id: 'idle',
      title: 'Holding idle sessions',
      opcode: ECHO,
      reaches: 'sender',
      usual: false,
      defaults: {
        clients: 4000,
        rate: 0,
        sizes: [],
        seconds: 10,
        // Three of the slowest heartbeats. Memory, which needs many sessions, is that without a network.
        overNetwork: { clients: 20, seconds: MIN_HEARTBEATS * LONGEST_SECONDS },
      },
    },
  ],
  uses: {
    rate: 'none',
    messages: false,
    duration: true,
    warmup: false,
    objective: false,
    network: true,
    heartbeat: true,
  },
  estimateSeconds: estimate,
  resources: silentSessions,
  measure: ({ planned, onStage }) =>
    onStage((stage) => (isOverNetwork(planned) ? watchRadios(planned, stage) : holdSessions(planned, stage))),
  accounting: { samples: 'service', timeline: false },
  rules: ['nothing-foreign', 'sessions-held'],
  detail: ({ memory, opening, radio, seconds }) => {
    if (radio !== undefined) return `radio awake ${figures(radio.awakeSecondsPerHour)} s/h`;
    return [
      ...(memory === undefined
        ? [`${Math.round(seconds)} s`]
        : [
            `server ${kibibytes(memory.server.bytesPerSession)} a session (R² ${memory.server.r2.toFixed(3)})`,
            `generator ${kibibytes(memory.generator.bytesPerSession)}`,
          ]),
      ...(opening === undefined ? [] : [`opened ${perSecond(opening.sessions / opening.seconds, 'sessions')}`]),
    ].join('  ');
  },
  judgedBy: 'verdicts',
  brokenSessionsFail: true,
  microCosts: false,
  advice: 'cost',
};

/** Estimated time of a trial: at least an interval of the heartbeats, over a network several, after a tail. */
function estimate(planned: PlannedCase): number {
  const { clients, seconds } = planned;
  const heartbeatSeconds = heartbeatSecondsOf(planned) ?? USUAL_SECONDS;
  if (!isOverNetwork(planned)) return 3 + openingTogetherSeconds(clients) + Math.max(seconds, heartbeatSeconds);
  return (
    OVERHEAD_SECONDS + openingSeconds(clients) + TAIL_SECONDS + Math.max(seconds, MIN_HEARTBEATS * heartbeatSeconds)
  );
}

/** Session counts at which memory is read, besides the first. */
const STEPS = 6;
const FIRST_SHARE = 0.1;
/** Sessions opened and closed beforehand, so that memory allocated only once, such as compiled code, does not affect the slope. */
const WARM_SESSIONS = 200;
const SECONDS_PER_HOUR = 3_600;

const kibibytes = (bytes: number): string => `${figures(bytes / 1024)} KiB`;

/**
 * Measures the cost of an idle session: opens sessions in steps, reads both sides' memory at each, then holds all of them for a
 * whole number of the transport's heartbeats, so that none is counted in part.
 */
async function holdSessions(planned: PlannedCase, stage: Stage): Promise<Measured> {
  const { clients, seconds: atLeast } = planned;
  const inFlight = inFlightOf(planned);
  await stage.openSessions(Math.min(clients, WARM_SESSIONS), inFlight);
  await stage.memory();
  await stage.closeSessions();
  const idle = await stage.snapshot();
  const steps: Memory['steps'] = [];
  const times: string[] = [];
  let openingSeconds = 0;
  for (const sessions of stepsUpTo(clients)) {
    const opened = await stage.openSessions(sessions, inFlight);
    times.push(opened.connect);
    openingSeconds += opened.seconds;
    const { server, generator } = await stage.memory();
    if (server !== null) steps.push({ sessions, serverRssBytes: server, generatorRssBytes: generator });
  }
  const ready = await stage.snapshot();
  const seconds = wholeHeartbeats(atLeast, Number(stage.effective.heartbeatSeconds ?? 0));
  const { result: recording, ...window } = await stage.window(() => stage.hold(seconds));
  const connect = merge(times);
  const counted = { recording, workers: stage.workers, due: 0, seconds: recording.seconds };
  const memory = memoryOf(steps);
  const reading = { idle, ready, ...window, connect, ...counted };
  const opening = { sessions: clients, seconds: openingSeconds, inFlight: inFlight * stage.workers };
  return { reading, extras: memory === undefined ? { opening } : { memory, opening } };
}

/**
 * Measures the use of a phone's radio by an idle session: opens all sessions, waits until what opened them keeps no radio awake, then
 * holds them for a whole number of the transport's heartbeats.
 */
export async function watchRadios(planned: PlannedCase, stage: Stage, tailSeconds = TAIL_SECONDS): Promise<Measured> {
  const { clients, seconds: asked } = planned;
  const idle = await stage.snapshot();
  await stage.watchRadio(tailSeconds);
  const { connect } = await stage.openSessions(clients, inFlightOf(planned));
  const ready = await stage.snapshot();
  const { errors: earlier } = await stage.hold(tailSeconds);
  const heartbeatSeconds = Number(stage.effective.heartbeatSeconds ?? 0);
  const seconds = wholeHeartbeats(Math.max(asked, MIN_HEARTBEATS * heartbeatSeconds), heartbeatSeconds);
  const { result, ...window } = await stage.window(() => stage.hold(seconds));
  const recording = { ...result, errors: sumOf(earlier, result.errors) };
  const radio = radioOf(window, { clients, tailSeconds });
  const reading = {
    idle,
    ready,
    ...window,
    connect,
    recording,
    workers: stage.workers,
    due: 0,
    seconds: recording.seconds,
  };
  return radio === undefined ? { reading } : { reading, extras: { radio } };
}

type Errors = Readonly<Record<string, number>>;

function sumOf(one: Errors, other: Errors): Record<string, number> {
  const sum: Record<string, number> = { ...one };
  for (const [text, count] of Object.entries(other)) sum[text] = (sum[text] ?? 0) + count;
  return sum;
}

/** Use of a session's radio between two snapshots. Undefined if it was not watched. */
export function radioOf(
  { before: { radio: first }, after: { radio: last } }: { readonly before: Snapshot; readonly after: Snapshot },
  { clients, tailSeconds }: { readonly clients: number; readonly tailSeconds: number },
): Radio | undefined {
  if (first === undefined || last === undefined) return undefined;
  const seconds = last.seconds - first.seconds;
  const perHour = (of: 'awakeSeconds' | 'bytes' | 'packets'): number =>
    ((last[of] - first[of]) / clients / seconds) * SECONDS_PER_HOUR;
  return {
    tailSeconds,
    seconds,
    awakeSecondsPerHour: perHour('awakeSeconds'),
    bytesPerHour: perHour('bytes'),
    packetsPerHour: perHour('packets'),
  };
}

/** Session counts at which memory is read: a tenth of all, then equal steps up to all; fewer if there are few sessions. */
export function stepsUpTo(clients: number): number[] {
  const first = Math.max(1, Math.floor(clients * FIRST_SHARE));
  const counts = Array.from({ length: STEPS + 1 }, (_, step) => Math.round(first + ((clients - first) * step) / STEPS));
  return [...new Set(counts)];
}

/** Rounds a time up to a whole number of heartbeats. */
export function wholeHeartbeats(seconds: number, heartbeatSeconds: number): number {
  return heartbeatSeconds > 0 ? Math.ceil(seconds / heartbeatSeconds) * heartbeatSeconds : seconds;
}

/** Memory per session of both sides, as slopes. Undefined with too few steps for a meaningful slope. */
function memoryOf(steps: Memory['steps']): Memory | undefined {
  if (steps.length < 4) return undefined;
  const side = (rss: (step: Memory['steps'][number]) => number) => {
    const { slope, r2 } = slopeOf(steps.map((step) => ({ x: step.sessions, y: rss(step) })));
    return { bytesPerSession: slope, r2 };
  };
  return {
    server: side(({ serverRssBytes }) => serverRssBytes),
    generator: side(({ generatorRssBytes }) => generatorRssBytes),
    steps,
  };
}

/** Fits a line by least squares: its slope, and R², the share of the variance that it explains. Needs two different x. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): { slope: number; r2: number } {
  const mean = (of: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const xx = mean(({ x }) => (x - meanX) ** 2);
  const yy = mean(({ y }) => (y - meanY) ** 2);
  const xy = mean(({ x, y }) => (x - meanX) * (y - meanY));
  return { slope: xy / xx, r2: yy === 0 ? 1 : xy ** 2 / (xx * yy) };
}
