import { analyse } from '../../reports/analysis/analyse.ts';
import type { Analysis, Cell } from '../../reports/analysis/model.ts';
import { slowedBy } from '../instrument/slowed.ts';
import { readOptions } from '../plan/options.ts';
import { estimateSeconds, makePlan, type PlannedCase, type RunPlan } from '../plan/plan.ts';
import type { Results } from '../results/schema.ts';
import { openLink } from '../run/link.ts';
import { type Arrangement, arrange, run } from '../run/run.ts';
import { EXIT, type ExitCode, UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { approximately, type NumberFlag, readNumbers } from './numbers.ts';

export interface AaFlags {
  readonly transport?: string;
  readonly pairs?: string;
  readonly slowed?: string;
  readonly trials?: string;
  readonly duration?: string;
  readonly json?: true;
}

const NUMBERS = {
  pairs: { usual: 40, least: 0, most: 1_000, whole: true },
  slowed: { usual: 10, least: 0, most: 1_000, whole: true },
  trials: { usual: 7, least: 6, most: 100, whole: true },
  duration: { usual: 0.5, least: 0.1, most: 60 },
} satisfies Record<string, NumberFlag>;

/** What the unequal pairs' servers work on each message, and how much longer one of each does. */
const SERVICE_SECONDS = 1e-3;
const SLOWER = 0.2;
/** Messages a second for the unequal pairs: so few that none waits for the one before. */
const SLOWED_RATE = 400;
const WARMUP_SECONDS = 0.6;
/** Pairs of equals of which at most this share may be told apart; pairs that differ of which at least this share must be. */
const MOST_MISTAKEN = 0.05;
const LEAST_FOUND = 0.9;

type Words = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Tests the verdicts on this machine: pairs of the same transport against itself, where a difference is a mistake, and pairs
 * whose servers work for a millisecond on each message, one of them a fifth longer, where none found is one. Every pair has
 * its own trials and is judged as a run of its own.
 */
export async function aaCommand(
  flags: AaFlags,
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const { pairs, slowed, trials, duration } = readNumbers(flags, NUMBERS);
  const transport = flags.transport ?? 'ws';
  const same = planFor(transport, { duration, trials: trials * pairs });
  const slower = slowOne(planFor(transport, { duration, trials: trials * slowed, rate: SLOWED_RATE }));
  const seconds = (pairs > 0 ? estimateSeconds(same) : 0) + (slowed > 0 ? estimateSeconds(slower) : 0);
  io.talk(`${pairs} pairs of equals and ${slowed} of unequals, ${trials} trials a side, ${approximately(seconds)}.\n`);

  const link = await openLink('auto');
  try {
    const arrangement = arrange(same, link);
    if ('problems' in arrangement) throw new UsageError(arrangement.problems);
    const settings = { arrangement, trials, io, interrupted };
    const equals = await measurePairs(same, settings);
    const unequals = await measurePairs(slower, settings);
    if (interrupted.aborted) return EXIT.interrupted;

    const found = { equals: countWords(equals), unequals: countWords(unequals) };
    const mistaken = (found.equals.p50?.better ?? 0) + (found.equals.p50?.worse ?? 0);
    const told = found.unequals.p50?.worse ?? 0;
    const document = {
      ...{ pairs, slowed, trials, mistaken, told },
      serviceSeconds: SERVICE_SECONDS,
      slowedSeconds: SERVICE_SECONDS * (1 + SLOWER),
      ...found,
    };
    io.out(flags.json ? `${JSON.stringify(document, null, 2)}\n` : describe(document));
    return mistaken <= pairs * MOST_MISTAKEN && told >= slowed * LEAST_FOUND ? EXIT.done : EXIT.invalid;
  } finally {
    await link.close();
  }
}

function planFor(
  transport: string,
  { duration, trials, rate }: { duration: number; trials: number; rate?: number },
): RunPlan {
  const read = readOptions({
    transports: { value: transport, where: '--transport' },
    scenarios: { value: 'echo', where: '' },
    duration: { value: duration, where: '--duration' },
    warmup: { value: WARMUP_SECONDS, where: '' },
    ...(rate === undefined ? {} : { rate: { value: rate, where: '' } }),
    trials: { value: Math.max(1, trials), where: '' },
    aa: { value: true, where: '' },
  });
  if ('problems' in read) throw new UsageError(read.problems);
  if (read.options.transports.length > 1) throw new UsageError(['--transport takes one name']);
  return trials === 0 ? { ...makePlan(read.options), blocks: [] } : makePlan(read.options);
}

/** The same plan with servers that work on each message, `b` a little longer than `a`. */
function slowOne(plan: RunPlan): RunPlan {
  const slowed = new Map(
    plan.cases.map((planned) => {
      const seconds = SERVICE_SECONDS * (planned.label === 'b' ? 1 + SLOWER : 1);
      return [planned, { ...planned, application: slowedBy(seconds) }];
    }),
  );
  const replace = (cases: readonly PlannedCase[]) => cases.map((planned) => slowed.get(planned) ?? planned);
  return { ...plan, cases: replace(plan.cases), blocks: plan.blocks.map(replace) };
}

/** What is said of each pair, as soon as its trials have ended; the same goes to the talk. */
async function measurePairs(
  plan: RunPlan,
  {
    arrangement,
    trials,
    io,
    interrupted,
  }: { arrangement: Arrangement; trials: number; io: Io; interrupted: AbortSignal },
): Promise<Record<string, string>[]> {
  const pairs: Record<string, string>[] = [];
  let ended = 0;
  const settings = { command: '', checks: [], micro: [], arrangement, signal: interrupted };
  for await (const event of run(plan, settings)) {
    if (event.event !== 'trial-ended' || ++ended % (2 * trials) !== 0) continue;
    const words = wordsOf(pairOf(event.results, pairs.length, trials));
    pairs.push(words);
    io.talk(`pair ${pairs.length}: ${JSON.stringify(words)}\n`);
  }
  return pairs;
}

/** The trials of one pair, as a run of their own. */
function pairOf(results: Results, pair: number, trials: number): Analysis {
  const isOwn = ({ block }: { block: number }): boolean => block >= pair * trials && block < (pair + 1) * trials;
  const cases = results.cases.map((one) => ({ ...one, trials: one.trials.filter(isOwn) }));
  const order = results.plan.order.slice(pair * trials, (pair + 1) * trials);
  return analyse({ ...results, state: 'complete', cases, plan: { ...results.plan, trials, order } });
}

/** By metric: what is said of the second of the two, against the first. */
function wordsOf({ groups }: Analysis): Record<string, string> {
  const [group] = groups;
  if (group === undefined) return {};
  const [second] = group.rows.filter(({ name }) => name.endsWith('#b'));
  const [first] = group.rows.filter(({ name }) => name.endsWith('#a'));
  return Object.fromEntries(group.metrics.map((id) => [id, wordOf(first?.cells[id], second?.cells[id])]));
}

/** The verdict stands at whichever of the two is not the best of the column. */
function wordOf(first: Cell | undefined, second: Cell | undefined): string {
  const of = (cell: Cell | undefined): string | undefined => (cell?.state === 'shown' ? cell.verdict?.word : undefined);
  const turned: Readonly<Record<string, string>> = { better: 'worse', worse: 'better' };
  const onSecond = of(second);
  if (onSecond !== undefined) return onSecond;
  const onFirst = of(first);
  return onFirst === undefined ? 'not shown' : (turned[onFirst] ?? onFirst);
}

/** By metric: how often each word was said. */
function countWords(pairs: readonly Readonly<Record<string, string>>[]): Words {
  const counts: Record<string, Record<string, number>> = {};
  for (const [metric, word] of pairs.flatMap((words) => Object.entries(words))) {
    counts[metric] ??= {};
    counts[metric][word] = (counts[metric][word] ?? 0) + 1;
  }
  return counts;
}

function describe(found: {
  readonly pairs: number;
  readonly slowed: number;
  readonly serviceSeconds: number;
  readonly slowedSeconds: number;
  readonly mistaken: number;
  readonly told: number;
  readonly equals: Words;
  readonly unequals: Words;
}): string {
  const table = (words: Words): string[] =>
    Object.entries(words).map(
      ([metric, counts]) =>
        `  ${metric.padEnd(8)}  ${Object.entries(counts)
          .map(([word, count]) => `${word} ${count}`)
          .join(', ')}`,
    );
  return [
    `Of ${found.pairs} pairs of equals ${found.mistaken} were called better or worse in p50.`,
    ...table(found.equals),
    `Of ${found.slowed} pairs that work ${found.serviceSeconds * 1e3} ms on a message, one of them ${found.slowedSeconds * 1e3} ms, ${found.told} were called worse in p50.`,
    ...table(found.unequals),
    '',
  ].join('\n');
}
