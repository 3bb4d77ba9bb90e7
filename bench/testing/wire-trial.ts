import { readOptions } from '../plan/options.ts';
import { makePlan, type RunPlan } from '../plan/plan.ts';
import type { Given } from '../plan/readers.ts';
import type { Setting } from '../plan/settings.ts';
import { pinCores } from '../run/affinity.ts';
import type { Link } from '../run/link.ts';
import { runTrial } from '../run/trial.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { singleTrial } from './single-trial.ts';

/** Short interval between two polls, which saves time in a test: the formula counts polls, not time. */
const SHORT_INTERVAL_MS = 5;

/**
 * Plans cases of single messages. The first case of a transport that polls at intervals keeps that interval, unless `allShort`
 * is true; the others get a short one.
 */
export function wirePlan(settings: Partial<Record<Setting, Given['value']>>, { allShort = false } = {}): RunPlan {
  const given = Object.entries({ scenarios: 'wire', ...settings }).map(([name, value]) => [name, { value, where: '' }]);
  const read = readOptions(Object.fromEntries(given));
  if ('problems' in read) throw new Error(read.problems.join());
  const plan = makePlan(read.options);
  const begun = new Set<string>();
  const cases = plan.cases.map((planned) => {
    const isFirst = !allShort && !begun.has(planned.name);
    begun.add(planned.name);
    return isFirst ? planned : withShortInterval(planned);
  });
  return { ...plan, cases };
}

function withShortInterval(planned: PlannedCase): PlannedCase {
  const { entry } = planned;
  if (entry.options?.intervalMs === undefined) return planned;
  return { ...planned, entry: { ...entry, options: { ...entry.options, intervalMs: SHORT_INTERVAL_MS } } };
}

/** Runs one trial of a case. Resolves with the counted bytes and those by the formula; rejects if the trial is not valid. */
export async function countWire(planned: PlannedCase, link: Link) {
  const { trial } = await runTrial(planned, singleTrial({ pinning: pinCores(1), link }));
  if (trial.reasons.length > 0 || trial.state === 'failed') throw new Error(trial.reasons.join('; '));
  if (trial.theory === undefined) throw new Error(`${planned.name} has no byte formula`);
  const { theory, wire, messages } = trial;
  return { theory, wire, messages, socket: wire.socket ?? wire };
}
