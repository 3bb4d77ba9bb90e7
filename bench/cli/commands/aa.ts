import { analyse } from '../../../reports/analysis/analyse.ts';
import { countOf, integer, list } from '../../../reports/model/format.ts';
import type { Analysis, Cell } from '../../../reports/model/model.ts';
import { listing } from '../../../reports/terminal/listing.ts';
import { paints, proseWidth } from '../../../reports/terminal/paint.ts';
import { type Progress, progressDisplay } from '../../../reports/terminal/progress.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { slowedBy } from '../../checks/aa/slowed.ts';
import { type Check, examine } from '../../checks/doctor/checks.ts';
import { machineLoad, readMachine } from '../../checks/doctor/readings.ts';
import { readOptions } from '../../plan/options.ts';
import { estimateSeconds, makePlan, type RunPlan } from '../../plan/plan.ts';
import type { Results } from '../../results/schema.ts';
import { calmWaiter } from '../../run/calm.ts';
import { openLink } from '../../run/link.ts';
import { type RunResources, resolveResources, run } from '../../run/run.ts';
import { whyUnavailable } from '../../run/scale/available.ts';
import { describeVariables } from '../../run/variables.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { findTransport } from '../../transports/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { approximately, eta } from '../eta.ts';
import { EXIT, refuseIf, UsageError } from '../exit.ts';
import { flagWithDefault, numberFlag, toggle } from '../flags.ts';
import type { Io } from '../io.ts';
import { waitingText } from '../live/execute.ts';
import { goesOn } from '../live/go-on.ts';
import { PLAN, printPlan } from '../plan-output.ts';
import { describeLink, unfitLines } from '../preflight.ts';
import { KEEP_ENV, surroundingsLines } from '../surroundings.ts';

/** Time that servers of slowed pairs work on each message, and by which share the slower one works longer. */
const SERVICE_SECONDS = 1e-3;
const SLOWER = 0.2;
/** Rate of the slowed pairs, in messages a second: low enough that no message waits for the one before. */
const SLOWED_RATE = 400;
const WARMUP_SECONDS = 0.6;
/** Maximum share of identical pairs, and minimum share of slowed pairs, whose sides are told apart. */
const MAX_FALSE_POSITIVES = 0.05;
const MIN_FOUND = 0.9;

/** Number of pairs by metric and word of the verdict. */
type WordCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Tests the verdicts on this machine with pairs whose truth is known. In an identical pair a transport is compared with itself,
 * and any difference found is a false positive; in a slowed pair one server works a fifth longer on each message, and a missed
 * difference is a false negative. Each pair has its own trials and is analysed as a run of its own.
 */
export const command = defineCommand({
  name: 'aa',
  description: 'test the verdicts: compare a transport with itself, and with itself made slower on purpose',
  flags: {
    transport: flagWithDefault({ argument: '<name>', help: 'transport to measure', usual: 'ws' }, (given) => given),
    pairs: numberFlag('<number>', 'identical pairs; any difference found is a false positive', {
      usual: 40,
      min: 0,
      max: 1_000,
      whole: true,
    }),
    slowed: numberFlag(
      '<number>',
      'pairs in which one server works a fifth longer on each message; any difference not found is a false negative',
      {
        usual: 10,
        min: 0,
        max: 1_000,
        whole: true,
      },
    ),
    trials: numberFlag('<number>', 'trials of each side of a pair, at least 6', {
      usual: 7,
      min: 6,
      max: 100,
      whole: true,
    }),
    duration: numberFlag('<seconds>', 'measured time of a trial', { usual: 0.5, min: 0.1, max: 60 }),
    'keep-env': KEEP_ENV,
    json: toggle('print one JSON document'),
    plan: PLAN,
    yes: YES,
  },
  graceful: true,
  async run(
    { transport: name, pairs, slowed, trials, duration, 'keep-env': keep, ...flags },
    { problems, ...context },
  ) {
    const { io, interrupted } = context;
    const transport = String(name.value);
    problems.push(...(await transportProblems(transport)));
    if (pairs + slowed === 0) problems.push('--pairs and --slowed are both 0: nothing is left to measure');
    refuseIf(problems);
    const parts = [
      { of: 'equals', count: pairs, plan: planFor(transport, { duration, keep, trials: trials * pairs }) },
      {
        of: 'unequals',
        count: slowed,
        plan: slowOne(planFor(transport, { duration, keep, trials: trials * slowed, rate: SLOWED_RATE })),
      },
    ] as const satisfies readonly Part[];
    const steps = parts
      .filter(({ count }) => count > 0)
      .map(({ of, count, plan }) => ({ name: pairsOf(of, count), seconds: estimateSeconds(plan) }));
    const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);

    const link = await openLink('auto');
    try {
      const resources = resolveResources(parts[0].plan, link, io.environment);
      if ('problems' in resources) throw new UsageError(resources.problems);
      const text = describePlan(parts, {
        transport,
        trials,
        seconds,
        resources,
        checks: examine(await readMachine(resources)),
      });
      if (flags.plan) {
        const settings = { transport, pairs, slowed, trials, durationSeconds: duration };
        return printPlan({ command: 'aa', text, steps, settings, json: flags.json }, io);
      }
      io.info(text);
      if (!(await confirm(seconds, flags, context))) return EXIT.interrupted;
      const found = await measureAll(parts, { resources, trials, seconds, yes: flags.yes, context });
      if (interrupted.aborted) return EXIT.interrupted;
      if (found === undefined) return EXIT.invalid;
      const [equals, unequals] = found;

      const words = { equals: countWords(equals ?? []), unequals: countWords(unequals ?? []) };
      const mistaken = (words.equals.p50?.better ?? 0) + (words.equals.p50?.worse ?? 0);
      const told = words.unequals.p50?.worse ?? 0;
      const passed = mistaken <= pairs * MAX_FALSE_POSITIVES && told >= slowed * MIN_FOUND;
      const document = {
        pairs,
        slowed,
        trials,
        mistaken,
        told,
        serviceSeconds: SERVICE_SECONDS,
        slowedSeconds: SERVICE_SECONDS * (1 + SLOWER),
        variables: describeVariables(resources.variables),
        ...words,
      };
      io.out(flags.json ? `${JSON.stringify(document, null, 2)}\n` : describe(document, passed, io));
      return passed ? EXIT.done : EXIT.invalid;
    } finally {
      await link.close();
    }
  },
});

const NAMES = { equals: 'identical', unequals: 'slowed' } as const;

const pairsOf = (of: Part['of'], count: number): string =>
  `${integer(count)} ${NAMES[of]} pair${count === 1 ? '' : 's'}`;

/** Pairs that are either all identical or all slowed, measured one after the other as one run. */
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
  const choice = only === undefined ? undefined : findTransport(only);
  const why = choice === undefined ? undefined : await whyUnavailable(choice);
  return why === undefined ? [] : [`--transport: ${name} is unavailable here: ${why}`];
}

/** Describes the pairs before anything starts. */
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
      asked.map(({ of, count }) => pairsOf(of, count)),
      'and',
    )}, ${trials} trials a side: ${countOf(total, 'trial')}, about ${approximately(seconds)}.`,
    ...asked.flatMap(({ of, plan: { cases } }) => {
      const [one] = cases;
      if (one === undefined) return [];
      const { clients, rate, size } = one;
      const load = `${transport}, echo, ${countOf(clients, 'client')}, ${integer(rate)} msg/s of ${integer(size)} B`;
      return [of === 'equals' ? `Identical pairs: ${load}.` : `Slowed pairs: ${load}; ${SLOWED}.`];
    }),
    `Each trial: a fresh server, ${WARMUP_SECONDS} s of warm-up; ${describeLink(resources)}.`,
    ...surroundingsLines(resources, { exec: null }),
    ...unfitLines(checks),
    '',
    '',
  ].join('\n');
}

const SLOWED = `one server works ${SERVICE_SECONDS * 1e3} ms on each message, the other ${SERVICE_SECONDS * 1e3 * (1 + SLOWER)} ms`;

function planFor(
  transport: string,
  { duration, trials, keep, rate }: { duration: number; trials: number; keep: readonly string[]; rate?: number },
): RunPlan {
  const read = readOptions({
    transports: { value: transport, where: '--transport' },
    scenarios: { value: 'echo', where: '' },
    duration: { value: duration, where: '--duration' },
    warmup: { value: WARMUP_SECONDS, where: '' },
    ...(rate === undefined ? {} : { rate: { value: rate, where: '' } }),
    ...(keep.length === 0 ? {} : { 'keep-env': { value: keep, where: '--keep-env' } }),
    trials: { value: Math.max(1, trials), where: '' },
    aa: { value: true, where: '' },
  });
  if ('problems' in read) throw new UsageError(read.problems);
  return trials === 0 ? { ...makePlan(read.options), blocks: [] } : makePlan(read.options);
}

/** Copies a plan with servers that work on each message, `b` longer than `a`. */
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
  readonly yes: boolean;
  readonly context: Context;
};

/** Measures all pairs, and shows the verdicts of each as soon as its trials have ended. Undefined if no trial of a first block is valid. */
async function measureAll(
  parts: readonly Part[],
  { resources, trials, seconds, yes, context }: Settings,
): Promise<Verdicts[][] | undefined> {
  const { io, interrupted } = context;
  const each = 2 * trials;
  const of = parts.reduce((sum, { count }) => sum + count, 0);
  const pace = eta(of * each, seconds, io.now);
  const display = progressDisplay(io.progress);
  // The announcement of an interruption is written below the last progress block.
  const leave = (): void => display.end();
  interrupted.addEventListener('abort', leave);
  let done = 0;
  let reruns = 0;
  let pair = 1;
  const show = (rest: Pick<Progress, 'current' | 'activity' | 'ended'>): void =>
    display.show({ ...pace(done, of * each + reruns), part: { name: 'pair', number: pair, of }, ...rest });
  const calm = resources.roots.proc === '' ? {} : { calm: calmWaiter(machineLoad, seconds) };
  const goOn = async (results: Results): Promise<boolean> => {
    display.end();
    // A machine that is not watched cannot be said to be too busy.
    return resources.roots.proc === '' || (await goesOn(results, { yes }, context));
  };
  try {
    const found: Verdicts[][] = [];
    for (const part of parts) {
      const verdicts: Verdicts[] = [];
      found.push(verdicts);
      const settings = { command: '', checks: [], micro: [], resources, signal: interrupted, goOn, ...calm };
      const current = (): string => `${NAMES[part.of]} pair ${verdicts.length + 1}`;
      let open = each;
      for await (const event of run(part.plan, settings)) {
        if (event.event === 'waiting') show({ current: current(), activity: waitingText(event.busyShare) });
        if (event.event === 'trial-started') show({ current: current() });
        if (event.event === 'ended' && event.results.stopped !== undefined) return undefined;
        if (event.event !== 'trial-ended') continue;
        done++;
        if (event.again) reruns++;
        else open--;
        if (open > 0) continue;
        open = each;
        const ofPair = verdictsOf(pairOf(event.results, verdicts.length, trials));
        verdicts.push(ofPair);
        const name = `${NAMES[part.of]} pair ${verdicts.length}`;
        const ended = { name, state: stateOf(part.of, ofPair), detail: detailOf(ofPair) };
        show({ current: undefined, ended });
        pair++;
      }
      if (interrupted.aborted) break;
    }
    return found;
  } finally {
    interrupted.removeEventListener('abort', leave);
    display.end();
  }
}

/** Word of the verdict on a pair, by metric. */
type Verdicts = Readonly<Record<string, string>>;

/** Compares the verdict in p50 with the truth. */
function stateOf(of: Part['of'], { p50 }: Verdicts): 'right' | 'mistaken' | 'missed' {
  if (of === 'unequals') return p50 === 'worse' ? 'right' : 'missed';
  return p50 === 'better' || p50 === 'worse' ? 'mistaken' : 'right';
}

const detailOf = (words: Verdicts): string =>
  Object.entries(words)
    .map(([metric, word]) => `${metric} ${word}`)
    .join(', ');

/** Analyses the trials of one pair as a run of their own. */
function pairOf(results: Results, pair: number, trials: number): Analysis {
  const isOwn = ({ block }: { block: number }): boolean => block >= pair * trials && block < (pair + 1) * trials;
  const cases = results.cases.map((one) => ({ ...one, trials: one.trials.filter(isOwn) }));
  const order = results.plan.order.slice(pair * trials, (pair + 1) * trials);
  return analyse({ ...results, state: 'complete', cases, plan: { ...results.plan, trials, order } });
}

/** Reads the verdicts on side b of a pair compared with side a. */
function verdictsOf({ groups }: Analysis): Verdicts {
  const [group] = groups;
  if (group === undefined) return {};
  const [second] = group.rows.filter(({ name }) => name.endsWith('#b'));
  const [first] = group.rows.filter(({ name }) => name.endsWith('#a'));
  return Object.fromEntries(group.metrics.map((id) => [id, wordOf(first?.cells[id], second?.cells[id])]));
}

/** Word of the verdict on a pair with too few valid trials for any verdict. */
const NOT_TESTABLE = 'not testable';

/** Word of the verdict on the second cell. The analysis stores the verdict in the cell that is not the best of its column. */
function wordOf(first: Cell | undefined, second: Cell | undefined): string {
  const of = (cell: Cell | undefined): string | undefined => (cell?.state === 'shown' ? cell.verdict?.word : undefined);
  const turned: Readonly<Record<string, string>> = { better: 'worse', worse: 'better' };
  const onSecond = of(second);
  if (onSecond !== undefined) return onSecond;
  const onFirst = of(first);
  return onFirst === undefined ? NOT_TESTABLE : (turned[onFirst] ?? onFirst);
}

/** Counts the words of verdicts over all pairs, by metric. */
function countWords(pairs: readonly Verdicts[]): WordCounts {
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
    readonly equals: WordCounts;
    readonly unequals: WordCounts;
  },
  passed: boolean,
  { width, colour }: Io,
): string {
  const { pairs, slowed, mistaken, told } = found;
  const paint = paints(colour);
  const prose = (text: string): string[] => wrap(text, proseWidth(width()));
  const counts = (words: WordCounts): string[] =>
    listing(
      Object.entries(words).map(([metric, verdicts]) => [
        metric,
        Object.entries(verdicts)
          .map(([word, count]) => `${word} ${count}`)
          .join(', '),
      ]),
      width(),
    );
  const bounds = [
    ...(pairs > 0
      ? [`at most ${Math.floor(pairs * MAX_FALSE_POSITIVES)} of the identical pairs may be called better or worse`]
      : []),
    ...(slowed > 0 ? [`at least ${Math.ceil(slowed * MIN_FOUND)} of the slowed pairs must be called worse`] : []),
  ];
  const verdict = `${passed ? '✓ The verdicts are right' : '✕ The verdicts are not right'} on this machine: ${list(bounds, 'and')}.`;
  return [
    ...(pairs > 0
      ? [
          ...prose(
            `${mistaken} of ${pairsOf('equals', pairs)} ${were(mistaken)} called better or worse in p50 (false positives).`,
          ),
          ...counts(found.equals),
        ]
      : []),
    ...(slowed > 0
      ? [
          ...prose(
            `${told} of ${pairsOf('unequals', slowed)} ${were(told)} called worse in p50; in each, one server works a fifth longer on each message.`,
          ),
          ...counts(found.unequals),
        ]
      : []),
    ...prose(verdict).map(passed ? paint.green : paint.red),
    '',
  ].join('\n');
}

const were = (count: number): string => (count === 1 ? 'was' : 'were');
