import { randomUUID } from 'node:crypto';
import type { Way } from '../load/protocol.ts';
import { newRunId } from '../load/run-id.ts';
import { describeCase, type RunPlan } from '../plan/plan.ts';
import { timeText } from '../plan/time.ts';
import {
  type Case,
  type Environment,
  type MicroRow,
  type Results,
  SCHEMA,
  type TransportInfo,
  type Trial,
} from '../results/schema.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { type Security, secure } from '../security/security.ts';
import { capabilitiesOf } from '../transports/index.ts';
import { type CpuPinning, pinCores } from './affinity.ts';
import { coreCount, describeEnvironment } from './environment.ts';
import { ephemeralPorts, fitToMachine, openFiles } from './limits.ts';
import type { Link } from './link.ts';
import { whyClosed } from './survey.ts';
import { runTrial } from './trial.ts';

/** Events of a run, in order. `results` is complete up to the event. */
export type RunEvent =
  | { readonly event: 'started'; readonly results: Results }
  | { readonly event: 'trial-started'; readonly planned: PlannedCase; readonly block: number; readonly order: number }
  | { readonly event: 'trial-ended'; readonly planned: PlannedCase; readonly trial: Trial; readonly results: Results }
  | { readonly event: 'ended'; readonly results: Results };

/** Default number of load workers: one for every core besides the server's, but no more than clients. */
function defaultWorkers(fewestClients: number): number {
  return Math.max(1, Math.min(coreCount() - 1, fewestClients));
}

/** Link, processes and addresses that a plan is run with on this machine. */
export interface RunResources {
  readonly link: Link;
  readonly workers: number;
  readonly pinning: CpuPinning | undefined;
  /** Ways of the load's sessions, in rotation; empty if the system chooses the source address. */
  readonly ways: readonly Way[];
  /** Id of the run, which messages carry at a server that is not ours. */
  readonly runId: string;
}

/** Determines the resources for a plan, or the problems of this machine, each with a remedy. */
export function resolveResources(plan: RunPlan, link: Link): RunResources | { readonly problems: readonly string[] } {
  const { workers: asked } = plan.options;
  const workers = asked ?? defaultWorkers(Math.min(...plan.cases.map(({ clients }) => clients)));
  const limits = { files: openFiles()?.hard ?? null, ports: ephemeralPorts(link) };
  const fitted = fitToMachine(plan.cases, { workers, asked: asked !== null }, link, limits);
  if (!('workers' in fitted)) return fitted;
  // Pins nothing for a server that runs already, because its cores are unknown.
  const { url, exec } = plan.options;
  const pinning = url === null || exec !== null ? pinCores(fitted.workers) : undefined;
  return { link, workers: fitted.workers, pinning, ways: fitted.ways, runId: newRunId() };
}

export interface RunSettings {
  readonly command: string;
  readonly resources: RunResources;
  /** Results of the checks made before the run. */
  readonly checks: NonNullable<Environment['checks']>;
  readonly micro: readonly MicroRow[];
  /** Security for a foreign server. Absent: made for the run. */
  readonly security?: Security;
  readonly signal: AbortSignal;
}

/**
 * Executes a plan, one trial at a time. Aborting the signal drops the trial in progress and ends the run; the results of its last
 * event are then marked `interrupted`.
 */
export async function* run(
  plan: RunPlan,
  { command, resources, checks, micro, security: given, signal }: RunSettings,
): AsyncGenerator<RunEvent> {
  const { options } = plan;
  const { link, workers, pinning, runId } = resources;
  const security = given ?? (await secure(options, [link.host, ...resources.ways.flatMap(({ host }) => host ?? [])]));
  const trials = new Map<PlannedCase, Case>(plan.cases.map((planned) => [planned, emptyCase(planned)]));
  const { objective, seed, warmupSeconds } = options;
  let results: Results = {
    schema: SCHEMA,
    id: randomUUID(),
    startedAt: new Date().toISOString(),
    finishedAt: null,
    state: 'running',
    plan: {
      seed,
      profile: options.profile,
      transports: [...options.transports],
      scenarios: [...options.scenarios],
      ...(plan.leftOut.length === 0 ? {} : { leftOut: [...plan.leftOut] }),
      trials: options.trials,
      durationSeconds: Math.max(0.01, ...plan.cases.map(({ seconds }) => seconds)),
      warmupSeconds,
      workers,
      ...(options.url === null ? {} : { runId }),
      ...(plan.cases.some(({ scenario }) => scenario.kind.uses.objective)
        ? { objective: `p${objective.percentile}<${timeText(objective.seconds)}` }
        : {}),
      ...(options.aa ? { aa: true } : {}),
      order: plan.blocks.map((block) => block.map(({ id }) => id)),
      command,
    },
    environment: { ...describeEnvironment(pinning, link), checks: [...checks] },
    transports: transportsOf(plan.cases),
    cases: [...trials.values()],
    ...(micro.length === 0 ? {} : { micro: [...micro] }),
  };
  yield { event: 'started', results };

  let order = 0;
  /** Reasons why a transport is not tried any more at the foreign server, by its id. */
  const closed = new Map<string, string>();
  for (const [block, cases] of plan.blocks.entries()) {
    for (const planned of cases) {
      if (signal.aborted) break;
      yield { event: 'trial-started', planned, block, order };
      const settings = { block, order: order++, seed, warmupSeconds, objective, signal, security, ...resources };
      const { id } = planned.entry;
      const given = closed.get(id);
      const tried = given === undefined ? planned : { ...planned, unmeasurable: given };
      const outcome = await runTrial(tried, settings).catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (outcome === undefined) break;
      const known = trials.get(planned)!;
      trials.set(planned, {
        ...known,
        // Known in advance unless a client from outside decides.
        tls: known.tls || outcome.effective?.tls !== undefined,
        effective: { ...(outcome.effective ?? known.effective) },
        trials: [...known.trials, outcome.trial],
      });
      results = { ...results, cases: [...trials.values()] };
      yield { event: 'trial-ended', planned, trial: outcome.trial, results };
      const hasFailed = outcome.trial.state === 'failed' && tried.unmeasurable === undefined;
      if (!hasFailed || planned.target === null || signal.aborted) continue;
      const reason = await whyClosed(planned, settings);
      if (reason !== undefined) closed.set(id, reason);
    }
  }
  const state = signal.aborted ? 'interrupted' : 'complete';
  yield { event: 'ended', results: { ...results, state, finishedAt: new Date().toISOString() } };
}

const emptyCase = (planned: PlannedCase): Case => ({
  id: planned.id,
  ...describeCase(planned),
  effective: {},
  trials: [],
});

function transportsOf(cases: readonly PlannedCase[]): TransportInfo[] {
  const seen = new Map<string, TransportInfo>();
  for (const { entry, variant } of cases) {
    const title = variant === null ? entry.title : `${entry.title} (${variant.title})`;
    const { id, floor = false, family } = entry;
    const capabilities = capabilitiesOf({ entry, variant });
    seen.set(`${id}:${variant?.id}`, {
      id,
      variant: variant?.id ?? null,
      title,
      floor,
      family,
      capabilities: { ...capabilities },
    });
  }
  return [...seen.values()];
}
