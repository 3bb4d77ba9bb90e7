import { ECHO } from '../codec/header.ts';
import { merge } from '../load/histogram.ts';
import { figures } from '../results/numbers.ts';
import type { Memory } from '../results/schema.ts';
import type { Measured, PlannedCase, ScenarioModule, Stage } from './shape.ts';
import { openingSeconds, silentSessions } from './shared/costs.ts';

/** Holds idle sessions, and measures their memory and heartbeats. */
export const idle: ScenarioModule<'idle'> = {
  id: 'idle',
  scenarios: [
    {
      id: 'idle',
      title: 'Holding idle sessions',
      opcode: ECHO,
      reaches: 'sender',
      usual: false,
      defaults: { clients: 4000, rate: 0, sizes: [], seconds: 10 },
    },
  ],
  uses: { rate: 'none', messages: false, duration: true, warmup: false, objective: false },
  // At least one interval of the slowest heartbeat.
  estimateSeconds: ({ clients, seconds }) => 3 + openingSeconds(clients) + Math.max(seconds, 25),
  resources: silentSessions,
  measure: ({ planned, onStage }) => onStage((stage) => holdSessions(planned, stage)),
  accounting: { samples: 'service', timeline: false },
  rules: ['nothing-foreign', 'sessions-held'],
  detail: ({ memory, seconds }) =>
    memory === undefined
      ? `${Math.round(seconds)} s`
      : `server ${kibibytes(memory.server.bytesPerSession)} a session (R² ${memory.server.r2.toFixed(3)})  generator ${kibibytes(memory.generator.bytesPerSession)}`,
  judgedBy: 'verdicts',
  brokenSessionsFail: true,
  microCosts: false,
  advice: 'cost',
};

/** Session counts at which memory is read, besides the first. */
const STEPS = 6;
const FIRST_SHARE = 0.1;
/** Sessions opened and closed beforehand, so that memory allocated only once, such as compiled code, does not affect the slope. */
const WARM_SESSIONS = 200;
/** Sessions opened concurrently, since their opening times do not matter here. */
const IN_FLIGHT = 16;

const kibibytes = (bytes: number): string => `${figures(bytes / 1024)} KiB`;

/**
 * Measures the cost of an idle session: opens sessions in steps, reads both sides' memory at each, then holds all of them for a
 * whole number of the transport's heartbeats, so that none is counted in part.
 */
async function holdSessions({ clients, seconds: atLeast }: PlannedCase, stage: Stage): Promise<Measured> {
  await stage.openSessions(Math.min(clients, WARM_SESSIONS), IN_FLIGHT);
  await stage.memory();
  await stage.closeSessions();
  const idle = await stage.snapshot();
  const steps: Memory['steps'] = [];
  const times: string[] = [];
  for (const sessions of stepsUpTo(clients)) {
    times.push((await stage.openSessions(sessions, IN_FLIGHT)).connect);
    const { server, generator } = await stage.memory();
    if (server !== null) steps.push({ sessions, serverRssBytes: server, generatorRssBytes: generator });
  }
  const ready = await stage.snapshot();
  const seconds = wholeHeartbeats(atLeast, Number(stage.effective.heartbeatSeconds ?? 0));
  const before = await stage.snapshot();
  const recording = await stage.hold(seconds);
  const after = await stage.snapshot();
  const connect = merge(times);
  const counted = { recording, workers: stage.workers, due: 0, seconds: recording.seconds };
  const memory = memoryOf(steps);
  const reading = { idle, ready, before, after, connect, ...counted };
  return memory === undefined ? { reading } : { reading, extras: { memory } };
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
