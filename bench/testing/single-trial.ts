import { readOptions } from '../plan/options.ts';
import { makePlan } from '../plan/plan.ts';
import { loopback } from '../run/link.ts';
import type { TrialSettings } from '../run/trial.ts';
import type { PlannedCase } from '../scenarios/shape.ts';

/** Settings of a trial outside a run, with `changes`: one load worker on the loopback, no warm-up. */
export function singleTrial(changes: Partial<TrialSettings> = {}): TrialSettings {
  return {
    block: 0,
    order: 0,
    seed: 1,
    warmupSeconds: 0,
    objective: { percentile: 99, seconds: 0.05 },
    workers: 1,
    pinning: undefined,
    link: loopback(),
    ways: [],
    security: { server: {}, client: {} },
    signal: new AbortController().signal,
    ...changes,
  };
}

/** Plans one case of a transport and a scenario, with `changes` to it. */
export function planTrial(transport: string, scenario: string, changes: Partial<PlannedCase> = {}): PlannedCase {
  const given = { transports: { value: transport, where: '' }, scenarios: { value: scenario, where: '' } };
  const read = readOptions(given);
  if ('problems' in read) throw new Error(read.problems.join());
  return { ...makePlan(read.options).cases[0]!, ...changes };
}
