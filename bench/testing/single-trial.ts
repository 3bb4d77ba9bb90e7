import { newRunId } from '../load/run-id.ts';
import { readOptions } from '../plan/options.ts';
import { makePlan } from '../plan/plan.ts';
import type { Trial } from '../results/schema.ts';
import { loopback } from '../run/link.ts';
import { rootsIn } from '../run/machine/roots.ts';
import { surveyTarget } from '../run/survey.ts';
import { runTrial, type TrialSettings } from '../run/trial.ts';
import type { PlannedCase } from '../scenarios/shape.ts';

/** Settings of a trial outside a run, with `changes`: one load worker on the loopback, no warm-up. */
export function singleTrial(changes: Partial<TrialSettings> = {}): TrialSettings {
  return {
    block: 0,
    order: 0,
    seed: 1,
    runId: newRunId(),
    warmupSeconds: 0,
    objective: { percentile: 99, seconds: 0.05 },
    workers: 1,
    pinning: undefined,
    link: loopback(),
    ways: [],
    security: { server: {}, client: {} },
    roots: rootsIn(process.env),
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

/** Case at a foreign server and its trial. */
export interface MeasuredCase {
  readonly planned: PlannedCase;
  readonly trial: Trial;
}

const USUAL = { scenarios: 'echo', clients: '4', rate: '200', duration: '0.2' };

/** Dials a foreign server and measures every case of a transport there, as a run does, with `settings` by the names of flags. */
export async function measureForeign(
  url: string,
  transports: string,
  settings: Readonly<Record<string, string>> = {},
  client: TrialSettings['security']['client'] = {},
  browser?: TrialSettings['browser'],
): Promise<readonly MeasuredCase[]> {
  const flags = { ...USUAL, ...settings, url, transports };
  const given = Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, { value, where: `--${name}` }]));
  const read = readOptions(given);
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  const trialSettings = singleTrial({ security: { server: {}, client }, browser });
  const { cases } = await surveyTarget(makePlan(read.options), trialSettings);
  const measured: MeasuredCase[] = [];
  for (const planned of cases) measured.push({ planned, trial: (await runTrial(planned, trialSettings)).trial });
  return measured;
}

/** Expectation of a trial in which each of the messages that `measureForeign` sends reaches `receivers` sessions. */
export const figuresOf = (receivers = 1) => ({
  trial: {
    messages: {
      sent: 40,
      delivered: 40 * receivers,
      lost: 0,
      duplicated: 0,
      corrupt: 0,
      unexpected: 0,
      errors: {},
    },
  },
});
