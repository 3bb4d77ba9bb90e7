import { analyse } from '../../../reports/analysis/analyse.ts';
import { countOf, integer, list } from '../../../reports/model/format.ts';
import type { Analysis, Cell } from '../../../reports/model/model.ts';
import { listing } from '../../../reports/terminal/listing.ts';
import { paints, proseWidth } from '../../../reports/terminal/paint.ts';
import { type Progress, progressDisplay } from '../../../reports/terminal/progress.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { slowedBy } from '../../checks/aa/slowed.ts';
import { type Check, examine } from '../../checks/doctor/checks.ts';
import { readMachine } from '../../checks/doctor/readings.ts';
import { readOptions } from '../../plan/options.ts';
import { estimateSeconds, makePlan, type RunPlan } from '../../plan/plan.ts';
import type { Results } from '../../results/schema.ts';
import { openLink } from '../../run/link.ts';
import { type RunResources, resolveResources, run } from '../../run/run.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { findTransport, whyUnavailable } from '../../transports/index.ts';
import { over, unfitLines } from '../before.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { isAgreed, type LongFlags } from '../long.ts';
import { approximately, type NumberFlag, readNumbers } from '../numbers.ts';
import { paceOf } from '../pace.ts';

export interface AaFlags extends LongFlags {
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
  unknown: readonly string[],
  context: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const { io, interrupted } = context;
  const transport = flags.transport ?? 'ws';
  const found = [...unknown, ...(await transportProblems(transport))];
  const { pairs, slowed, trials, duration } = readNumbers(flags, NUMBERS, { found, check: nothingToDo });
  const parts = [
    { of: 'equals', count: pairs, plan: planFor(transport, { duration, trials: trials * pairs }) },
    {
      of: 'unequals',
      count: slowed,
      plan: slowOne(planFor(transport, { duration, trials: trials * slowed, rate: SLOWED_RATE })),
    },
  ] as const satisfies readonly Part[];
  const seconds = parts.reduce((sum, { count, plan }) => sum + (count > 0 ? estimateSeconds(plan) : 0), 0);

  const link = await openLink('auto');
  try {
    const resources = resolveResources(parts[0].plan, link);
    if ('problems' in resources) throw new UsageError(resources.problems);
    io.talk(describePlan(parts, { transport, trials, seconds, resources, checks: examine(await readMachine()) }));
    if (!(await isAgreed(seconds, flags, context))) return EXIT.interrupted;
    const [equals, unequals] = await measureAll(parts, { resources, trials, seconds, io, interrupted });
    if (interrupted.aborted) return EXIT.interrupted;

    const words = { equals: countWords(equals ?? []), unequals: countWords(unequals ?? []) };
    const mistaken = (words.equals.p50?.better ?? 0) + (words.equals.p50?.worse ?? 0);
    const told = words.unequals.p50?.worse ?? 0;
    const passed = mistaken <= pairs * MOST_MISTAKEN && told >= slowed * LEAST_FOUND;
    const document = {
      pairs,
      slowed,
      trials,
      mistaken,
      told,
      serviceSeconds: SERVICE_SECONDS,
      slowedSeconds: SERVICE_SECONDS * (1 + SLOWER),
      ...words,
    };
    io.out(flags.json ? `${JSON.stringify(document, null, 2)}\n` : describe(document, passed, io));
    return passed ? EXIT.done : EXIT.invalid;
  } finally {
    await link.close();
  }
}

/** Pairs of one kind, measured one after the other as one run. */
interface Part {
  readonly of: 'equals' | 'unequals';
  readonly count: number;
  readonly plan: RunPlan;
}

async function transportProblems(name: string): Promise<string[]> {
  const read = readOptions({ transports: { value: name, where: '--transport' } });
  if ('problems' in read) return [...read.problems];
  const [only, ...others] = read.options.transports;
  if (others.length > 0) return ['--transport takes one name'];
  const entry = only === undefined ? undefined : findTransport(only)?.entry;
  const why = entry === undefined ? undefined : await whyUnavailable(entry);
  return why === undefined ? [] : [`--transport: ${name} is unavailable here: ${why}`];
}

const nothingToDo = ({ pairs, slowed }: Record<keyof typeof NUMBERS, number>): string[] =>
  pairs + slowed > 0 ? [] : ['--pairs and --slowed are both 0: nothing is left to measure'];

/** Said before anything starts. */
function describePlan(
  parts: readonly Part[],
  {
    transport,
    trials,
    seconds,
    resources,
    checks,
  }: {
    transport: string;
    trials: number;
    seconds: number;
    resources: RunResources;
    checks: readonly Check[];
  },
): string {
  const total = parts.reduce((sum, { count }) => sum + count * 2 * trials, 0);
  const asked = parts.filter(({ count }) => count > 0);
  return [
    `${list(
      asked.map(({ of, count }, index) => `${index === 0 ? countOf(count, 'pair') : integer(count)} of ${of}`),
      'and',
    )}, ${trials} trials a side: ${countOf(total, 'trial')}, about ${approximately(seconds)}.`,
    ...asked.flatMap(({ of, plan: { cases } }) => {
      const [one] = cases;
      if (one === undefined) return [];
      const { clients, rate, size } = one;
      const load = `${transport}, echo, ${countOf(clients, 'client')}, ${integer(rate)} msg/s of ${integer(size)} B`;
      return [`${of === 'equals' ? 'Equals' : 'Unequals'}: ${load}${of === 'equals' ? '' : `; ${SLOWED}`}.`];
    }),
    `Each trial: a fresh server, ${WARMUP_SECONDS} s warm-up; ${over(resources)}.`,
    ...unfitLines(checks),
    '',
    '',
  ].join('\n');
}

const SLOWED = `the server works ${SERVICE_SECONDS * 1e3} ms on each, that of the other side ${SERVICE_SECONDS * 1e3 * (1 + SLOWER)} ms`;

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

type Settings = {
  readonly resources: RunResources;
  readonly trials: number;
  readonly seconds: number;
  readonly io: Io;
  readonly interrupted: AbortSignal;
};

/** What is said of the pairs of each part; each is told as soon as its trials have ended. */
async function measureAll(
  parts: readonly Part[],
  { resources, trials, seconds, io, interrupted }: Settings,
): Promise<Said[][]> {
  const each = 2 * trials;
  const of = parts.reduce((sum, { count }) => sum + count, 0);
  const pace = paceOf(of * each, seconds);
  const display = progressDisplay(io.progress);
  // What is said of it goes below the block, which is then left as it was.
  const leave = (): void => display.end();
  interrupted.addEventListener('abort', leave);
  let done = 0;
  const show = (before: number, rest: Pick<Progress, 'current' | 'ended'>): void =>
    display.show({ ...pace(done), part: { name: 'pair', number: Math.floor(before / each) + 1, of }, ...rest });
  try {
    const found: Said[][] = [];
    for (const part of parts) {
      const said: Said[] = [];
      found.push(said);
      const settings = { command: '', checks: [], micro: [], resources, signal: interrupted };
      for await (const event of run(part.plan, settings)) {
        if (event.event === 'trial-started') show(done, { current: `${part.of} ${said.length + 1}` });
        if (event.event !== 'trial-ended' || ++done % each !== 0) continue;
        const words = wordsOf(pairOf(event.results, said.length, trials));
        said.push(words);
        const name = `${part.of} ${said.length}`;
        const ended = { name, state: stateOf(part.of, words), detail: detailOf(words) };
        show(done - 1, { current: undefined, ended });
      }
      if (interrupted.aborted) break;
    }
    return found;
  } finally {
    interrupted.removeEventListener('abort', leave);
    display.end();
  }
}

/** By metric: the word of its verdict. */
type Said = Readonly<Record<string, string>>;

/** Whether what is said in p50 is the truth. */
function stateOf(of: Part['of'], { p50 }: Said): 'right' | 'mistaken' | 'missed' {
  if (of === 'unequals') return p50 === 'worse' ? 'right' : 'missed';
  return p50 === 'better' || p50 === 'worse' ? 'mistaken' : 'right';
}

const detailOf = (words: Said): string =>
  Object.entries(words)
    .map(([metric, word]) => `${metric} ${word}`)
    .join(', ');

/** The trials of one pair, as a run of their own. */
function pairOf(results: Results, pair: number, trials: number): Analysis {
  const isOwn = ({ block }: { block: number }): boolean => block >= pair * trials && block < (pair + 1) * trials;
  const cases = results.cases.map((one) => ({ ...one, trials: one.trials.filter(isOwn) }));
  const order = results.plan.order.slice(pair * trials, (pair + 1) * trials);
  return analyse({ ...results, state: 'complete', cases, plan: { ...results.plan, trials, order } });
}

/** By metric: what is said of the second of the two, against the first. */
function wordsOf({ groups }: Analysis): Said {
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
function countWords(pairs: readonly Said[]): Words {
  const counts: Record<string, Record<string, number>> = {};
  for (const [metric, word] of pairs.flatMap((words) => Object.entries(words))) {
    counts[metric] ??= {};
    counts[metric][word] = (counts[metric][word] ?? 0) + 1;
  }
  return counts;
}

function describe(
  found: {
    readonly pairs: number;
    readonly slowed: number;
    readonly mistaken: number;
    readonly told: number;
    readonly equals: Words;
    readonly unequals: Words;
  },
  passed: boolean,
  { width, colour }: Io,
): string {
  const { pairs, slowed, mistaken, told } = found;
  const paint = paints(colour);
  const prose = (text: string): string[] => wrap(text, proseWidth(width()));
  const counts = (words: Words): string[] =>
    listing(
      Object.entries(words).map(([metric, said]) => [
        metric,
        Object.entries(said)
          .map(([word, count]) => `${word} ${count}`)
          .join(', '),
      ]),
      width(),
    );
  const bounds = [
    ...(pairs > 0 ? [`at most ${Math.floor(pairs * MOST_MISTAKEN)} of the equals may be told apart`] : []),
    ...(slowed > 0 ? [`at least ${Math.ceil(slowed * LEAST_FOUND)} of the unequals must be`] : []),
  ];
  const verdict = `${passed ? '✓ The verdicts are right' : '✕ The verdicts are not right'} on this machine: ${list(bounds, 'and')}.`;
  return [
    ...(pairs > 0
      ? [
          ...prose(
            `Of ${countOf(pairs, 'pair')} of equals ${mistaken} ${were(mistaken)} called better or worse in p50.`,
          ),
          ...counts(found.equals),
        ]
      : []),
    ...(slowed > 0
      ? [
          ...prose(
            `Of ${countOf(slowed, 'pair')} of unequals, one side of which works a fifth longer on each message, ${told} ${were(told)} called worse in p50.`,
          ),
          ...counts(found.unequals),
        ]
      : []),
    ...prose(verdict).map(passed ? paint.green : paint.red),
    '',
  ].join('\n');
}

const were = (count: number): string => (count === 1 ? 'was' : 'were');
