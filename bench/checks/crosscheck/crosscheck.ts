import { decode } from '../../load/histogram.ts';
import { messageCount } from '../../load/schedule.ts';
import { type TransportEntry, transports } from '../../transports/index.ts';
import { analyticTruth, freeze } from './freeze.ts';
import {
  type LoadedServer,
  type ProcessContext,
  withAutocannon,
  withEndpoint,
  withGenerator,
} from './loaded-server.ts';
import type { Percentiles } from './protocol.ts';

/** Transports with a plain endpoint, where an ordinary HTTP request gets an ordinary response. */
export const httpTransports: readonly TransportEntry[] = transports.filter(
  ({ capabilities }) => capabilities.upstream === 'request',
);

/** Client module of a plain endpoint; it has no options. */
export const plainClient = { module: new URL('./plain-client.ts', import.meta.url).href, options: {} };

export interface CrosscheckOptions {
  /** Requests a second, all connections together. */
  readonly rate: number;
  readonly connections: number;
  readonly durationSeconds: number;
  readonly size: number;
  /** Time for which the server is paused; 0 leaves that part out. */
  readonly freezeSeconds: number;
  /** Load during which the server is paused. */
  readonly frozenLoad: { readonly rate: number; readonly connections: number; readonly seconds: number };
}

export const FROZEN_LOAD: CrosscheckOptions['frozenLoad'] = { rate: 100, connections: 10, seconds: 30 };

/** Readings that one generator reports of one load. */
export interface Reading {
  readonly tool: string;
  /** Number of requests of the offered load, of those sent, and of those answered with success. */
  readonly due: number;
  readonly sent: number;
  readonly completed: number;
  /** Number of samples behind the percentiles. More than were completed where a tool's correction adds some. */
  readonly samples: number;
  readonly latencySeconds: Percentiles;
}

export interface Comparison {
  readonly transport: string;
  /** Readings with the CPU time of the whole process. Ours includes the event-loop turns in which our generator waits. */
  readonly readings: readonly (Reading & { readonly cpuSecondsPerRequest: number })[];
}

export interface FreezeReport {
  readonly transport: string;
  readonly truth: Percentiles;
  readonly readings: readonly (Reading & {
    /** Time for which the server was really paused. */
    readonly frozenSeconds: number;
  })[];
}

export interface Crosscheck {
  readonly comparisons: readonly Comparison[];
  readonly freeze: FreezeReport | null;
}

/** Time of the warm-up with the load that is then measured, so that no code is compared while it is being compiled. */
const WARM_UP_SECONDS = 1;
/** Time to start and end the processes of one load. autocannon also waits up to a second after its last request. */
const OVERHEAD_SECONDS = 1.7;

const UNCORRECTED = 'autocannon, uncorrected';
const AS_IT_COMES = 'autocannon, as it comes';

/** Lists the loads that will run, each with its time. */
export function planLoads({
  durationSeconds,
  freezeSeconds,
  frozenLoad,
}: CrosscheckOptions): { readonly name: string; readonly seconds: number }[] {
  const load = (name: string, seconds: number) => ({ name, seconds: WARM_UP_SECONDS + seconds + OVERHEAD_SECONDS });
  const [first] = httpTransports;
  const frozen = freezeSeconds === 0 || first === undefined ? [] : ['our generator', AS_IT_COMES, UNCORRECTED];
  return [
    ...httpTransports.flatMap(({ id }) => [
      load(`${id}: our generator`, durationSeconds),
      load(`${id}: autocannon`, durationSeconds),
    ]),
    ...frozen.map((tool) => load(`freeze, ${first?.id}: ${tool}`, frozenLoad.seconds)),
  ];
}

/** Puts equal loads on fresh servers with our generator and with autocannon, one after the other. */
export async function crosscheck(
  options: CrosscheckOptions,
  context: ProcessContext,
  progress: (what: string) => void,
): Promise<Crosscheck> {
  const comparisons: Comparison[] = [];
  for (const entry of httpTransports) comparisons.push(await compare(entry, options, context, progress));
  const [entry] = httpTransports;
  if (options.freezeSeconds === 0 || entry === undefined) return { comparisons, freeze: null };
  return { comparisons, freeze: await underFreeze(entry, options, context, progress) };
}

/** Compares both generators under one load. */
export async function compare(
  entry: TransportEntry,
  { rate, connections: clients, durationSeconds: seconds, size }: CrosscheckOptions,
  context: ProcessContext,
  progress: (what: string) => void,
): Promise<Comparison> {
  const due = messageCount(rate, seconds);

  progress(`${entry.id}: our generator`);
  const ours = await withEndpoint(entry, context, (target) =>
    withGenerator({ ...plainClient, clients, size }, target, async (generator) => {
      await generator.open(rate, WARM_UP_SECONDS);
      return await generator.open(rate, seconds);
    }),
  );
  const counts = { due: ours.due, sent: ours.sent, completed: ours.delivered };
  const cost = { cpuSecondsPerRequest: ours.cpuSeconds / ours.delivered };

  progress(`${entry.id}: autocannon`);
  const theirs = await withEndpoint(entry, context, (target) =>
    withAutocannon({ clients, size }, target, async (run) => {
      const loop = { kind: 'rate', rate, uncorrected: true } as const;
      await run({ ...loop, requests: messageCount(rate, WARM_UP_SECONDS) });
      return await run({ ...loop, requests: due });
    }),
  );

  return {
    transport: entry.id,
    readings: [
      { tool: 'wirebench, from due', ...counts, ...timesOf(ours.response), ...cost },
      { tool: 'wirebench, from sent', ...counts, ...timesOf(ours.service), ...cost },
      {
        tool: 'autocannon',
        due,
        sent: theirs.sent,
        completed: theirs.completed,
        // autocannon times only the requests that are answered.
        samples: theirs.ownSamples,
        latencySeconds: theirs.single ?? theirs.own,
        cpuSecondsPerRequest: theirs.cpuSeconds / theirs.completed,
      },
    ],
  };
}

/** Compares both generators while the server is paused; autocannon with its correction and without. */
export async function underFreeze(
  entry: TransportEntry,
  { size, freezeSeconds, frozenLoad }: CrosscheckOptions,
  context: ProcessContext,
  progress: (what: string) => void,
): Promise<FreezeReport> {
  const { rate, connections: clients, seconds } = frozenLoad;
  const due = messageCount(rate, seconds);
  // autocannon sends each second's quota at the start of the second: the pause begins as far from that as possible.
  const afterSeconds = Math.floor(seconds / 2) + 0.5;
  const frozen = async <Answer>({ server, signal }: LoadedServer, running: Promise<Answer>) => {
    const [answer, frozenSeconds] = await Promise.all([
      running,
      freeze(server.pid!, { afterSeconds, seconds: freezeSeconds, signal }),
    ]);
    return { answer, frozenSeconds };
  };

  progress(`freeze, ${entry.id}: our generator`);
  const ours = await withEndpoint(entry, context, (target) =>
    withGenerator({ ...plainClient, clients, size }, target, async (generator) => {
      await generator.open(rate, WARM_UP_SECONDS);
      return await frozen(target, generator.open(rate, seconds));
    }),
  );
  const readings: FreezeReport['readings'][number][] = [
    {
      tool: 'wirebench, from due',
      due: ours.answer.due,
      sent: ours.answer.sent,
      completed: ours.answer.delivered,
      ...timesOf(ours.answer.response),
      frozenSeconds: ours.frozenSeconds,
    },
  ];

  for (const uncorrected of [false, true]) {
    const tool = uncorrected ? UNCORRECTED : AS_IT_COMES;
    progress(`freeze, ${entry.id}: ${tool}`);
    const { answer, frozenSeconds } = await withEndpoint(entry, context, (target) =>
      withAutocannon({ clients, size }, target, async (run) => {
        const loop = { kind: 'rate', rate, uncorrected } as const;
        await run({ ...loop, requests: messageCount(rate, WARM_UP_SECONDS) });
        return await frozen(target, run({ ...loop, requests: due }));
      }),
    );
    const { sent, completed, ownSamples: samples, own: latencySeconds } = answer;
    readings.push({ tool, due, sent, completed, samples, latencySeconds, frozenSeconds });
  }
  return { transport: entry.id, truth: analyticTruth(freezeSeconds, seconds), readings };
}

function timesOf(encoded: string): Pick<Reading, 'samples' | 'latencySeconds'> {
  const times = decode(encoded);
  const at = (percentile: number): number => times.getValueAtPercentile(percentile) / 1e9;
  return {
    samples: times.totalCount,
    latencySeconds: { p50: at(50), p90: at(90), p99: at(99), max: times.maxValue / 1e9 },
  };
}
