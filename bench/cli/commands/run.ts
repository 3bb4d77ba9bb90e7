import { judgeThresholds, type Threshold } from '../../../reports/analysis/thresholds.ts';
import { summaryMarkdown } from '../../../reports/markdown/summary.ts';
import type { Analysis } from '../../../reports/model/model.ts';
import { thresholdLines } from '../../../reports/terminal/thresholds.ts';
import type { Fleet } from '../../agents/fleet.ts';
import { examine } from '../../checks/doctor/checks.ts';
import { readMachine } from '../../checks/doctor/readings.ts';
import { measureMicroApart } from '../../checks/micro/apart.ts';
import { errorText } from '../../error-text.ts';
import { newRunId } from '../../load/run-id.ts';
import { type RunOptions, readOptions } from '../../plan/options.ts';
import { scenariosOf } from '../../plan/parts.ts';
import { besideFields, describeCase, estimateSeconds, makePlan, type RunPlan } from '../../plan/plan.ts';
import { type Given, listOf } from '../../plan/readers.ts';
import type { Setting } from '../../plan/settings.ts';
import { command as asCommand } from '../../results/command.ts';
import { formatResults } from '../../results/file.ts';
import { maxReruns } from '../../results/reruns.ts';
import type { MicroRow, Results } from '../../results/schema.ts';
import { type Link, openLink } from '../../run/link.ts';
import type { NetworkPath } from '../../run/network/path.ts';
import { type TestedNetwork, testedText, testNetworks } from '../../run/network/self-tests.ts';
import { type RunResources, resolveResources } from '../../run/run.ts';
import { whyUnavailable } from '../../run/scale/available.ts';
import { surveyTarget } from '../../run/survey.ts';
import type { Security } from '../../security/security.ts';
import { findTransport } from '../../transports/index.ts';
import {
  AGENT_FLAGS,
  agentFlags,
  linkOf,
  readAgents,
  recruit,
  refuseForAgents,
  withoutParts,
} from '../agents/recruit.ts';
import { type Band, readBand } from '../band.ts';
import { type Context, defineCommand, type Invocation } from '../command.ts';
import { readConfig } from '../config.ts';
import { confirm, YES } from '../confirm.ts';
import { EXIT, type ExitCode, gravest, UsageError } from '../exit.ts';
import { appendStepSummary } from '../files.ts';
import { textFlag, toggle, type Values } from '../flags.ts';
import { newFolder, prepareFolder, RunFiles } from '../folder.ts';
import type { Io } from '../io.ts';
import { type EventLog, eventLog } from '../live/events.ts';
import { execute } from '../live/execute.ts';
import { pathFor, selfTestSteps, slotsFor, totalSeconds } from '../networks/planned.ts';
import { exitCodeOf } from '../outcome.ts';
import { PLAN, printPlan } from '../plan-output.ts';
import { usePlugins } from '../plugins/plugins.ts';
import { describePlan, newestResults } from '../preflight.ts';
import { reachBackplane, withoutLackingNodes } from '../scale/planned.ts';
import { withProxies } from '../scale/proxies.ts';
import { givenOf, settingFlags } from '../setting-flags.ts';
import { resolveTarget, TARGET_FLAGS, targetFlags } from '../target.ts';
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
  flags: { ...settingFlags(), ...TARGET_FLAGS, ...AGENT_FLAGS, ...RUN_FLAGS },
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
export interface RunRequest
  extends Values<typeof RUN_FLAGS>,
    Values<typeof TARGET_FLAGS>,
    Partial<Values<typeof AGENT_FLAGS>> {
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
  const { options: asked, thresholds, band } = await readRequest(request.given, problems, io);
  const agents = readAgents(request, asked, io);
  const options = agents === undefined ? asked : withoutParts(asked);
  const target = await resolveTarget(options, request, io);
  const wanted = withProxies(withoutLackingNodes(makePlan(options, await unavailableFor(options))));
  if (wanted.cases.length === 0) throw new UsageError(nothingLeft(wanted));
  if (agents !== undefined) refuseForAgents(wanted);
  if (!request.plan) await reachBackplane(options);
  const link = agents === undefined ? await linkFor(options) : linkOf(agents);
  let path: NetworkPath | undefined;
  let fleet: Fleet | undefined;
  try {
    const made = await pathFor(wanted, link, request.given, interrupted);
    path = made.path;
    const intended = made.plan;
    if (intended.cases.length === 0) throw new UsageError(nothingLeft(intended));
    if (agents !== undefined && !request.plan) {
      fleet = await recruit(agents, intended, context).catch((error: unknown) => {
        if (!interrupted.aborted) throw error;
        return undefined;
      });
      if (interrupted.aborted) return EXIT.interrupted;
    }
    const resolved = resolveResources(intended, link, io.environment, fleet ?? agents?.expected);
    if ('problems' in resolved) throw new UsageError(resolved.problems);
    const resources = path === undefined ? resolved : { ...resolved, path };
    const plan = await learned(intended, request, { resources, security: target?.security, context });
    if (plan === undefined) return EXIT.interrupted;
    const checks = examine(await readMachine(resources));
    const text = describePlan(plan, resources, { checks, earlier: newestResults(), notes: target?.notes ?? [] });
    if (request.plan) return showPlan(plan, { ...request, thresholds, text }, io);
    io.info(text);
    if (!(await confirm(totalSeconds(plan), request, context))) return EXIT.interrupted;
    const folder = prepareFolder(request.out ?? newFolder(new Date()), io);
    const log = request.ndjson ? eventLog(io.out) : undefined;
    log?.plan(plan, thresholds);
    const tested = await selfTested(plan, path, { io, interrupted, log });
    if (tested === undefined) return EXIT.interrupted;
    const micro = await microFor(tested.plan, resources, interrupted);
    await using places = await slotsFor(tested.plan, resources, path, interrupted);
    if (places === undefined) return EXIT.interrupted;
    const safety = target === undefined ? {} : { security: target.security };
    const files = new RunFiles(folder, io);
    const settings = {
      resources: { ...resources, slots: places.slots },
      checks,
      micro,
      band,
      files,
      networks: tested.networks,
      flags: [...targetFlags(request), ...agentFlags(request)],
      yes: request.yes,
      ...safety,
    };
    const results = await execute(tested.plan, settings, context, (event) => log?.run(event));

    const { judgeRun } = await import('../../../reports/report.ts');
    const { analysis, page } = judgeRun(results);
    const { problems: unwritten, ...kept } = await files.finish(results, page);
    const judged = judgeThresholds(results, thresholds);
    const exitCode = gravest([exitCodeOf(results, judged), ...(unwritten.length > 0 ? [EXIT.internal] : [])]);
    const layout = { width: io.width(), colour: io.colour };
    if (log !== undefined) log.end({ results, analysis, thresholds: judged, exitCode, files: kept });
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
      if (kept.report !== null) io.info(`Report: ${kept.report}\n`);
    } else {
      const lines = [await show(results, analysis, io), ...thresholdLines(judged, layout)];
      const paths = [
        ...(kept.results === null ? [] : ['Results:', kept.results]),
        ...(kept.report === null ? [] : ['Report:', kept.report]),
      ];
      io.out(`${[...lines, '', ...paths].join('\n')}\n`);
    }
    for (const problem of unwritten) io.error(`${problem}\n`);
    return exitCode;
  } finally {
    await fleet?.[Symbol.asyncDispose]();
    await path?.close();
    await link.close();
  }
}

/** Plan after the self-tests of its networks, and what they found; undefined if the user stopped them. */
async function selfTested(
  plan: RunPlan,
  path: NetworkPath | undefined,
  { io, interrupted: signal, log }: Pick<Context, 'io' | 'interrupted'> & { log: EventLog | undefined },
): Promise<Awaited<ReturnType<typeof testNetworks>> | undefined> {
  if (path === undefined) return { plan, networks: [] };
  const onTested = (one: TestedNetwork): void => {
    log?.network(one);
    io.info(`${testedText(one)}\n`);
  };
  return testNetworks(plan, { path, signal, onTested, tester: io.testNetwork }).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
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
  const trialSteps = plan.cases.map((planned) => ({
    name: planned.id,
    seconds: estimateSeconds({ ...plan, cases: [planned] }),
  }));
  const steps = [...selfTestSteps(plan), ...trialSteps];
  const settings = {
    trials,
    seed,
    warmupSeconds,
    maxReruns: maxReruns(plan.blocks.flat().length),
    leftOut: plan.leftOut,
    thresholds: thresholds.map((one) => one.text),
    ...besideFields(plan),
  };
  const estimatedSeconds = totalSeconds(plan);
  return printPlan({ command: name, text, steps, estimatedSeconds, settings, json }, io);
}

const nothingLeft = ({ leftOut }: RunPlan): string[] =>
  leftOut.map(({ name, reason }) => `nothing is left to measure: ${name} ${reason}`);

const showSummary = async (results: Results, analysis: Analysis, io: Io): Promise<string> => {
  const { summary } = await import('../../../reports/report.ts');
  return summary(results, analysis, { width: io.width(), colour: io.colour });
};

/** Reasons why transports and variants cannot be used here, by name. Throws a `UsageError` if such a one was named. */
async function unavailableFor({ transports, named, backplane, url }: RunOptions): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of transports) {
    const choice = findTransport(name);
    const why = choice === undefined ? undefined : await whyUnavailable(choice, backplane !== null || url !== null);
    if (why !== undefined) found.set(name, why);
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
    throw new UsageError([`--link veth: ${reason}; use --link loopback, and see ${asCommand('npm run doctor')}`]);
  }
}

/** Time for each step of encoding and decoding, in seconds: a few seconds for all of them. */
const MICRO_SECONDS = 0.05;

/** Measures what encoding and decoding cost, for the message sizes of the plan's load scenarios. */
async function microFor(
  { options, cases }: RunPlan,
  { variables }: RunResources,
  signal: AbortSignal,
): Promise<MicroRow[]> {
  const timed = cases.filter(({ scenario, unmeasurable }) => scenario.kind.microCosts && unmeasurable === undefined);
  if (timed.length === 0) return [];
  const sizes = [...new Set(timed.map(({ size }) => size))];
  const { transports } = options;
  return measureMicroApart({ transports, sizes, secondsPerStep: MICRO_SECONDS, signal }, variables);
}

/** Reads the given settings. Plugins are loaded first, because settings can name their transports. */
async function readRequest(
  given: RunRequest['given'],
  problems: readonly string[],
  io: Io,
): Promise<{ options: RunOptions; thresholds: readonly Threshold[]; band: Band }> {
  await usePlugins(given.plugin === undefined ? [] : listOf(given.plugin.value), io);
  const read = readOptions(given);
  const limits = readThresholds(given.threshold, 'problems' in read ? undefined : plannedBy(read.options));
  const unread: string[] = [];
  const band = readBand(given.band, unread);
  const wrong = new Set([...problems, ...('problems' in read ? read.problems : []), ...limits.problems, ...unread]);
  if (wrong.size > 0 || 'problems' in read) throw new UsageError([...wrong]);
  return { options: read.options, thresholds: limits.thresholds, band };
}

/** Cases that thresholds can be about: all requested ones, even if this machine cannot measure them. */
const plannedBy = (options: RunOptions) => ({
  ...options,
  scenarios: scenariosOf(options),
  cases: makePlan(options).cases.map(describeCase),
});

/** Problem of several outputs, because stdout takes only one. */
function oneOutput({ json, ndjson, markdown }: Pick<RunRequest, 'json' | 'ndjson' | 'markdown'>): string[] {
  const asked = [...(json ? ['--json'] : []), ...(ndjson ? ['--ndjson'] : []), ...(markdown ? ['--markdown'] : [])];
  return asked.length < 2 ? [] : [`${asked.join(', ')} each print to stdout; use only one of them`];
}
