import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Detectable, detectable } from '../../reports/analysis/power.ts';
import { metric, metricsOf, titleOf } from '../../reports/kinds/lookup.ts';
import { countOf, list } from '../../reports/model/format.ts';
import { questionOf } from '../../reports/model/group.ts';
import type { Question } from '../../reports/model/model.ts';
import type { Check } from '../checks/doctor/checks.ts';
import { describeAnswers } from '../load/answers/learn.ts';
import { besideFields, describeCase, estimateSeconds, messagesOf, type RunPlan, trialsOf } from '../plan/plan.ts';
import { writtenValue } from '../results/case.ts';
import { readResults } from '../results/file.ts';
import { maxReruns } from '../results/reruns.ts';
import { MIN_TRIALS, SAMPLES_BEYOND } from '../results/rules.ts';
import type { Results } from '../results/schema.ts';
import type { RunResources } from '../run/run.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { addressShown, commandShown } from '../security/redact.ts';
import { browserLines } from './browser/planned.ts';
import { approximately } from './eta.ts';
import { networkLines, totalSeconds } from './networks/planned.ts';
import { nodesLines } from './scale/planned.ts';
import { surroundingsLines } from './surroundings.ts';

/** Describes a plan before it starts: its cases, its time, its link, and the differences that it can show. */
export function describePlan(
  plan: RunPlan,
  resources: RunResources,
  {
    checks,
    earlier,
    notes = [],
  }: { checks: readonly Check[]; earlier: Results | undefined; notes?: readonly string[] },
): string {
  const { options, cases } = plan;
  const names = [...new Set(cases.map(({ name }) => name))];
  const few = Math.min(...cases.map((planned) => trialsOf(planned, options)));
  const warmUp = cases.some(({ scenario }) => scenario.kind.uses.warmup)
    ? `, ${options.warmupSeconds} s of warm-up`
    : '';
  return [
    `${sizeText(plan)}, about ${approximately(totalSeconds(plan))}.`,
    `${list(names, 'and')}: ${[...new Set(cases.map((planned) => titleOf(questionIn(planned, options))))].join('; ')}.`,
    `Up to ${countOf(maxReruns(plan.blocks.flat().length), 'trial')} that the machine spoils may be run again, at the end of the block.`,
    ...(options.trials > 1
      ? [
          `Each of ${options.trials} blocks runs every case once${few === options.trials ? '' : `, those with ${few} trials in the first ${few}`}, in shuffled order (seed ${options.seed}).`,
        ]
      : []),
    ...besideLine(plan),
    `Each trial: ${serverOf(options)}${warmUp}; ${describeLink(resources)}.`,
    ...networkLines(plan),
    ...nodesLines(plan),
    ...browserLines(plan, resources.browser?.path),
    ...surroundingsLines(resources, options),
    ...learnedAt(plan),
    ...plan.leftOut.map(
      ({ name, encoding, size, dimensions = {}, reason }) =>
        `Left out: ${[
          name,
          ...(encoding === undefined ? [] : [encoding]),
          ...(size === undefined ? [] : [`${size} B`]),
          ...Object.entries(dimensions).map(([dimension, value]) => `${dimension}=${writtenValue(value)}`),
        ].join(', ')}: ${reason}.`,
    ),
    ...notes,
    ...detectableDifferences(plan, earlier),
    ...percentilesOf(plan),
    ...unfitLines(checks),
    '',
    '',
  ].join('\n');
}

/** Number of trials: `22 cases × 6 trials and 22 cases × 3 trials = 198 trials`. */
function sizeText({ options, cases, blocks }: RunPlan): string {
  const parts = [...Map.groupBy(cases, (planned) => trialsOf(planned, options))].map(
    ([trials, those]) => `${countOf(those.length, 'case')} × ${countOf(trials, 'trial')}`,
  );
  return `${list(parts, 'and')} = ${countOf(blocks.flat().length, 'trial')}`;
}

/** Line about trials that run at the same time, with the time that is saved. */
function besideLine(plan: RunPlan): string[] {
  const { beside } = besideFields(plan);
  if (beside === undefined) return [];
  const alone = approximately(estimateSeconds({ ...plan, options: { ...plan.options, beside: 1 } }));
  return [
    `Up to ${beside} trials of those over a network or with a fault run at the same time; with --beside 1 they run one after another, and the plan takes about ${alone}.`,
  ];
}

function serverOf({ url, exec }: RunPlan['options']): string {
  if (exec !== null) return `a fresh server (${commandShown(exec)})`;
  return url === null ? 'a fresh server' : `new sessions at ${addressShown(url)}`;
}

/** Lines about a foreign server that was dialled: the form of its answers, and what cannot be measured there. */
function learnedAt({ cases, options }: RunPlan): string[] {
  const forms = [...new Set(cases.flatMap(({ answers }) => (answers === undefined ? [] : [describeAnswers(answers)])))];
  const faults = [...new Set(cases.flatMap(({ unmeasurable }) => unmeasurable ?? []))];
  return [
    ...(options.reaches === 'everyone' && cases.some(({ scenario }) => scenario.reaches === 'others')
      ? ['The server sends a broadcast to all but its sender, and is measured so.']
      : []),
    ...forms.map((form) => `As the server answers it is measured: ${form}.`),
    ...faults.map((fault) => {
      const affected = cases.filter(({ unmeasurable }) => unmeasurable === fault);
      const which =
        affected.length === cases.length
          ? ''
          : `${list(
              affected.map(({ id }) => id),
              'and',
            )}: `;
      return `✕ Not measured: ${which}${fault}.`;
    }),
  ];
}

/** Question under which the results group a case. */
const questionIn = (planned: PlannedCase, { objective }: RunPlan['options']): Question => ({
  ...questionOf(describeCase(planned)),
  objective: planned.scenario.kind.uses.objective ? objective : null,
});

/** Lines about checks of the machine that failed, each with its remedy. */
export const unfitLines = (checks: readonly Check[]): string[] =>
  checks
    .filter(({ state }) => state === 'unfit')
    .map(({ name, observed, fix }) => `✕ This machine is not fit to measure on: ${name}: ${observed}. → ${fix}`);

/** Describes the link that messages take, and the number of load processes. */
export function describeLink({ link, workers, ways, agents }: RunResources): string {
  if (agents !== undefined) {
    const elsewhere = countOf(workers, 'load process', 'load processes');
    return `the network between this machine and those of the agents, bytes counted at the sockets; ${elsewhere} there`;
  }
  const veth = 'a private link, bytes counted as on a cable';
  const kind = link.kind === 'veth' ? veth : 'the loopback, bytes counted at the sockets';
  const load = countOf(workers, 'load process', 'load processes');
  return `${kind}; ${load}${ways.length > 0 ? ` from ${ways.length} addresses` : ''}`;
}

/** Describes the differences that a plan can show, judging by the scatter of an earlier run's trials. */
function detectableDifferences({ options, cases }: RunPlan, earlier: Results | undefined): string[] {
  const compared = cases.filter(({ scenario }) => scenario.kind.judgedBy === 'verdicts');
  const kinds = new Set(compared.map(({ scenario }) => scenario.kind.id));
  if (kinds.size === 0) return ['Counts bytes and compares them with theory; gives no verdicts.'];
  if (options.trials < MIN_TRIALS) {
    return [`A quick look: it gives medians but no verdicts, which need ${MIN_TRIALS} valid trials of each case.`];
  }
  if (earlier === undefined) {
    return [
      'Enough trials for verdicts. The smallest difference that they can show depends on how far trials scatter on this machine, which the first run will tell.',
    ];
  }
  const rivals = new Set(cases.filter(({ entry }) => !entry.floor).map(({ name }) => name)).size;
  const found = detectable(earlier, { trials: options.trials, comparisons: Math.max(1, rivals - 1) });
  const shown = found.filter(
    ({ metric: id, ratio }) => ratio !== null && [...kinds].some((kind) => metricsOf(kind).includes(id)),
  );
  if (shown.length === 0) return ['Enough trials for verdicts.'];
  return [
    `Can show these differences, judging by the scatter of the last run: ${shown.map(formatDifference).join(', ')}.`,
    'Smaller differences will mostly end as “not separated”.',
  ];
}

function formatDifference({ metric: id, ratio }: Detectable): string {
  const percent = ((ratio ?? 1) - 1) * 100;
  return `${metric(id).title} from ${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Warns if the shortest trials have too few messages for p99. */
function percentilesOf({ cases }: RunPlan): string[] {
  const samples = cases
    .filter(({ scenario: { kind } }) => kind.uses.rate === 'offered' && kind.uses.duration)
    .map(messagesOf);
  const fewest = Math.min(...samples);
  if (fewest * 0.01 >= SAMPLES_BEYOND || samples.length === 0) return [];
  return [
    `p99 cannot be shown for every case: a trial has as few as ${fewest} deliveries, and p99 needs 1,000; use a longer --duration.`,
  ];
}

const runs = fileURLToPath(new URL('../../reports/runs/', import.meta.url));

/** Finds the newest complete run under reports/runs that has enough trials for verdicts and for which `suits` is true. */
export function newestResults(
  folder: string = runs,
  suits: (results: Results) => boolean = () => true,
): Results | undefined {
  const names = readFolder(folder).toSorted().toReversed();
  for (const name of names) {
    try {
      const results = readResults(join(folder, name, 'results.json'));
      if (results.plan.trials >= MIN_TRIALS && results.state === 'complete' && suits(results)) return results;
    } catch {
      // The file is not a run, or one of another version.
    }
  }
  return undefined;
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
