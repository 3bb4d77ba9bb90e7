import { caseId } from '../../bench/results/case.ts';
import { wholeAbove, wholeBelow } from '../../bench/results/numbers.ts';
import {
  type Capacity,
  type Case,
  type CoreUsage,
  type Results,
  SCHEMA,
  type Slice,
  type Trial,
} from '../../bench/results/schema.ts';
import { summarise as percentilesOf } from '../../bench/results/summary.ts';
import { upgrade } from '../../bench/results/upgrade.ts';
import { METRICS } from '../kinds/lookup.ts';
import { gaussian, histogram } from './histograms.ts';
import { overNetwork } from './networks.ts';
import { OUTAGE, onRadio, recover, slowDown } from './recovery.ts';
import type { Fault, Made, Making, RunSpec, ScenarioSpec, Shell, TransportSpec, TrialSpec } from './spec.ts';

export type { Fault, RunSpec, ScenarioSpec, TransportSpec };

const EVERY_DIFFERENCE = Object.fromEntries(METRICS.map(({ id }) => [id, 0]));

export const ECHO: ScenarioSpec = { scenario: 'echo', clients: 100, rate: 1200 };
export const BROADCAST: ScenarioSpec = { scenario: 'broadcast', clients: 100, rate: 50 };

export const CAPACITY: ScenarioSpec = { scenario: 'capacity', kind: 'capacity', clients: 100, rate: 0 };
export const CEILING: ScenarioSpec = { scenario: 'ceiling', kind: 'closed', clients: 100, rate: 0 };
export const IDLE: ScenarioSpec = { scenario: 'idle', kind: 'idle', clients: 2000, rate: 0, size: 0 };
export const CONNECT: ScenarioSpec = { scenario: 'connect', kind: 'connect', clients: 2000, rate: 0, size: 0 };
export const WIRE: ScenarioSpec = { scenario: 'wire', kind: 'wire', clients: 1, rate: 0, size: 128 };
export const EVERY_KIND = [ECHO, CAPACITY, CEILING, IDLE, CONNECT, WIRE, { ...WIRE, size: 4096 }];

/** Makes the results of an invented run in their current form, with real histograms and seeded scatter. */
export const makeResults = (spec: RunSpec): Results => upgrade(invent(spec));

function invent(spec: RunSpec): Results {
  const { transports, scenarios = [ECHO], trials = 6, durationSeconds = 1, seed = 1, state = 'complete' } = spec;
  const { band = EVERY_DIFFERENCE } = spec;
  const random = gaussian(seed);
  const entries = Object.entries(transports);
  const labels = spec.aa === true ? ['a', 'b'] : [undefined];
  const shapes = scenarios.flatMap((scenario) =>
    entries.flatMap(([id, transport]) => labels.map((label) => ({ id, transport, scenario, label }))),
  );
  const done = Math.min(trials, spec.done ?? trials);
  const cases = shapes.map(({ id, transport, scenario, label }, index): Case => {
    const shell = caseShell(id, transport, scenario, label);
    const trial = (block: number) =>
      makeTrial({ shell, transport, block, order: block * shapes.length + index, durationSeconds, random, spec });
    return { ...shell, trials: Array.from({ length: done }, (_, block) => trial(block)) };
  });
  return {
    schema: SCHEMA,
    id: '2026-11-23T06-18-00Z-fixture',
    startedAt: '2026-11-23T06:18:00.000Z',
    finishedAt: state === 'running' ? null : '2026-11-23T06:23:30.000Z',
    state,
    plan: {
      seed,
      profile: trials < 6 ? 'quick' : 'default',
      transports: entries.map(([id, { variant }]) => (variant === undefined ? id : `${id}:${variant}`)),
      scenarios: scenarios.map(({ scenario }) => scenario),
      trials,
      durationSeconds,
      warmupSeconds: 0.3,
      workers: 1,
      ...(spec.objective === undefined ? {} : { objective: spec.objective }),
      ...(band === 'usual' ? {} : { band }),
      ...(spec.aa === true ? { aa: true } : {}),
      ...(scenarios.some(({ dimensions }) => dimensions?.fault !== undefined) ? { outage: OUTAGE } : {}),
      order: Array.from({ length: trials }, () => cases.map(({ id }) => id)),
      command: 'npm run bench -- --seed 1',
    },
    environment: {
      wirebench: '0.1.0',
      node: 'v24.21.0',
      platform: 'linux',
      arch: 'x64',
      kernel: '6.8.0',
      cpu: 'Invented CPU @ 2.50GHz',
      cores: 2,
      memoryBytes: 24 * 2 ** 30,
      link: 'loopback',
      pinning: { server: '0', generator: '1' },
      packages: { ws: '8.23.0', 'socket.io': '4.8.4', aedes: '1.2.0', mqtt: '5.16.0', 'graphql-ws': '6.4.2' },
      ...spec.environment,
    },
    ...(spec.networks === undefined ? {} : { networks: [...spec.networks] }),
    transports: entries.map(([id, { variant, title, family, floor = false, binary = true, batches }]) => ({
      id,
      variant: variant ?? null,
      title: title ?? id,
      floor,
      ...(family === undefined ? {} : { family }),
      capabilities: {
        binary,
        ordered: true,
        reliable: true,
        upstream: 'connection',
        ...(batches === undefined ? {} : { batches }),
      },
    })),
    cases,
    ...(spec.micro === undefined ? {} : { micro: [...spec.micro] }),
  };
}

/** Seven transports of the default run, with figures of about the right size. */
// biome-ignore format: one transport, three lines
export const SEVEN: Readonly<Record<string, TransportSpec>> = {
  tcp: {
    title: 'Raw TCP, length-prefixed', floor: true, p50Ms: 0.12, framing: 4, cpuMicros: 9, memoryMiB: 62, connectMs: 0.6,
    capacity: 61_000, closedRate: 72_000, sessionKiB: 9, idleBytes: 0, sessionRate: 3100,
  },
  ws: {
    title: 'WebSocket (ws)', family: 'socket', p50Ms: 0.17, framing: 6, cpuMicros: 14, memoryMiB: 71, connectMs: 1.9,
    capacity: 42_000, closedRate: 49_000, sessionKiB: 14, idleBytes: 0, sessionRate: 1200,
  },
  socketio: {
    title: 'Socket.IO', family: 'socket', p50Ms: 0.24, framing: 16, cpuMicros: 24, memoryMiB: 92, connectMs: 4.8, tail: 0.6,
    capacity: 24_000, closedRate: 28_000, sessionKiB: 41, idleBytes: 2160, sessionRate: 480,
  },
  sse: {
    title: 'Server-Sent Events + POST', family: 'stream', p50Ms: 0.41, framing: 150, cpuMicros: 61, memoryMiB: 88, connectMs: 3.1,
    capacity: 9_000, closedRate: 10_400, sessionKiB: 33, idleBytes: 3600, sessionRate: 760,
  },
  'long-polling': {
    title: 'HTTP long polling', family: 'polling', p50Ms: 0.83, framing: 320, cpuMicros: 118, memoryMiB: 104, connectMs: 3.4, tail: 0.8,
    capacity: 4_600, closedRate: 5_300, sessionKiB: 38, idleBytes: 86_000, sessionRate: 640,
  },
  mqtt: {
    title: 'MQTT (aedes)', family: 'broker', p50Ms: 0.25, framing: 16, cpuMicros: 26, memoryMiB: 84, connectMs: 5.2, tail: 0.6,
    capacity: 22_000, closedRate: 26_000, sessionKiB: 46, idleBytes: 240, sessionRate: 410,
  },
  graphql: {
    title: 'GraphQL (graphql-ws)', family: 'socket', p50Ms: 0.52, framing: 140, cpuMicros: 73, memoryMiB: 110, connectMs: 6.4,
    capacity: 7_700, closedRate: 8_900, sessionKiB: 58, idleBytes: 0, sessionRate: 330,
  },
};

const SETTINGS = { ws: { noDelay: true, perMessageDeflate: false }, other: { noDelay: true } };

function caseShell(
  id: string,
  { variant, effective }: TransportSpec,
  scenario: ScenarioSpec,
  label: string | undefined,
): Shell {
  const { kind, clients = 100, rate = 1200, size = 128, encoding = 'text', dimensions } = scenario;
  const { tls = false, network = 'none' } = scenario;
  const described = {
    transport: id,
    variant: variant ?? null,
    ...(label === undefined ? {} : { label }),
    scenario: scenario.scenario,
    ...(kind === undefined ? {} : { kind }),
    clients,
    rate,
    size,
    encoding,
    tls,
    network,
    ...(dimensions === undefined ? {} : { dimensions }),
  };
  return { id: caseId(described), ...described, effective: effective ?? (id === 'ws' ? SETTINGS.ws : SETTINGS.other) };
}

function makeTrial(trial: TrialSpec): Trial {
  const { transport, block, order, random } = trial;
  const startedAt = '2026-11-23T06:18:01.000Z';
  const fault = transport.faults?.[block];
  if (fault?.state === 'failed') return { state: 'failed', block, order, startedAt, reasons: [...fault.reasons] };

  const { noise = 0.02 } = transport;
  const scattered = (value: number) => value * Math.exp(noise * random());
  const measurement = {
    ...overNetwork(measurementOf({ ...trial, scattered }), { ...trial, scattered }),
    block,
    order,
    startedAt,
  };
  return fault === undefined
    ? { ...measurement, state: 'valid', reasons: [] }
    : { ...measurement, state: fault.state, reasons: [...fault.reasons] };
}

function measurementOf(making: Making): Made {
  const { shell, transport, durationSeconds, scattered } = making;
  switch (shell.kind) {
    case 'capacity': {
      const capacity = searchOf(making);
      // The latency at the found rate is that of the last step, with its long queue, not of an idle server.
      const loaded = { ...transport, p50Ms: (capacity.steps.at(-1)?.p50 ?? 0.001) * 1e3 };
      const due = Math.round(Math.max(1000, capacity.rate) * durationSeconds);
      return { ...exchange({ ...making, transport: loaded }, due), capacity };
    }
    case 'closed':
      return exchange(making, Math.round(scattered(transport.closedRate ?? 20_000) * durationSeconds));
    case 'idle':
      return onRadio(idle(making), making);
    case 'recovery':
      return recover(exchange(making, 0), making);
    case 'slow':
      return slowDown(exchange(making, Math.round(shell.rate * durationSeconds)), making);
    case 'connect': {
      const made = exchange(making, 0);
      const seconds = shell.clients / scattered(transport.sessionRate ?? 800);
      return { ...made, opening: { sessions: shell.clients, seconds, inFlight: 50 } };
    }
    case 'wire':
      return wire(making);
    default:
      return exchange(making, Math.round(shell.rate * durationSeconds));
  }
}

/** Header bytes of a packet on the link: Ethernet, IP, and TCP with timestamps. */
export const PACKET_BYTES = 14 + 20 + 32;
const SEGMENT = 1448;

function exchange(making: Making, due: number): Made {
  const { shell, transport, durationSeconds, scattered, spec } = making;
  const { p50Ms = 1, tail = 0.4, framing = 8, cpuMicros = 20, memoryMiB = 80, connectMs = 2 } = transport;
  const fan = shell.scenario === 'broadcast' ? shell.clients : 1;
  const expected = due * fan;
  const { lost = 0, overdue = 0, perPacket = 1 } = transport;
  const delivered = Math.max(0, expected - lost - overdue);
  const response = histogram(delivered, scattered(p50Ms * 1e6), tail);
  const bounds = histogram(overdue, 5.5e9, 0.02);
  const socket = {
    up: due * (shell.size + framing),
    down: delivered * (shell.size + framing),
    setupUp: shell.clients * Math.max(0, 120 + 10 * framing),
    setupDown: shell.clients * 130,
  };
  // Each message has its own packets, and every second one is acknowledged by a separate packet.
  const filled = Math.ceil((shell.size + framing) / SEGMENT);
  const packets = {
    packetsUp: Math.ceil((due * filled + Math.floor(delivered / 2)) / perPacket),
    packetsDown: Math.ceil((delivered * filled + Math.floor(due / 2)) / perPacket),
  };
  return {
    seconds: durationSeconds,
    messages: {
      due,
      sent: due,
      unsent: 0,
      onTime: due,
      expected,
      delivered,
      lost: expected - delivered,
      ...(overdue === 0 ? {} : { overdue }),
      duplicated: 0,
      reordered: 0,
      corrupt: 0,
      unexpected: 0,
      errors: {},
    },
    ...(overdue === 0 ? {} : { overload: overloadOf(delivered / (fan * (durationSeconds + 5)), response, bounds) }),
    latency: {
      response,
      ...(overdue === 0 ? {} : { overdue: bounds }),
      service: response,
      lag: histogram(due, 6_000, 0.7),
      connect: histogram(shell.clients, scattered(connectMs * 1e6), 0.3),
    },
    ...(shell.kind === undefined && spec.timeline !== false ? { timeline: timelineOf(making, expected) } : {}),
    wire:
      spec.wire === 'link'
        ? {
            layer: 'link',
            up: socket.up + packets.packetsUp * PACKET_BYTES,
            down: socket.down + packets.packetsDown * PACKET_BYTES,
            setupUp: socket.setupUp + shell.clients * 4 * PACKET_BYTES,
            setupDown: socket.setupDown + shell.clients * 3 * PACKET_BYTES,
            ...packets,
            socket,
          }
        : { layer: 'socket', ...socket },
    usage: {
      server: {
        cpuSeconds: scattered(cpuMicros * 1e-6) * delivered,
        rssBytes: Math.round(scattered(memoryMiB) * 2 ** 20),
        rssIdleBytes: 50 * 2 ** 20,
      },
      generator: {
        cpuSeconds: durationSeconds,
        rssBytes: 120 * 2 ** 20,
        ...(shell.kind === undefined ? {} : { rssStartBytes: 112 * 2 ** 20 }),
        loopDelayP99: 0.001,
        busy: 0.2,
        workers: 1,
      },
    },
    cores: [coreUsage('0', 'server', durationSeconds), coreUsage('1', 'generator', durationSeconds)],
  };
}

/** Makes the use of a core that others left alone. */
const coreUsage = (cores: string, role: string, seconds: number): CoreUsage => ({
  cores,
  roles: [role],
  seconds,
  ownSeconds: 0.2 * seconds,
  othersSeconds: 0.004 * seconds,
  interruptSeconds: 0.01 * seconds,
  stolenSeconds: 0,
  waitSeconds: 0.002 * seconds,
});

/** Makes latency over time with a random generator of its own, so that it does not change the run's other figures. */
function timelineOf({ transport, block, order, durationSeconds, spec }: Making, expected: number): Slice[] {
  const { p50Ms = 1, tail = 0.4, noise = 0.02, drift = 1, stalls = {} } = transport;
  const random = gaussian((spec.seed ?? 1) * 7_919 + order);
  // Neighbouring seeds give similar first draws.
  for (let draw = 0; draw < 8; draw++) random();
  const count = Math.max(1, Math.min(20, wholeBelow(durationSeconds / 0.05), expected));
  const length = durationSeconds / count;
  const stall = stalls[block];
  const until = stall === undefined ? 0 : stall.atSeconds + stall.seconds;
  const overlap = (index: number): number =>
    stall === undefined
      ? 0
      : Math.max(0, Math.min((index + 1) * length, until) - Math.max(index * length, stall.atSeconds)) / length;
  let held = 0;
  return Array.from({ length: count }, (_, index) => {
    const delivered = wholeAbove(((index + 1) * expected) / count) - wholeAbove((index * expected) / count);
    const typical = (p50Ms / 1e3) * drift ** ((index + 0.5) / count - 0.5) * Math.exp(noise * random());
    const longest = Math.max(0, until - Math.max(index * length, stall?.atSeconds ?? 0));
    const slowest = Math.max(typical * Math.exp(tail * (2.6 + 0.3 * random())), overlap(index) > 0 ? longest : 0);
    const waiting = Math.round(delivered * overlap(index));
    const over = overlap(index) < 1 && waiting + held > 0 && (index + 1) * length >= until;
    const arrived = delivered - waiting + (over ? held + waiting : 0);
    held = over ? 0 : held + waiting;
    const seconds = (value: number): number => Math.round(value * 1e9) / 1e9;
    return {
      seconds: seconds(index * length),
      delivered,
      arrived,
      p50: delivered < 20 ? null : seconds(overlap(index) > 0.5 ? Math.max(typical, longest - length / 2) : typical),
      p99:
        delivered < 1_000
          ? null
          : seconds(Math.max(typical * Math.exp(tail * 2.33), overlap(index) > 0.01 ? longest : 0)),
      max: delivered === 0 ? null : seconds(slowest),
    };
  });
}

const OBJECTIVE = { percentile: 99, seconds: 0.05 };

/** Makes a capacity search whose latency is a queue's: it grows without bound as the rate nears the capacity. */
function searchOf({ transport, block, durationSeconds, scattered }: Making): Capacity {
  const { p50Ms = 1, tail = 0.4, capacity = 20_000, lowerBounds = {} } = transport;
  const truth = scattered(capacity);
  const given = lowerBounds[block];
  const ceilingRate = given === undefined ? truth * 2.5 : truth * given * 1.1;
  const rate = given === undefined ? truth : truth * given;
  const step = (offered: number, confirming: boolean): Capacity['steps'][number] => {
    const queue = 1 / Math.max(0.004, 1 - offered / (truth * 1.03));
    const p50 = (scattered(p50Ms) / 1e3) * Math.sqrt(queue);
    const outcome = offered > ceilingRate ? 'generator' : offered <= truth ? 'met' : 'missed';
    const p99 = outcome === 'missed' ? Math.max(0.06, p50 * 90) : Math.min(0.049, p50 * Math.exp(2.33 * tail));
    return {
      rate: offered,
      seconds: confirming ? durationSeconds * 4 : durationSeconds,
      outcome,
      confirming,
      achieved: Math.min(offered, truth),
      p50,
      p99: outcome === 'missed' && offered > truth * 3 ? null : p99,
      lost: 0,
      busy: Math.min(1, offered / ceilingRate),
    };
  };
  if (capacity === 0) {
    const offered = [1000, 500, 250].map((each) => ({ ...step(each, false), outcome: 'missed' as const, p99: 0.2 }));
    return {
      objective: OBJECTIVE,
      rate: 0,
      bound: 'measured',
      reason: 'missed already at 250 msg/s',
      ceilingRate: 40_000,
      steps: offered,
    };
  }
  const tried = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 1.4, 1.2, 1.06].map((share) =>
    step(share * rate * 0.999, false),
  );
  return {
    objective: OBJECTIVE,
    rate,
    bound: given === undefined ? 'measured' : 'lower',
    ...(given === undefined ? {} : { reason: 'the load workers were busy 96 % of the time' }),
    ceilingRate,
    steps: [...tried, step(rate * 0.999, true)],
  };
}

function idle(making: Making): Made {
  const { shell, transport, durationSeconds, scattered, spec } = making;
  const { idleBytes = 0, sessionKiB = 20, fit = 0.999, cpuMicros = 20 } = transport;
  const made = exchange(making, 0);
  const sessionHours = (shell.clients * durationSeconds) / 3600;
  const bytes = Math.round((idleBytes * sessionHours) / 2);
  const serverBytes = scattered(sessionKiB) * 1024;
  const generatorBytes = scattered(sessionKiB * 0.8) * 1024;
  const packets = Math.round(bytes / 40);
  const socket = { ...made.wire, up: bytes, down: bytes };
  const { setupUp, setupDown } = socket;
  return {
    ...made,
    wire:
      spec.wire === 'link'
        ? {
            layer: 'link',
            up: bytes + packets * PACKET_BYTES,
            down: bytes + packets * PACKET_BYTES,
            setupUp,
            setupDown,
            packetsUp: packets,
            packetsDown: packets,
            socket: { up: bytes, down: bytes, setupUp, setupDown },
          }
        : { layer: 'socket', up: bytes, down: bytes, setupUp, setupDown },
    usage: { ...made.usage, server: { ...made.usage.server, cpuSeconds: scattered(cpuMicros * 1e-3) * sessionHours } },
    memory: {
      server: { bytesPerSession: serverBytes, r2: fit },
      generator: { bytesPerSession: generatorBytes, r2: 0.9995 },
      steps: [0, 500, 1000, 1500, 2000].map((sessions) => ({
        sessions,
        serverRssBytes: Math.round(50 * 2 ** 20 + Math.max(0, serverBytes) * sessions),
        generatorRssBytes: Math.round(60 * 2 ** 20 + generatorBytes * sessions),
      })),
    },
  };
}

const EXCHANGES = 200;

function wire(making: Making): Made {
  const { shell, transport } = making;
  const { framing = 8, beyondTheory = 0 } = transport;
  const made = exchange(making, EXCHANGES);
  if (beyondTheory === null) return made;
  const up = EXCHANGES * (shell.size + framing - beyondTheory);
  const segments = EXCHANGES * Math.ceil((shell.size + framing) / SEGMENT);
  return {
    ...made,
    theory: {
      exchanges: EXCHANGES,
      up,
      down: EXCHANGES * (shell.size + framing),
      segmentsUp: segments,
      segmentsDown: segments,
      packetBytes: PACKET_BYTES,
      source: 'an invented specification, §5.2',
    },
  };
}

const overloadOf = (sustainedRate: number, ...latencies: readonly [string, string]) => ({
  sustainedRate,
  atLeast: percentilesOf(...latencies),
});
