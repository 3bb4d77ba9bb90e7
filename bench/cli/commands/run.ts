import { type JudgedThreshold, judgeThresholds, type Threshold } from '../../../reports/analysis/thresholds.ts';
import { summaryMarkdown } from '../../../reports/markdown/summary.ts';
import type { Analysis } from '../../../reports/model/model.ts';
import { makeReport, summary } from '../../../reports/report.ts';
import { type Progress, progressDisplay } from '../../../reports/terminal/progress.ts';
import { columnsOf, pad } from '../../../reports/terminal/text.ts';
import { thresholdLines } from '../../../reports/terminal/thresholds.ts';
import { examine } from '../../checks/doctor/checks.ts';
import { readMachine } from '../../checks/doctor/readings.ts';
import { measureMicro } from '../../checks/micro/measure.ts';
import { commandFor, type RunOptions, readOptions, SETTINGS } from '../../plan/options.ts';
import { describeCase, estimateSeconds, makePlan, type RunPlan } from '../../plan/plan.ts';
import { type Given, listOf } from '../../plan/readers.ts';
import type { Setting } from '../../plan/settings.ts';
import { formatResults, writeResults, writeWhole } from '../../results/file.ts';
import type { Case, MeasuredTrial, MicroRow, Results } from '../../results/schema.ts';
import { type Link, openLink } from '../../run/link.ts';
import { type RunEvent, type RunSettings, resolveResources, run } from '../../run/run.ts';
import { kindOf } from '../../scenarios/index.ts';
import { findTransport, whyUnavailable } from '../../transports/index.ts';
import { describePlan, newestResults } from '../before.ts';
import { readConfig } from '../config.ts';
import { eventLog } from '../events.ts';
import { EXIT, type ExitCode, gravest, UsageError } from '../exit.ts';
import { newFolder, prepareFolder, type RunFolder } from '../folder.ts';
import type { Io } from '../io.ts';
import { isAgreed, type LongFlags } from '../long.ts';
import { detailOf, paceOf } from '../pace.ts';
import { usePlugins } from '../plugin.ts';
import { appendStepSummary } from '../step-summary.ts';
import { approach, type TargetFlags } from '../target.ts';
import { readThresholds } from '../thresholds.ts';

/** `run` as the command line gives it: the settings by name, and what concerns only the command. */
export interface RunFlags extends Partial<Record<Setting, string | boolean>>, TargetFlags, LongFlags {
  readonly config?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly markdown?: boolean;
}

/**
 * Measures, writes results after every trial, and reports. `unknown` are problems the argument parser found; they are
 * reported together with the others.
 */
export async function runCommand(
  flags: RunFlags,
  unknown: readonly string[],
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
  show: (results: Results, analysis: Analysis, io: Io) => string = showSummary,
): Promise<ExitCode> {
  const { options, thresholds } = await optionsFrom(flags, unknown);
  const security = await approach(options.url, flags);
  const plan = makePlan(options, await unavailableFor(options));
  const link = await linkFor(options);
  try {
    if (plan.cases.length === 0) throw new UsageError(nothingLeft(plan));
    const resources = resolveResources(plan, link);
    if ('problems' in resources) throw new UsageError(resources.problems);
    const checks = examine(await readMachine());
    io.talk(describePlan(plan, resources, { checks, earlier: newestResults() }));
    if (!(await isAgreed(estimateSeconds(plan), flags, { io, interrupted }))) return EXIT.interrupted;
    const folder = prepareFolder(flags.out ?? newFolder(new Date()), (what) => io.talk(`${what}\n`));
    const log = flags.ndjson ? eventLog(io.out) : undefined;
    log?.plan(plan, thresholds);
    const micro = await microFor(plan, interrupted);
    const safety = security === undefined ? {} : { security };
    const settings = { resources, checks, micro, folder, ...safety };
    const results = await execute(plan, settings, { io, interrupted, told: (event) => log?.run(event) });

    const { html, analysis } = await makeReport(results);
    writeWhole(folder.report, html);
    const judged = judgeThresholds(results, thresholds);
    const exitCode = exitCodeOf(results, judged);
    const width = { width: io.width(), colour: io.colour };
    if (log !== undefined)
      log.end({
        results,
        analysis,
        thresholds: judged,
        exitCode,
        files: { results: folder.results, report: folder.report },
      });
    else if (flags.json) {
      io.out(formatResults(results));
      io.talk(
        thresholdLines(judged, { ...width, colour: false })
          .map((line) => `${line}\n`)
          .join(''),
      );
    } else if (flags.markdown) {
      const text = summaryMarkdown(results, analysis, judged);
      io.out(text);
      appendStepSummary(text, io.complain);
      io.talk(`Report: ${folder.report}\n`);
    } else {
      const lines = [show(results, analysis, io), ...thresholdLines(judged, width)];
      io.out(`${lines.join('\n')}\n\nResults:\n${folder.results}\nReport:\n${folder.report}\n`);
    }
    return exitCode;
  } finally {
    await link.close();
  }
}

const nothingLeft = ({ leftOut }: RunPlan): string[] =>
  leftOut.map(({ name, reason }) => `nothing is left to measure: ${name} ${reason}`);

const showSummary = (results: Results, analysis: Analysis, io: Io): string =>
  summary(results, analysis, { width: io.width(), colour: io.colour });

/** By transport, why it cannot be used here. One that was named must not go missing without a word. */
async function unavailableFor({ transports, named }: RunOptions): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of transports) {
    const entry = findTransport(name)?.entry;
    const why = entry === undefined ? undefined : await whyUnavailable(entry);
    if (entry !== undefined && why !== undefined) found.set(entry.id, why);
  }
  if (named && found.size > 0) {
    throw new UsageError(
      [...found].map(([id, why]) => `${id} is unavailable here: ${why}; leave it out of --transports`),
    );
  }
  return found;
}

/** Before anything starts: `--link veth` where none can be made is a problem of the command. */
async function linkFor({ link }: RunOptions): Promise<Link> {
  try {
    return await openLink(link);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError([`--link veth: ${reason}; use --link loopback, and see \`npm run doctor\``]);
  }
}

/** How long each step of encoding and decoding is measured: together a few seconds. */
const MICRO_SECONDS = 0.05;

/** What encoding and decoding cost, for the messages that the plan's servers are timed with. */
async function microFor({ options, cases }: RunPlan, signal: AbortSignal): Promise<MicroRow[]> {
  const timed = cases.filter(({ scenario }) => scenario.kind.microCosts);
  if (timed.length === 0) return [];
  const sizes = [...new Set(timed.map(({ size }) => size))];
  return measureMicro({ transports: options.transports, sizes, secondsPerStep: MICRO_SECONDS, signal });
}

/** Runs the plan; results are written after every trial. */
async function execute(
  plan: RunPlan,
  { folder, ...settings }: Pick<RunSettings, 'resources' | 'checks' | 'micro' | 'security'> & { folder: RunFolder },
  { io, interrupted, told }: { io: Io; interrupted: AbortSignal; told: (event: RunEvent) => void },
): Promise<Results> {
  const display = progressDisplay(io.progress, labels(plan));
  // What is said of it goes below the block, which is then left as it was.
  const leave = (): void => display.end();
  interrupted.addEventListener('abort', leave);
  const total = plan.cases.length * plan.options.trials;
  const pace = paceOf(total, estimateSeconds(plan));
  const progress = (rest: Pick<Progress, 'current' | 'ended'>): Progress => ({
    ...pace(done),
    part: blockOf(plan, rest.ended ? done - 1 : done),
    ...rest,
  });
  let results: Results | undefined;
  let done = 0;
  try {
    for await (const event of run(plan, { command: commandFor(plan.options), signal: interrupted, ...settings })) {
      told(event);
      if (event.event === 'trial-started') {
        display.show(progress({ current: event.planned.id }));
        continue;
      }
      results = event.results;
      folder.restore();
      writeResults(folder.results, results);
      if (event.event !== 'trial-ended') continue;
      done++;
      const { state } = event.trial;
      const ended = { name: event.planned.id, state, detail: detailOf(event.planned.scenario.kind, event.trial) };
      display.show(progress({ current: undefined, ended }));
    }
  } finally {
    interrupted.removeEventListener('abort', leave);
    display.end();
  }
  if (results === undefined) throw new Error('the run ended without results');

  return results;
}

async function optionsFrom(
  flags: RunFlags,
  unknown: readonly string[],
): Promise<{ options: RunOptions; thresholds: readonly Threshold[] }> {
  const config = flags.config === undefined ? { given: {}, problems: [] } : readConfig(flags.config);
  const given: Partial<Record<Setting, Given>> = { ...config.given };
  for (const setting of SETTINGS) {
    const value = flags[setting];
    if (value !== undefined) given[setting] = { value, where: `--${setting}` };
  }
  // Before names are looked up: what a plugin brings can be named.
  await usePlugins(given.plugin === undefined ? [] : listOf(given.plugin.value));
  const read = readOptions(given);
  const limits = readThresholds(given.threshold, 'problems' in read ? undefined : plannedBy(read.options));
  const problems = [
    ...unknown,
    ...config.problems,
    ...oneOutput(flags),
    ...('problems' in read ? read.problems : []),
    ...limits.problems,
  ];
  if (problems.length > 0 || 'problems' in read) throw new UsageError(problems);
  return { options: read.options, thresholds: limits.thresholds };
}

/** What thresholds can be about: all that is asked for, whether this machine has it or not. */
const plannedBy = (options: RunOptions) => ({ ...options, cases: makePlan(options).cases.map(describeCase) });

/** Stdout has one result. */
function oneOutput({ json, ndjson, markdown }: RunFlags): string[] {
  const asked = [...(json ? ['--json'] : []), ...(ndjson ? ['--ndjson'] : []), ...(markdown ? ['--markdown'] : [])];
  return asked.length < 2 ? [] : [`${asked.join(', ')} each print to stdout; leave all but one out`];
}

/** What of a case's name tells it from the plan's others, the transport always; in a column of one width. */
function labels({ cases }: RunPlan): (id: string) => string {
  const telling = new Set([0]);
  const short = (id: string): string =>
    id
      .split('/')
      .filter((_, at) => telling.has(at))
      .join(' ');
  const told = (): number => new Set(cases.map(({ id }) => short(id))).size;
  const parts = Math.max(...cases.map(({ id }) => id.split('/').length));
  for (let at = 1; told() < cases.length && at < parts; at++) {
    const before = told();
    telling.add(at);
    if (told() === before) telling.delete(at);
  }
  const widest = Math.max(...cases.map(({ id }) => columnsOf(short(id))));
  return (id) => pad(short(id), widest);
}

/** What has just ended belongs to its own block, though the next one may begin. */
const blockOf = ({ cases, options: { trials } }: RunPlan, before: number): Progress['part'] => ({
  name: 'block',
  number: Math.min(Math.floor(before / cases.length) + 1, trials),
  of: trials,
});

/** Sessions ended, or would not take a message, at a load that they were to bear. */
const broke = (one: Case, { messages }: MeasuredTrial): boolean =>
  kindOf(one).brokenSessionsFail && Object.keys(messages.errors).length > 0;

/** Where several apply the gravest counts. A threshold that could not be tested was not met either. */
export function exitCodeOf(
  { state, cases, transports }: Results,
  thresholds: readonly Pick<JudgedThreshold, 'outcome'>[] = [],
): ExitCode {
  const promises = (one: Case): boolean =>
    transports.find(({ id, variant }) => id === one.transport && variant === one.variant)?.capabilities.reliable ??
    true;
  const lossy = cases.some((one) =>
    one.trials.some(
      (trial) => trial.state === 'failed' || (trial.messages.lost > 0 && promises(one)) || broke(one, trial),
    ),
  );
  const unmeasured = cases.some((one) => !one.trials.some((trial) => trial.state === 'valid'));
  const untested = thresholds.some(({ outcome }) => outcome === 'not testable');
  return gravest([
    ...(state === 'interrupted' ? [EXIT.interrupted] : []),
    ...(lossy ? [EXIT.failed] : []),
    ...(unmeasured || untested ? [EXIT.invalid] : []),
    ...(thresholds.some(({ outcome }) => outcome === 'missed') ? [EXIT.threshold] : []),
  ]);
}
