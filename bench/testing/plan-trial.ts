import { readOptions } from '../plan/options.ts';
import { makePlan } from '../plan/plan.ts';
import type { PlannedCase } from '../scenarios/shape.ts';

/** Plans one case of a transport and a scenario, with `changes` to it. */
export function planTrial(transport: string, scenario: string, changes: Partial<PlannedCase> = {}): PlannedCase {
  const given = { transports: { value: transport, where: '' }, scenarios: { value: scenario, where: '' } };
  const read = readOptions(given);
  if ('problems' in read) throw new Error(read.problems.join());
  return { ...makePlan(read.options).cases[0]!, ...changes };
}
