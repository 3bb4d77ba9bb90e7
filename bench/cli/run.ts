import { makeReport, summary } from '../../reports/report.ts';
import { type Progress, progressDisplay } from '../../reports/terminal/progress.ts';
import { decode } from '../load/histogram.ts';
import { type Given, type RunOptions, readOptions, SETTINGS, type Setting } from '../plan/options.ts';
import { estimateSeconds, makePlan, type RunPlan } from '../plan/plan.ts';
import { formatResults, writeResults, writeWhole } from '../results/file.ts';
import type { Results, Trial } from '../results/schema.ts';
import { run } from '../run/run.ts';
import { readConfig } from './config.ts';
import { EXIT, type ExitCode, UsageError } from './exit.ts';
import { newFolder, prepareFolder } from './folder.ts';
import type { Io } from './io.ts';

/** `run` as the command line gives it: the settings by name, and what concerns only the command. */
export interface RunFlags extends Partial<Record<Setting, string | boolean>> {
  readonly config?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/**
 * Measures, writes results after every trial, and reports. `unknown` are problems the argument parser found; they are
 * reported together with the others.
 */
export async function runCommand(
  flags: RunFlags,
  unknown: readonly string[],
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const options = optionsFrom(flags, unknown);
  const plan = makePlan(options);
  const folder = prepareFolder(flags.out ?? newFolder(new Date()), (what) => io.talk(`${what}\n`));
  io.talk(describePlan(plan));

  const display = progressDisplay(io.progress);
  const began = performance.now();
  let results: Results | undefined;
  let done = 0;
  for await (const event of run(plan, { command: commandFor(options), signal: interrupted })) {
    if (event.event === 'trial-started') {
      display.show(progressOf(plan, done, began, { current: event.planned.id }));
      continue;
    }
    results = event.results;
    folder.restore();
    writeResults(folder.results, results);
    if (event.event !== 'trial-ended') continue;
    done++;
    const { state } = event.trial;
    const ended = { name: event.planned.id, state, detail: detailOf(event.trial) };
    display.show(progressOf(plan, done, began, { current: undefined, ended }));
  }
  // A trial that was cut short is no longer being measured.
  if (interrupted.aborted) display.show(progressOf(plan, done, began, { current: undefined }));
  display.end();
  if (results === undefined) throw new Error('the run ended without results');

  const { html, analysis } = await makeReport(results);
  writeWhole(folder.report, html);
  if (flags.json) io.out(formatResults(results));
  else io.out(`${summary(results, analysis, { width: io.width(), colour: io.colour })}\n\nReport:\n${folder.report}\n`);
  return exitCodeOf(results);
}

function optionsFrom(flags: RunFlags, unknown: readonly string[]): RunOptions {
  const config = flags.config === undefined ? { given: {}, problems: [] } : readConfig(flags.config);
  const given: Partial<Record<Setting, Given>> = { ...config.given };
  for (const setting of SETTINGS) {
    const value = flags[setting];
    if (value !== undefined) given[setting] = { value, where: `--${setting}` };
  }
  const read = readOptions(given);
  const problems = [...unknown, ...config.problems, ...('problems' in read ? read.problems : [])];
  if (problems.length > 0 || 'problems' in read) throw new UsageError(problems);
  return read.options;
}

/** Said before anything starts: what will run, how long, what it can tell. */
function describePlan(plan: RunPlan): string {
  const { options, cases } = plan;
  const trials = cases.length * options.trials;
  const minutes = estimateSeconds(plan) / 60;
  const time = minutes < 1.5 ? `${Math.ceil(minutes * 60)} s` : `${Math.round(minutes)} min`;
  const tells =
    options.trials >= 6
      ? 'Enough to tell better from worse.'
      : 'A quick look: fewer than 6 trials a case give medians, but no verdicts.';
  return [
    `${cases.length} cases × ${options.trials} trials = ${trials} trials, about ${time}.`,
    `Each: a fresh server, ${options.warmupSeconds} s warm-up, ${options.durationSeconds} s measured.`,
    tells,
    '',
    '',
  ].join('\n');
}

function progressOf(plan: RunPlan, done: number, began: number, rest: Pick<Progress, 'current' | 'ended'>): Progress {
  const total = plan.cases.length * plan.options.trials;
  const elapsedSeconds = (performance.now() - began) / 1e3;
  const each = done === 0 ? estimateSeconds(plan) / total : elapsedSeconds / done;
  return {
    done,
    total,
    block: Math.min(Math.floor(done / plan.cases.length) + 1, plan.options.trials),
    blocks: plan.options.trials,
    elapsedSeconds,
    remainingSeconds: (total - done) * each,
    ...rest,
  };
}

function detailOf(trial: Trial): string {
  if (trial.state === 'failed') return trial.reasons.join('; ');
  const response = decode(trial.latency.response);
  const times = `p50 ${milliseconds(response.getValueAtPercentile(50))}  p99 ${milliseconds(response.getValueAtPercentile(99))}`;
  return [times, ...trial.reasons].join('  ');
}

function milliseconds(ns: number): string {
  return `${(ns / 1e6).toPrecision(3)} ms`;
}

/** The command that makes this run again: every setting that shaped it, whether given or usual. */
function commandFor(options: RunOptions): string {
  const settings: Record<string, string | number> = {
    transports: options.transports.join(','),
    scenarios: options.scenarios.join(','),
    clients: options.clients.join(','),
    ...(options.rates === null ? {} : { rate: options.rates.join(',') }),
    size: options.sizes.join(','),
    duration: options.durationSeconds,
    warmup: options.warmupSeconds,
    trials: options.trials,
    seed: options.seed,
    ...(options.workers === null ? {} : { workers: options.workers }),
  };
  const given = Object.entries(settings).map(([name, value]) => `--${name} ${value}`);
  return ['npm run bench --', ...given, ...(options.profile === 'quick' ? ['--quick'] : [])].join(' ');
}

/** Where several apply the gravest counts: interrupted, failed or lossy, invalid. */
export function exitCodeOf({ state, cases }: Results): ExitCode {
  if (state === 'interrupted') return EXIT.interrupted;
  const trials = cases.flatMap((one) => one.trials);
  const lossy = trials.some((trial) => trial.state === 'failed' || trial.messages.lost > 0);
  if (lossy) return EXIT.failed;
  const unmeasured = cases.some((one) => !one.trials.some((trial) => trial.state === 'valid'));
  return unmeasured ? EXIT.invalid : EXIT.done;
}
