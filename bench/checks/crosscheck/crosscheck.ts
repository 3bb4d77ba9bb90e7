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

/** Transports that have a plain endpoint: an ordinary request, answered by an ordinary response. */
export const httpTransports: readonly TransportEntry[] = transports.filter(
  ({ capabilities }) => capabilities.upstream === 'request',
);

/** Client of a plain endpoint, which has no settings of its own. */
export const plainClient = { module: new URL('./plain-client.ts', import.meta.url).href, options: {} };

export interface CrosscheckOptions {
  /** Requests a second, all connections together. */
  readonly rate: number;
  readonly connections: number;
  readonly durationSeconds: number;
  readonly size: number;
  /** How long the server stands still; 0 leaves that part out. */
  readonly freezeSeconds: number;
  /** The load during which it does. */
  readonly frozenLoad: { readonly rate: number; readonly connections: number; readonly seconds: number };
}

export const FROZEN_LOAD: CrosscheckOptions['frozenLoad'] = { rate: 100, connections: 10, seconds: 30 };

/** What one generator says of one load. */
export interface Reading {
  readonly tool: string;
  /** Requests that the offered load consists of, that left, and that were answered with success. */
  readonly due: number;
  readonly sent: number;
  readonly completed: number;
  /** Times that its percentiles are of. More than were completed where a tool adds some of its own. */
  readonly samples: number;
  readonly latencySeconds: Percentiles;
}

export interface Comparison {
  readonly transport: string;
  /** The CPU time is of the whole process. Ours waits by turning with its event loop, and that is in it. */
  readonly readings: readonly (Reading & { readonly cpuSecondsPerRequest: number })[];
}

export interface FreezeReport {
  readonly transport: string;
  readonly truth: Percentiles;
  readonly readings: readonly (Reading & {
    /** For how long the server really stood still. */ readonly frozenSeconds: number;
  })[];
}

export interface Crosscheck {
  readonly comparisons: readonly Comparison[];
  readonly freeze: FreezeReport | null;
}

/** The same load beforehand: code that is still being compiled would be compared otherwise. */
const WARM_UP_SECONDS = 1;
/** The third party ends with its own second after its last request. */
const OVERHEAD_SECONDS = 1.7;

const UNCORRECTED = 'autocannon, uncorrected';
const AS_IT_COMES = 'autocannon, as it comes';

/** Loads that will be put on servers, each with its time. */
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

/** Puts the same loads to autocannon and to our generator, one after the other, each on a fresh server. */
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

/** Both under the same load. */
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
        // Nothing answered, nothing timed.
        samples: theirs.ownSamples,
        latencySeconds: theirs.single ?? theirs.own,
        cpuSecondsPerRequest: theirs.cpuSeconds / theirs.completed,
      },
    ],
  };
}

/** Both while the server stands still, autocannon with its correction and without. */
export async function underFreeze(
  entry: TransportEntry,
  { size, freezeSeconds, frozenLoad }: CrosscheckOptions,
  context: ProcessContext,
  progress: (what: string) => void,
): Promise<FreezeReport> {
  const { rate, connections: clients, seconds } = frozenLoad;
  const due = messageCount(rate, seconds);
  // autocannon sends each second's quota at the second's start: half a second later is as far from that as can be.
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
