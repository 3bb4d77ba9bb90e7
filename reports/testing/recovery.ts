import { POLICIES } from '../../bench/results/dimensions.ts';
import type { Radio, Recovery, RecoverySlice, Slow, Summary, Times } from '../../bench/results/schema.ts';
import { histogram } from './histograms.ts';
import type { Made, Making, RecoverySpec, RunSpec, ScenarioSpec, SlowSpec, TransportSpec } from './spec.ts';

const SESSIONS = { kind: 'recovery', scenario: 'recovery', clients: 50, rate: 10 } as const;

export const RESTART: ScenarioSpec = { ...SESSIONS, dimensions: { fault: 'restart' } };
export const RESTART_BY_LIBRARY: ScenarioSpec = { ...SESSIONS, dimensions: { fault: 'restart', reconnect: 'library' } };
export const BLACKHOLE: ScenarioSpec = { ...SESSIONS, dimensions: { fault: 'blackhole' } };
export const SLOW: ScenarioSpec = {
  kind: 'slow',
  scenario: 'slow-readers',
  clients: 50,
  rate: 200,
  size: 1024,
  dimensions: { reader: 'stopped' },
};
/** Idle sessions through the relay, so that the times of their packets are known. */
export const ON_A_RADIO: ScenarioSpec = {
  kind: 'idle',
  scenario: 'idle',
  clients: 20,
  rate: 0,
  size: 0,
  network: '4g',
};

const WITH_THE_PROCESS = 'the session went with the process';
const PROMPT: RecoverySpec = { noticed: 0.1, reconnection: 0.5, catchUp: 0.05, attempts: 120 };
const SURVIVES: RecoverySpec = { survived: 50, stale: 2.3 };

/**
 * Transports with known ways through a fault: ws loses nothing and is quick, sse loses nothing and is slower, socketio loses what was
 * published meanwhile, and the library of ws never comes back. At a short cut of the path those over TCP survive, but for one.
 */
// biome-ignore format: a transport, some lines
export const RECOVERING: Readonly<Record<string, TransportSpec>> = {
  tcp: {
    title: 'Raw TCP, length-prefixed', floor: true,
    recoveries: { restart: PROMPT, 'restart/library': { gone: 50, noticed: 0.1 }, blackhole: SURVIVES },
    slow: { p99Ms: 4, ratio: 1.02, growthMiB: 3, fates: [{ fate: 'cut', sessions: 5, seconds: 6, missed: 4_000, reason: 'reset' }] },
    radio: { awakeSecondsPerHour: 0, bytesPerHour: 0, packetsPerHour: 0 },
  },
  ws: {
    title: 'WebSocket (ws)', family: 'socket',
    recoveries: { restart: PROMPT, 'restart/library': { gone: 50, noticed: 0.1 }, blackhole: { ...SURVIVES, stale: 2.4 } },
    slow: { p99Ms: 5, ratio: 1.05, growthMiB: 5, fates: [{ fate: 'cut', sessions: 5, seconds: 6, missed: 4_000, reason: '1013' }] },
    radio: { awakeSecondsPerHour: 0, bytesPerHour: 0, packetsPerHour: 0 },
  },
  sse: {
    title: 'Server-Sent Events + POST', family: 'stream', idleBytes: 8_000,
    recoveries: {
      restart: { ...PROMPT, reconnection: 1.5, catchUp: 0.1, twice: 1 },
      'restart/library': { ...PROMPT, reconnection: 3, catchUp: 0.1, attempts: 0 },
      blackhole: { noticed: 62, reconnection: 8, catchUp: 0.2, attempts: 90, gone: 5 },
    },
    slow: { p99Ms: 6, ratio: 1.1, growthMiB: 20, leftMiB: 12, fates: [{ fate: 'caught up', sessions: 5, seconds: null, missed: 0 }] },
    radio: { awakeSecondsPerHour: 600, bytesPerHour: 8_000, packetsPerHour: 120 },
  },
  socketio: {
    title: 'Socket.IO', family: 'socket', idleBytes: 40_000,
    recoveries: {
      restart: { ...PROMPT, reconnection: 0.6, lost: 31, limit: WITH_THE_PROCESS },
      'restart/library': { ...PROMPT, reconnection: 1, lost: 36, attempts: 0, limit: WITH_THE_PROCESS },
      blackhole: { ...SURVIVES, stale: 2.3 },
    },
    slow: {
      p99Ms: 5, ratio: 1.8, growthMiB: 90,
      fates: [
        { fate: 'cut', sessions: 3, seconds: 8, missed: 3_000, reason: 'transport close' },
        { fate: 'missed messages', sessions: 2, seconds: null, missed: 210 },
      ],
    },
    radio: { awakeSecondsPerHour: 1_440, bytesPerHour: 40_000, packetsPerHour: 576 },
  },
};

/** Invented run of every kind that this file has trials of. */
export const RECOVERY_RUN: RunSpec = {
  transports: RECOVERING,
  scenarios: [RESTART, RESTART_BY_LIBRARY, BLACKHOLE, SLOW, ON_A_RADIO],
  wire: 'link',
  band: 'usual',
};

const FAULT_SECONDS = 5;
const SLICE_SECONDS = 0.5;
const AFTER_SECONDS = 40;

/** Range of the outages. */
export const OUTAGE = { minSeconds: 2, maxSeconds: 4 };

/** Outage of a block, spread over the range in a plan of six blocks; the same for every case. */
export const outageOf = (block: number): number => OUTAGE.minSeconds + (2 * ((block % 6) + 0.5)) / 6;

const NONE: Times = { count: 0, p50: null, p95: null, max: null };

/** Adds a fault to a measurement, after which the sessions come back as the transport's spec says. */
export function recover(made: Made, { shell, transport, block, scattered }: Making): Made {
  const fault = String(shell.dimensions?.fault ?? 'restart');
  const policy = POLICIES.find((one) => one === shell.dimensions?.reconnect) ?? 'managed';
  const spec = transport.recoveries?.[`${fault}/${policy}`] ?? transport.recoveries?.[fault] ?? PROMPT;
  const { survived = 0, gone = 0, noticed = null, reconnection = null, catchUp = null, stale } = spec;
  const { lost = 0, twice = 0, attempts = 0, cpuSeconds = 0.2, limit } = spec;
  const all = shell.clients;
  const there = all - gone;
  const cameBack = there - survived;
  const outage = outageOf(block);
  const backSeconds = FAULT_SECONDS + outage;
  const endSeconds = backSeconds + Math.max(AFTER_SECONDS, (noticed ?? 0) + (reconnection ?? 0) + 2);
  const published = Math.round(endSeconds * shell.rate);
  const messages = { expected: published * there, lost: lost * there, duplicated: twice * there };
  const counts = { ...messages, delivered: messages.expected - messages.lost, reordered: 0, corrupt: 0 };
  const times = (value: number | null, count: number): Times => {
    if (value === null || count === 0) return NONE;
    const p50 = scattered(value);
    return { count, p50, p95: 1.6 * p50, max: 2 * p50 };
  };
  const detection = times(noticed, cameBack + gone);
  const reconnected = times(reconnection, cameBack);
  const recovery: Recovery = {
    faultSeconds: FAULT_SECONDS,
    backSeconds,
    endSeconds,
    intervalSeconds: 1 / shell.rate,
    silenceSeconds: policy === 'managed' ? 3 : null,
    sessions: { all, survived, cameBack, gone, noticed: detection.count },
    detection,
    reconnection: reconnected,
    catchUp: lost > 0 ? NONE : times(catchUp, cameBack),
    staleness: there === 0 ? NONE : times((stale ?? outage + (reconnection ?? 0)) / 2, there),
    firstWaits: histogram(cameBack, 0.5e9, 0.4),
    attempts: { all: attempts, failed: Math.max(0, attempts - cameBack), peakPerSecond: Math.ceil(attempts / 3) },
    messages: { published, ...counts, lostMax: lost, duplicatedMax: twice },
    herd: { cpuSeconds: scattered(cpuSeconds), seconds: reconnected.max ?? 0, listenDrops: 0 },
    reasons: detection.count === 0 ? {} : { 'connection closed': detection.count },
    ...(limit === undefined ? {} : { limit }),
    timeline: slicesOf({
      all,
      attempts,
      from: noticed ?? outage,
      endSeconds,
      backSeconds,
      reconnection: reconnection ?? 0,
    }),
  };
  return {
    ...made,
    seconds: endSeconds,
    messages: { ...made.messages, due: published, sent: published, onTime: published, ...counts },
    recovery,
  };
}

/** Slices with the attempts spread evenly from the first to the return of the last session. */
function slicesOf({
  all,
  attempts,
  from,
  endSeconds,
  backSeconds,
  reconnection,
}: {
  readonly all: number;
  readonly attempts: number;
  readonly from: number;
  readonly endSeconds: number;
  readonly backSeconds: number;
  readonly reconnection: number;
}): RecoverySlice[] {
  const count = Math.ceil(endSeconds / SLICE_SECONDS);
  const first = Math.floor((FAULT_SECONDS + from) / SLICE_SECONDS);
  const last = Math.max(first, Math.floor((backSeconds + 1.6 * reconnection) / SLICE_SECONDS));
  const shared = (index: number): number => {
    const place = index - first;
    const parts = last - first + 1;
    if (index < first || index > last) return 0;
    return Math.floor(((place + 1) * attempts) / parts) - Math.floor((place * attempts) / parts);
  };
  return Array.from({ length: count }, (_, index) => ({
    seconds: index * SLICE_SECONDS,
    usable: index < first || index > last ? all : 0,
    lost: index === first ? all : 0,
    attempts: shared(index),
    delivered: 0,
    replayed: 0,
  }));
}

/** Adds slow readers to a measurement, and what became of them. */
export function slowDown(made: Made, { transport, scattered }: Making): Made {
  const { p99Ms = 5, ratio = 1, growthMiB = 2, leftMiB = 0, fates = [] }: SlowSpec = transport.slow ?? {};
  const before = 80 * 2 ** 20;
  const without = scattered(p99Ms) / 1e3;
  const p99Ratio = scattered(ratio);
  const slow: Slow = {
    readers: 5,
    without: summaryOf(without),
    with: summaryOf(without * p99Ratio),
    p99Ratio,
    serverRss: {
      before,
      max: Math.round(before + scattered(growthMiB) * 2 ** 20),
      after: Math.round(before + leftMiB * 2 ** 20),
    },
    afterSeconds: 30,
    fates: fates.map((fate) => ({ ...fate })),
  };
  return { ...made, slow };
}

const summaryOf = (p99: number): Summary => ({
  count: 90_000,
  p50: p99 / 4,
  p90: p99 / 2,
  p99,
  'p99.9': p99 * 1.5,
  max: p99 * 2,
});

/** Adds the time for which a phone's radio would be awake, to an idle trial of a transport that has one. */
export function onRadio(made: Made, { shell, transport, durationSeconds }: Making): Made {
  if (transport.radio === undefined || shell.network !== ON_A_RADIO.network) return made;
  const radio: Radio = { tailSeconds: 10, seconds: durationSeconds, ...transport.radio };
  // Over a network no memory is read.
  const { memory: _, ...rest } = made;
  return { ...rest, radio };
}
