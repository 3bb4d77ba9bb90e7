import type { Options } from '../../contract.ts';
import { median } from '../../results/numbers.ts';
import { WARM_UP_ROUNDS } from '../../run/generator.ts';
import { clientModule, optionsOf, type TransportEntry } from '../../transports/index.ts';
import { httpTransports, plainClient } from './crosscheck.ts';
import {
  type LoadedServer,
  type ProcessContext,
  runBare,
  withAutocannon,
  withEndpoint,
  withGenerator,
  withServer,
} from './loaded-server.ts';

export interface CeilingOptions {
  readonly transports: readonly TransportEntry[];
  readonly clients: number;
  readonly size: number;
  readonly durationSeconds: number;
  /** Number of rounds in which each loop runs once. */
  readonly trials: number;
}

/** Result of one closed loop, ours or a bare one. */
export interface LoopReading {
  readonly cpuSecondsPerMessage: number;
  readonly messagesPerSecond: number;
}

export interface CeilingRow {
  readonly transport: string;
  /** Form of a message: the transport's own echo, or a request to its plain endpoint and the answer. */
  readonly exchange: 'echo' | 'plain request';
  readonly ours: readonly LoopReading[];
  /** Loop that ours is compared with, and the max cost of ours. Null where there is none. */
  readonly bare: { readonly name: string; readonly target: Target; readonly readings: readonly LoopReading[] } | null;
}

/** Max cost of our loop: a multiple of the bare one's, or an amount beyond it in seconds a message. */
export type Target = { readonly ratio: number } | { readonly beyondSeconds: number };

type Loop = (options: CeilingOptions, context: ProcessContext) => Promise<LoopReading>;

const WARM_UP_SECONDS = 1.5;
/** Time to start and end the processes of one loop and to open its sessions. */
const OVERHEAD_SECONDS = 1.2;

/** Max cost of our plain requests, as a multiple of autocannon's. */
const HTTP_TARGET: Target = { ratio: 1.3 };
/** Max cost of our schedule, ledger and checks, whatever the transport costs itself. */
const LOOP_TARGET: Target = { beyondSeconds: 1.5e-6 };

interface PlannedRow extends Pick<CeilingRow, 'transport' | 'exchange'> {
  readonly ours: Loop;
  readonly bare: { readonly name: string; readonly target: Target; readonly run: Loop } | null;
}

function planRows(transports: readonly TransportEntry[]): PlannedRow[] {
  const echoes = transports.map((entry): PlannedRow => {
    const bare = entry.bareLoop;
    return {
      transport: entry.id,
      exchange: 'echo',
      ours: (options, context) =>
        withServer(entry, context, (target) =>
          ourLoop({ module: clientModule(entry), options: optionsOf({ entry, variant: null }) }, options, target),
        ),
      bare: bare === undefined ? null : { name: bare, target: LOOP_TARGET, run: bareLoop(entry, bare) },
    };
  });
  const plain = transports
    .filter((entry) => httpTransports.includes(entry))
    .map(
      (entry): PlannedRow => ({
        transport: entry.id,
        exchange: 'plain request',
        ours: (options, context) => withEndpoint(entry, context, (target) => ourLoop(plainClient, options, target)),
        bare: { name: 'autocannon', target: HTTP_TARGET, run: autocannonLoop(entry) },
      }),
    );
  return [...echoes, ...plain];
}

/** Lists the loops that will run, each with its time over all rounds. */
export function planLoops({
  transports,
  durationSeconds,
  trials,
}: CeilingOptions): { readonly name: string; readonly seconds: number }[] {
  const seconds = trials * (durationSeconds + WARM_UP_SECONDS + OVERHEAD_SECONDS);
  return planRows(transports).flatMap(({ transport, exchange, bare }) => [
    { name: `${transport}, ${exchange}`, seconds },
    ...(bare === null ? [] : [{ name: `${transport}, ${exchange}, ${bare.name}`, seconds }]),
  ]);
}

/** Runs our loops and the bare ones alternately, each on a fresh server, in rounds over all rows, so that drift affects all alike. */
export async function ceiling(
  options: CeilingOptions,
  context: ProcessContext,
  progress: (what: string) => void,
): Promise<CeilingRow[]> {
  const rows = planRows(options.transports).map((row) => ({
    row,
    ours: [] as LoopReading[],
    bare: [] as LoopReading[],
  }));
  for (let trial = 0; trial < options.trials; trial++) {
    for (const { row, ours, bare } of rows) {
      progress(`round ${trial + 1} of ${options.trials}: ${row.transport}, ${row.exchange}`);
      const turns = [
        async () => void ours.push(await row.ours(options, context)),
        async () => void (row.bare !== null && bare.push(await row.bare.run(options, context))),
      ];
      // The order alternates, so that neither loop is always second.
      for (const turn of trial % 2 === 0 ? turns : turns.reverse()) await turn();
    }
  }
  return rows.map(({ row: { transport, exchange, bare: other }, ours, bare }) => ({
    transport,
    exchange,
    ours,
    bare: other === null ? null : { name: other.name, target: other.target, readings: bare },
  }));
}

function ourLoop(
  client: { readonly module: string; readonly options: Options },
  { clients, size, durationSeconds }: CeilingOptions,
  target: LoadedServer,
): Promise<LoopReading> {
  return withGenerator({ ...client, clients, size }, target, async (generator) => {
    for (let round = 0; round < WARM_UP_ROUNDS; round++) await generator.closed(WARM_UP_SECONDS / WARM_UP_ROUNDS);
    const { delivered, cpuSeconds, seconds } = await generator.closed(durationSeconds);
    return reading(delivered, cpuSeconds, seconds);
  });
}

function bareLoop(entry: TransportEntry, name: 'bare-ws' | 'bare-tcp'): Loop {
  return ({ clients: connections, size, durationSeconds: seconds }, context) =>
    withServer(entry, context, async (target) => {
      const load = { connections, size, warmupSeconds: WARM_UP_SECONDS, seconds };
      const looped = await runBare(name, load, target);
      return reading(looped.messages, looped.cpuSeconds, looped.seconds);
    });
}

function autocannonLoop(entry: TransportEntry): Loop {
  return ({ clients, size, durationSeconds }, context) =>
    withEndpoint(entry, context, (target) =>
      withAutocannon({ clients, size }, target, async (run) => {
        await run({ kind: 'closed', seconds: WARM_UP_SECONDS });
        const { completed, cpuSeconds, seconds } = await run({ kind: 'closed', seconds: durationSeconds });
        return reading(completed, cpuSeconds, seconds);
      }),
    );
}

const reading = (messages: number, cpuSeconds: number, seconds: number): LoopReading => ({
  cpuSecondsPerMessage: cpuSeconds / messages,
  messagesPerSecond: messages / seconds,
});

/** Median and extremes of several observations. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Cost of a message in our loop as a multiple of the cost in the bare loop, over the rounds. Undefined without a bare loop. */
export const ratioOf = (row: CeilingRow): Spread | undefined => comparedBy(row, (ours, bare) => ours / bare);

/** Cost of a message in our loop beyond that in the bare loop, in seconds, over the rounds. Undefined without a bare loop. */
export const beyondOf = (row: CeilingRow): Spread | undefined => comparedBy(row, (ours, bare) => ours - bare);

/** True if ours costs at most the target, in the median round. Undefined without a bare loop. */
export function isMet(row: CeilingRow): boolean | undefined {
  const [ratio, beyond] = [ratioOf(row), beyondOf(row)];
  if (row.bare === null || ratio === undefined || beyond === undefined) return undefined;
  const { target } = row.bare;
  return 'ratio' in target ? ratio.median <= target.ratio : beyond.median <= target.beyondSeconds;
}

/** Compares the costs of a message in both loops, in seconds, round by round. */
function comparedBy({ ours, bare }: CeilingRow, compare: (ours: number, bare: number) => number): Spread | undefined {
  if (bare === null) return undefined;
  const costs = ours.map((one, turn) => [one, bare.readings[turn]!] as const);
  return spreadOf(costs.map(([one, other]) => compare(one.cpuSecondsPerMessage, other.cpuSecondsPerMessage)));
}
