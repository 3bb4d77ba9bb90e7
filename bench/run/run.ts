import { randomUUID } from 'node:crypto';
import type { PlannedCase, RunPlan } from '../plan/plan.ts';
import { type Case, type Results, SCHEMA, type TransportInfo, type Trial } from '../results/schema.ts';
import { place } from './affinity.ts';
import { coreCount, describeEnvironment } from './environment.ts';
import { runTrial } from './trial.ts';

/** What happens in a run, in order. `results` is complete up to the event. */
export type RunEvent =
  | { readonly event: 'started'; readonly results: Results }
  | { readonly event: 'trial-started'; readonly planned: PlannedCase; readonly block: number; readonly order: number }
  | { readonly event: 'trial-ended'; readonly planned: PlannedCase; readonly trial: Trial; readonly results: Results }
  | { readonly event: 'ended'; readonly results: Results };

/** Load workers when none are asked for: one for every core the server leaves, and no more than there are clients. */
export function defaultWorkers(fewestClients: number): number {
  return Math.max(1, Math.min(coreCount() - 1, fewestClients));
}

/**
 * Executes a plan, one trial at a time. Aborting the signal ends the trial under way, which is dropped, and the run, whose
 * last event then has results marked `interrupted`.
 */
export async function* run(
  plan: RunPlan,
  { command, signal }: { command: string; signal: AbortSignal },
): AsyncGenerator<RunEvent> {
  const { options } = plan;
  const workers = options.workers ?? defaultWorkers(Math.min(...options.clients));
  const placement = place(workers);
  const trials = new Map<PlannedCase, Case>(plan.cases.map((planned) => [planned, emptyCase(planned)]));
  let results: Results = {
    schema: SCHEMA,
    id: randomUUID(),
    startedAt: new Date().toISOString(),
    finishedAt: null,
    state: 'running',
    plan: {
      seed: options.seed,
      profile: options.profile,
      transports: [...options.transports],
      scenarios: [...options.scenarios],
      trials: options.trials,
      durationSeconds: options.durationSeconds,
      warmupSeconds: options.warmupSeconds,
      workers,
      order: plan.blocks.map((block) => block.map(({ id }) => id)),
      command,
    },
    environment: describeEnvironment(placement),
    transports: transportsOf(plan.cases),
    cases: [...trials.values()],
  };
  yield { event: 'started', results };

  let order = 0;
  for (const [block, cases] of plan.blocks.entries()) {
    for (const planned of cases) {
      if (signal.aborted) break;
      yield { event: 'trial-started', planned, block, order };
      const settings = { block, order: order++, seed: options.seed, workers, placement, signal };
      const { durationSeconds, warmupSeconds } = options;
      const outcome = await runTrial(planned, { ...settings, durationSeconds, warmupSeconds }).catch(
        (error: unknown) => {
          if (signal.aborted) return undefined;
          throw error;
        },
      );
      if (outcome === undefined) break;
      const known = trials.get(planned)!;
      trials.set(planned, {
        ...known,
        effective: { ...(outcome.effective ?? known.effective) },
        trials: [...known.trials, outcome.trial],
      });
      results = { ...results, cases: [...trials.values()] };
      yield { event: 'trial-ended', planned, trial: outcome.trial, results };
    }
  }
  const state = signal.aborted ? 'interrupted' : 'complete';
  yield { event: 'ended', results: { ...results, state, finishedAt: new Date().toISOString() } };
}

function emptyCase({ id, entry, variant, scenario, clients, rate, size, encoding }: PlannedCase): Case {
  return {
    id,
    transport: entry.id,
    variant: variant?.id ?? null,
    scenario: scenario.id,
    ...{ clients, rate, size, encoding },
    tls: false,
    network: 'none',
    effective: {},
    trials: [],
  };
}

function transportsOf(cases: readonly PlannedCase[]): TransportInfo[] {
  const seen = new Map<string, TransportInfo>();
  for (const { name, entry, variant } of cases) {
    const title = variant === null ? entry.title : `${entry.title} (${variant.title})`;
    const { id, floor = false, capabilities } = entry;
    seen.set(name, { id, variant: variant?.id ?? null, title, floor, capabilities: { ...capabilities } });
  }
  return [...seen.values()];
}
