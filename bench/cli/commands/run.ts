import { type JudgedThreshold, judgeThresholds, type Threshold } from '../../../reports/analysis/thresholds.ts';
import { summaryMarkdown } from '../../../reports/markdown/summary.ts';
import type { Analysis } from '../../../reports/model/model.ts';
import { type Progress, progressDisplay } from '../../../reports/terminal/progress.ts';
import { columnsOf, pad } from '../../../reports/terminal/text.ts';
import { thresholdLines } from '../../../reports/terminal/thresholds.ts';
import { examine } from '../../checks/doctor/checks.ts';
import { readMachine } from '../../checks/doctor/readings.ts';
import { measureMicro } from '../../checks/micro/measure.ts';
import { errorText } from '../../error-text.ts';
import { newRunId } from '../../load/run-id.ts';
import { commandFor, type RunOptions, readOptions } from '../../plan/options.ts';
import { describeCase, estimateSeconds, makePlan, type RunPlan } from '../../plan/plan.ts';
import { type Given, listOf } from '../../plan/readers.ts';
import type { Setting } from '../../plan/settings.ts';
import { formatResults, writeResults, writeWhole } from '../../results/file.ts';
import type { Case, MeasuredTrial, MicroRow, Results } from '../../results/schema.ts';
import { lostIn } from '../../results/values.ts';
import { type Link, openLink } from '../../run/link.ts';
import { type RunEvent, type RunResources, type RunSettings, resolveResources, run } from '../../run/run.ts';
import { surveyTarget } from '../../run/survey.ts';
import { kindOf } from '../../scenarios/index.ts';
import type { Security } from '../../security/security.ts';
import { findTransport, whyUnavailable } from '../../transports/index.ts';
import { type Context, defineCommand, type Invocation } from '../command.ts';
import { readConfig } from '../config.ts';
import { confirm, YES } from '../confirm.ts';
import { detailOf, eta } from '../eta.ts';
import { eventLog } from '../events.ts';
import { EXIT, type ExitCode, gravest, UsageError } from '../exit.ts';
import { appendStepSummary } from '../files.ts';
import { textFlag, toggle, type Values } from '../flags.ts';
import { newFolder, prepareFolder, type RunFolder } from '../folder.ts';
import type { Io } from '../io.ts';
import { PLAN, printPlan } from '../plan-output.ts';
import { usePlugins } from '../plugin.ts';
import { describePlan, newestResults } from '../preflight.ts';
import { givenOf, settingFlags } from '../setting-flags.ts';
import { resolveTarget, TARGET_FLAGS } from '../target.ts';
import { readThresholds } from '../thresholds.ts';

/** Flags of a run that are not settings; `wire` has some of them too. */
export const RUN_FLAGS = {
  out: textFlag({
    argument: '<folder>',
    help: 'folder for results.json and report.html',
    usual: 'a new one under reports/runs',
  }),
  json: toggle('print the results document instead of the summary'),
  ndjson: toggle('print events as they happen, one JSON document per line, instead of the summary'),
  markdown: toggle('print the summary as Markdown, and append it to $GITHUB_STEP_SUMMARY if that is set'),
  config: textFlag({ argument: '<file>', help: 'JSON file with any of these settings by name; flags take precedence' }),
  plan: PLAN,
  yes: YES,
};

export const command = defineCommand({
  name: 'run',
  description: 'measure transports and write a report',
  flags: { ...settingFlags(), ...TARGET_FLAGS, ...RUN_FLAGS },
  examples: [
    ['A first look at every transport, in a minute', 'npm run bench -- --quick'],
    ['Two transports at three rates', 'npm run bench -- --transports ws,sse --rate 500,1000,2000'],
    ['The highest rate that each transport sustains', 'npm run bench -- --scenarios capacity --trials 1'],
    ['Exit with 10 if a median misses a limit', "npm run bench -- --threshold 'ws.echo.p99<50ms'"],
  ],
  listsExitCodes: true,
  graceful: true,
  async run(values, invocation) {
    const { problems, io } = invocation;
    const config = values.config === undefined ? { given: {}, problems: [] } : readConfig(values.config, io);
    problems.push(...config.problems, ...oneOutput(values));
    return await measureAndReport(
      { ...values, name: 'run', given: { ...config.given, ...givenOf(values) } },
      invocation,
    );
  },
});

/** Request for a run, from `run` or `wire`. */
export interface RunRequest extends Values<typeof RUN_FLAGS>, Values<typeof TARGET_FLAGS> {
  /** Command that requests the run. */
  readonly name: string;
  readonly given: Partial<Record<Setting, Given>>;
}

/** Measures, writes results after every trial, and reports at the end. */
export async function measureAndReport(
  request: RunRequest,
  { problems, ...context }: Invocation,
  show: (results: Results, analysis: Analysis, io: Io) => Promise<string> = showSummary,
): Promise<ExitCode> {
  const { io, interrupted } = context;
  const { options, thresholds } = await readRequest(request.given, problems, io);
  const target = await resolveTarget(options, request, io);
  const asked = makePlan(options, await unavailableFor(options));
  const link = await linkFor(options);
  try {
    if (asked.cases.length === 0) throw new UsageError(nothingLeft(asked));
    const resources = resolveResources(asked, link);
    if ('problems' in resources) throw new UsageError(resources.problems);
    const plan = await learned(asked, request, { resources, security: target?.security, context });
    if (plan === undefined) return EXIT.interrupted;
    const checks = examine(await readMachine());
    const text = describePlan(plan, resources, { checks, earlier: newestResults(), notes: target?.notes ?? [] });
    if (request.plan) return showPlan(plan, { ...request, thresholds, text }, io);
    io.info(text);
    if (!(await confirm(estimateSeconds(plan), request, context))) return EXIT.interrupted;
    const folder = prepareFolder(request.out ?? newFolder(new Date()), io);
    const log = request.ndjson ? eventLog(io.out) : undefined;
    log?.plan(plan, thresholds);
    const micro = await microFor(plan, interrupted);
    const safety = target === undefined ? {} : { security: target.security };
    const settings = { resources, checks, micro, folder, ...safety };
    const results = await execute(plan, settings, context, (event) => log?.run(event));

    const { makeReport } = await import('../../../reports/report.ts');
    const { html, analysis } = await makeReport(results);
    writeWhole(io.resolve(folder.report), html);
    const judged = judgeThresholds(results, thresholds);
    const exitCode = exitCodeOf(results, judged);
    const layout = { width: io.width(), colour: io.colour };
    const { results: file, report } = folder;
    if (log !== undefined)
      log.end({ results, analysis, thresholds: judged, exitCode, files: { results: file, report } });
    else if (request.json) {
      io.out(formatResults(results));
      io.info(
        thresholdLines(judged, { ...layout, colour: false })
          .map((line) => `${line}\n`)
          .join(''),
      );
    } else if (request.markdown) {
      const markdown = summaryMarkdown(results, analysis, judged);
      io.out(markdown);
      appendStepSummary(markdown, io);
      io.info(`Report: ${report}\n`);
    } else {
      const lines = [await show(results, analysis, io), ...thresholdLines(judged, layout)];
      io.out(`${lines.join('\n')}\n\nResults:\n${file}\nReport:\n${report}\n`);
    }
    return exitCode;
  } finally {
    await link.close();
  }
}

/** Plan with what was learned of the foreign server, if there is one; undefined if the user stopped that. `--plan` dials nothing. */
async function learned(
  plan: RunPlan,
  request: RunRequest,
  { resources, security, context }: { resources: RunResources; security: Security | undefined; context: Context },
): Promise<RunPlan | undefined> {
  if (security === undefined || request.plan) return plan;
  const { interrupted: signal } = context;
  return surveyTarget(plan, { ...resources, security, seed: plan.options.seed, runId: newRunId(), signal }).catch(
    (error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    },
  );
}

/** Prints the plan of a run; with `--ndjson` as the event that a run would begin with. */
function showPlan(
  plan: RunPlan,
  { name, text, thresholds, json, ndjson }: RunRequest & { text: string; thresholds: readonly Threshold[] },
  io: Io,
): ExitCode {
  if (ndjson) {
    eventLog(io.out).plan(plan, thresholds);
    return EXIT.done;
  }
  const { trials, seed, warmupSeconds } = plan.options;
  const steps = plan.cases.map((planned) => ({
    name: planned.id,
    seconds: estimateSeconds({ ...plan, cases: [planned] }),
  }));
  const settings = {
    trials,
    seed,
    warmupSeconds,
    leftOut: plan.leftOut,
    thresholds: thresholds.map((one) => one.text),
  };
  return printPlan({ command: name, text, steps, settings, json }, io);
}

const nothingLeft = ({ leftOut }: RunPlan): string[] =>
  leftOut.map(({ name, reason }) => `nothing is left to measure: ${name} ${reason}`);

const showSummary = async (results: Results, analysis: Analysis, io: Io): Promise<string> => {
  const { summary } = await import('../../../reports/report.ts');
  return summary(results, analysis, { width: io.width(), colour: io.colour });
};

/** Reasons why transports cannot be used here, by id. Throws a `UsageError` if such a transport was named. */
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

/** Opens the link. Refuses `--link veth` on a machine that cannot make one. */
async function linkFor({ link }: RunOptions): Promise<Link> {
  try {
    return await openLink(link);
  } catch (error) {
    const reason = errorText(error);
    throw new UsageError([`--link veth: ${reason}; use --link loopback, and see \`npm run doctor\``]);
  }
}

/** Time for each step of encoding and decoding, in seconds: a few seconds for all of them. */
const MICRO_SECONDS = 0.05;

/** Measures what encoding and decoding cost, for the message sizes of the plan's load scenarios. */
async function microFor({ options, cases }: RunPlan, signal: AbortSignal): Promise<MicroRow[]> {
  const timed = cases.filter(({ scenario, unmeasurable }) => scenario.kind.microCosts && unmeasurable === undefined);
  if (timed.length === 0) return [];
  const sizes = [...new Set(timed.map(({ size }) => size))];
  return measureMicro({ transports: options.transports, sizes, secondsPerStep: MICRO_SECONDS, signal });
}

/** Runs the plan; results are written after every trial. */
async function execute(
  plan: RunPlan,
  { folder, ...settings }: Pick<RunSettings, 'resources' | 'checks' | 'micro' | 'security'> & { folder: RunFolder },
  { io, interrupted }: Context,
  onEvent: (event: RunEvent) => void,
): Promise<Results> {
  const display = progressDisplay(io.progress, labels(plan));
  // The announcement of an interruption is written below the last progress block.
  const leave = (): void => display.end();
  interrupted.addEventListener('abort', leave);
  const total = plan.cases.length * plan.options.trials;
  const pace = eta(total, estimateSeconds(plan), io.now);
  const progress = (rest: Pick<Progress, 'current' | 'ended'>): Progress => ({
    ...pace(done),
    part: blockOf(plan, rest.ended ? done - 1 : done),
    ...rest,
  });
  let results: Results | undefined;
  let done = 0;
  try {
    for await (const event of run(plan, { command: commandFor(plan.options), signal: interrupted, ...settings })) {
      onEvent(event);
      if (event.event === 'trial-started') {
        display.show(progress({ current: event.planned.id }));
        continue;
      }
      results = event.results;
      folder.restore();
      writeResults(io.resolve(folder.results), results);
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

/** Reads the given settings. Plugins are loaded first, because settings can name their transports. */
async function readRequest(
  given: RunRequest['given'],
  problems: readonly string[],
  io: Io,
): Promise<{ options: RunOptions; thresholds: readonly Threshold[] }> {
  await usePlugins(given.plugin === undefined ? [] : listOf(given.plugin.value), io);
  const read = readOptions(given);
  const limits = readThresholds(given.threshold, 'problems' in read ? undefined : plannedBy(read.options));
  const wrong = [...problems, ...('problems' in read ? read.problems : []), ...limits.problems];
  if (wrong.length > 0 || 'problems' in read) throw new UsageError(wrong);
  return { options: read.options, thresholds: limits.thresholds };
}

/** Cases that thresholds can be about: all requested ones, even if this machine cannot measure them. */
const plannedBy = (options: RunOptions) => ({ ...options, cases: makePlan(options).cases.map(describeCase) });

/** Problem of several outputs, because stdout takes only one. */
function oneOutput({ json, ndjson, markdown }: Pick<RunRequest, 'json' | 'ndjson' | 'markdown'>): string[] {
  const asked = [...(json ? ['--json'] : []), ...(ndjson ? ['--ndjson'] : []), ...(markdown ? ['--markdown'] : [])];
  return asked.length < 2 ? [] : [`${asked.join(', ')} each print to stdout; use only one of them`];
}

/** Shortest labels that distinguish the cases. Each begins with the transport; all are padded to one width. */
function labels({ cases }: RunPlan): (id: string) => string {
  const shown = new Set([0]);
  const short = (id: string): string =>
    id
      .split('/')
      .filter((_, at) => shown.has(at))
      .join(' ');
  const distinct = (): number => new Set(cases.map(({ id }) => short(id))).size;
  const parts = Math.max(...cases.map(({ id }) => id.split('/').length));
  for (let at = 1; distinct() < cases.length && at < parts; at++) {
    const before = distinct();
    shown.add(at);
    if (distinct() === before) shown.delete(at);
  }
  const widest = Math.max(...cases.map(({ id }) => columnsOf(short(id))));
  return (id) => pad(short(id), widest);
}

/** Block of a trial, by the number of trials that ended before it. */
const blockOf = ({ cases, options: { trials } }: RunPlan, before: number): Progress['part'] => ({
  name: 'block',
  number: Math.min(Math.floor(before / cases.length) + 1, trials),
  of: trials,
});

/** True if sessions ended or refused a message in a kind that treats this as a failure. */
const broke = (one: Case, { messages }: MeasuredTrial): boolean =>
  kindOf(one).brokenSessionsFail && Object.keys(messages.errors).length > 0;

/** Exit code of a run: the gravest that applies. */
export function exitCodeOf(
  { state, cases, transports }: Results,
  thresholds: readonly Pick<JudgedThreshold, 'outcome'>[] = [],
): ExitCode {
  const promises = (one: Case): boolean =>
    transports.find(({ id, variant }) => id === one.transport && variant === one.variant)?.capabilities.reliable ??
    true;
  const lossy = cases.some((one) =>
    one.trials.some(
      (trial) => trial.state === 'failed' || (lostIn(trial.messages) > 0 && promises(one)) || broke(one, trial),
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
