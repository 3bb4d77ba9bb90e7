import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type Case, type Results, SCHEMA, type Trial } from '../bench/results/schema.ts';

/** What a transport of an invented run is like; the run's trials scatter around it. */
export type TransportSpec = {
  readonly variant?: string;
  readonly title?: string;
  readonly floor?: boolean;
  readonly binary?: boolean;
  readonly p50Ms?: number;
  /** Standard deviation of the logarithm of latency within a trial: the length of the tail. */
  readonly tail?: number;
  /** Bytes of framing a message, up or down. */
  readonly framing?: number;
  readonly cpuMicros?: number;
  readonly memoryMiB?: number;
  readonly connectMs?: number;
  /** Standard deviation of the logarithm of a metric between trials. */
  readonly noise?: number;
  /** Deliveries that never arrive, in each trial. */
  readonly lost?: number;
  /** Trials that did not come out valid, by block. */
  readonly faults?: Readonly<Record<number, Fault>>;
  readonly effective?: Case['effective'];
};

export type Fault = { readonly state: 'suspect' | 'invalid' | 'failed'; readonly reasons: readonly string[] };

export type RunSpec = {
  readonly transports: Readonly<Record<string, TransportSpec>>;
  readonly scenarios?: readonly ScenarioSpec[];
  readonly trials?: number;
  readonly durationSeconds?: number;
  readonly seed?: number;
  readonly state?: Results['state'];
  /** Trials of each case that were run, where the run stopped early. */
  readonly done?: number;
  readonly wire?: 'socket' | 'link';
  readonly environment?: Partial<Results['environment']>;
};

export type ScenarioSpec = {
  readonly scenario: string;
  readonly clients?: number;
  readonly rate?: number;
  readonly size?: number;
  readonly encoding?: Case['encoding'];
};

export const ECHO: ScenarioSpec = { scenario: 'echo', clients: 100, rate: 1200 };
export const BROADCAST: ScenarioSpec = { scenario: 'broadcast', clients: 100, rate: 50 };

/** An invented but well-formed run: its histograms are real ones, its scatter is seeded. */
export function makeResults(spec: RunSpec): Results {
  const { transports, scenarios = [ECHO], trials = 6, durationSeconds = 1, seed = 1, state = 'complete' } = spec;
  const random = gaussian(seed);
  const entries = Object.entries(transports);
  const shapes = scenarios.flatMap((scenario) => entries.map(([id, transport]) => ({ id, transport, scenario })));
  const done = Math.min(trials, spec.done ?? trials);
  const cases = shapes.map(({ id, transport, scenario }, index): Case => {
    const shell = caseShell(id, transport, scenario);
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
    transports: entries.map(([id, { variant, title, floor = false, binary = true }]) => ({
      id,
      variant: variant ?? null,
      title: title ?? id,
      floor,
      capabilities: { binary, ordered: true, reliable: true, upstream: 'connection' },
    })),
    cases,
  };
}

/** The default run's seven transports, with figures of about the right size. */
export const SEVEN: Readonly<Record<string, TransportSpec>> = {
  tcp: {
    title: 'Raw TCP, length-prefixed',
    floor: true,
    p50Ms: 0.12,
    framing: 4,
    cpuMicros: 9,
    memoryMiB: 62,
    connectMs: 0.6,
  },
  ws: { title: 'WebSocket (ws)', p50Ms: 0.17, framing: 6, cpuMicros: 14, memoryMiB: 71, connectMs: 1.9 },
  socketio: { title: 'Socket.IO', p50Ms: 0.24, framing: 16, cpuMicros: 24, memoryMiB: 92, connectMs: 4.8, tail: 0.6 },
  sse: { title: 'Server-Sent Events + POST', p50Ms: 0.41, framing: 150, cpuMicros: 61, memoryMiB: 88, connectMs: 3.1 },
  'long-polling': {
    title: 'HTTP long polling',
    p50Ms: 0.83,
    framing: 320,
    cpuMicros: 118,
    memoryMiB: 104,
    connectMs: 3.4,
    tail: 0.8,
  },
  mqtt: { title: 'MQTT (aedes)', p50Ms: 0.25, framing: 16, cpuMicros: 26, memoryMiB: 84, connectMs: 5.2, tail: 0.6 },
  graphql: { title: 'GraphQL (graphql-ws)', p50Ms: 0.52, framing: 140, cpuMicros: 73, memoryMiB: 110, connectMs: 6.4 },
};

const SETTINGS = { ws: { noDelay: true, perMessageDeflate: false }, other: { noDelay: true } };

type Shell = Omit<Case, 'trials'>;

function caseShell(id: string, { variant, effective }: TransportSpec, scenario: ScenarioSpec): Shell {
  const { clients = 100, rate = 1200, size = 128, encoding = 'text' } = scenario;
  const name = variant === undefined ? id : `${id}:${variant}`;
  return {
    id: `${name}/${scenario.scenario}/c${clients}/r${rate}/s${size}/${encoding}`,
    transport: id,
    variant: variant ?? null,
    scenario: scenario.scenario,
    clients,
    rate,
    size,
    encoding,
    tls: false,
    network: 'none',
    effective: effective ?? (id === 'ws' ? SETTINGS.ws : SETTINGS.other),
  };
}

type TrialSpec = {
  readonly shell: Shell;
  readonly transport: TransportSpec;
  readonly block: number;
  readonly order: number;
  readonly durationSeconds: number;
  readonly random: () => number;
  readonly spec: RunSpec;
};

function makeTrial({ shell, transport, block, order, durationSeconds, random, spec }: TrialSpec): Trial {
  const { p50Ms = 1, tail = 0.4, framing = 8, cpuMicros = 20, memoryMiB = 80, connectMs = 2, noise = 0.02 } = transport;
  const startedAt = '2026-11-23T06:18:01.000Z';
  const fault = transport.faults?.[block];
  if (fault?.state === 'failed') return { state: 'failed', block, order, startedAt, reasons: [...fault.reasons] };

  const scattered = (value: number) => value * Math.exp(noise * random());
  const due = Math.round(shell.rate * durationSeconds);
  const fan = shell.scenario === 'broadcast' ? shell.clients : 1;
  const expected = due * fan;
  const delivered = Math.max(0, expected - (transport.lost ?? 0));
  const response = histogram(delivered, scattered(p50Ms * 1e6), tail);
  const measurement = {
    block,
    order,
    startedAt,
    seconds: durationSeconds,
    messages: {
      due,
      sent: due,
      unsent: 0,
      onTime: due,
      expected,
      delivered,
      lost: expected - delivered,
      duplicated: 0,
      reordered: 0,
      corrupt: 0,
      unexpected: 0,
      errors: {},
    },
    latency: {
      response,
      service: response,
      lag: histogram(due, 6_000, 0.7),
      connect: histogram(shell.clients, scattered(connectMs * 1e6), 0.3),
    },
    wire: {
      layer: spec.wire ?? 'socket',
      up: due * (shell.size + framing),
      down: delivered * (shell.size + framing),
      setupUp: shell.clients * 200,
      setupDown: shell.clients * 130,
    },
    usage: {
      server: {
        cpuSeconds: scattered(cpuMicros * 1e-6) * delivered,
        rssBytes: Math.round(scattered(memoryMiB) * 2 ** 20),
        rssIdleBytes: 50 * 2 ** 20,
      },
      generator: { cpuSeconds: durationSeconds, rssBytes: 120 * 2 ** 20, loopDelayP99: 0.001, busy: 0.2, workers: 1 },
    },
  };
  return fault === undefined
    ? { ...measurement, state: 'valid', reasons: [] }
    : { ...measurement, state: fault.state, reasons: [...fault.reasons] };
}

/** A log-normal latency laid out by its own quantiles, so that a histogram's median is what was asked for. */
function histogram(count: number, medianNanoseconds: number, spread: number): string {
  const recorded = build({ lowestDiscernibleValue: 1, highestTrackableValue: 6e10, numberOfSignificantValueDigits: 3 });
  const steps = Math.min(count, 2_000);
  for (let step = 0; step < steps; step++) {
    const samples = Math.floor(((step + 1) * count) / steps) - Math.floor((step * count) / steps);
    const value = Math.max(1, Math.round(medianNanoseconds * Math.exp(spread * normalQuantile((step + 0.5) / steps))));
    recorded.recordValueWithCount(value, samples);
  }
  return encodeIntoCompressedBase64(recorded);
}

/** Tukey's lambda comes within a hundredth of the normal quantile out to p = 0.9999, which is all a fixture needs. */
function normalQuantile(p: number): number {
  return (p ** 0.1349 - (1 - p) ** 0.1349) / 0.1975;
}

function gaussian(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => normalQuantile(0.0005 + 0.999 * uniformFloat64(generator));
}
