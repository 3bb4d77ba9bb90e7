import { describe, expect } from 'vitest';
import { analyse } from '../../../reports/analysis/analyse.ts';
import { readOptions } from '../../plan/options.ts';
import { makePlan, type RunPlan } from '../../plan/plan.ts';
import type { MeasuredTrial, Results, Trial } from '../../results/schema.ts';
import { secure } from '../../security/security.ts';
import '../../testing/needs-link.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { networkOf } from '../../scenarios/shared/network.ts';
import { soak } from '../../testing/soak.ts';
import { privateLink } from '../link.ts';
import { NetworkPath } from '../network/path.ts';
import { resolveResources, run, type Slot } from '../run.ts';
import { runTrial, type TrialOutcome, type TrialSettings } from '../trial.ts';
import { Gathering } from './gathering.ts';
import { openSlots } from './slots.ts';

const NETWORK = 'rtt=60ms';
const BLOCKS = Number(process.env.WIREBENCH_BESIDE_BLOCKS ?? 12);
const SECONDS = Number(process.env.WIREBENCH_BESIDE_SECONDS ?? 10);
/** Transports of the trials that run beside the measured one, so that the mixture is that of a run. */
const COMPANY = 'ws,sse,tcp,mqtt,long-polling,socketio,graphql,grpc';
const METRICS = ['p50', 'p99'] as const;
/** Longest time of a block: the measured trial alone and beside others. */
const MAX_BLOCK_SECONDS = 4 * SECONDS + 60;

function planOf(values: Readonly<Record<string, string | true>>): RunPlan {
  const given = { network: NETWORK, duration: String(SECONDS), 'keep-going': true, ...values };
  const written = Object.entries(given).map(([name, value]) => [name, { value, where: `--${name}` }]);
  const read = readOptions(Object.fromEntries(written));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return makePlan(read.options);
}

/** Runs one trial over the network of a slot. */
async function trialIn({ path, ...slot }: Slot, planned: PlannedCase, settings: TrialSettings): Promise<TrialOutcome> {
  const network = networkOf(planned);
  if (path === undefined || network === null) throw new Error('a slot has a path');
  const link = await path.begin(network, settings.seed + settings.order);
  try {
    return await runTrial(planned, { ...settings, ...slot, link, ways: link.ways });
  } finally {
    await path.end();
  }
}

/** Runs a trial in one slot and its company in all others, as a run does: they begin together, and none measures before all are ready. */
async function besideOthers(
  planned: PlannedCase,
  settings: TrialSettings,
  { slots, company }: { readonly slots: readonly Slot[]; readonly company: readonly PlannedCase[] },
): Promise<TrialOutcome> {
  const own = settings.block % slots.length;
  const gathering = new Gathering();
  const trials = slots.map((slot, at) => {
    const come = gathering.expect();
    const one = at === own ? planned : company[(settings.block * slots.length + at) % company.length]!;
    const order = settings.order + (at === own ? 0 : slots.length + at);
    return trialIn(slot, one, { ...settings, order, beside: true, gathered: come }).finally(() => void come());
  });
  gathering.complete();
  const outcomes = await Promise.all(trials);
  return outcomes[own]!;
}

/** Measures one case alone (a) and beside others (b), in turn, paired by block. */
async function measure(beside: number): Promise<Results> {
  const { signal } = new AbortController();
  const plan = planOf({ transports: 'ws', scenarios: 'echo', aa: true, trials: String(BLOCKS), beside: '1' });
  const crowd = planOf({ transports: COMPANY, scenarios: 'echo,broadcast', beside: String(beside) });
  await using link = disposable(await privateLink());
  const resolved = resolveResources(plan, link);
  if ('problems' in resolved) throw new Error(resolved.problems.join('\n'));
  await using path = await NetworkPath.open({ lines: 50, core: undefined, signal });
  await using places = await openSlots(crowd, resolved, path);
  const { slots } = places;
  expect(slots).toHaveLength(beside);
  const security = await secure({ tls: true, auth: null }, [link.host]);
  const together = { slots, company: crowd.cases };
  const settings = {
    command: '',
    checks: [],
    micro: [],
    resources: { ...resolved, path, slots: slots.slice(0, 1) },
    security,
    signal,
    measure: (planned: PlannedCase, of: TrialSettings) =>
      planned.label === 'a' ? runTrial(planned, of) : besideOthers(planned, of, together),
  };
  let results: Results | undefined;
  for await (const event of run(plan, settings)) {
    if ('results' in event) ({ results } = event);
  }
  if (results === undefined) throw new Error('the run has no results');
  return results;
}

const disposable = <One extends { close(): Promise<void> }>(one: One): One & AsyncDisposable => ({
  ...one,
  [Symbol.asyncDispose]: () => one.close(),
});

/** Verdict on the case beside others compared with the case alone, for each figure, with the ratio and its interval. */
function verdictsOf(results: Results): { readonly metric: string; readonly word: string; readonly text: string }[] {
  const [group] = analyse({ ...results, state: 'complete' }).groups;
  return METRICS.map((metric) => {
    const cells = (group?.rows ?? []).flatMap(({ cells }) => cells[metric] ?? []);
    const [verdict] = cells.flatMap((cell) => (cell.state === 'shown' && cell.verdict !== null ? [cell.verdict] : []));
    return { metric, word: verdict?.word ?? 'not testable', text: JSON.stringify(verdict) };
  });
}

const isMeasured = (trial: Trial): trial is MeasuredTrial => trial.state !== 'failed';

/** Summary of the trials, those that are not valid included: medians, how many are valid, and the longest wait for a core. */
function notes({ cases }: Results): string {
  return cases
    .map(({ label, trials }) => {
      const measured = trials.filter(isMeasured);
      const median = (of: (trial: MeasuredTrial) => number): number =>
        measured.map(of).toSorted((a, b) => a - b)[Math.floor(measured.length / 2)] ?? Number.NaN;
      const ms = (seconds: number): string => `${(seconds * 1e3).toFixed(2)} ms`;
      const waits = measured.flatMap(({ cores = [] }) =>
        cores.map(({ besideWaitSeconds = 0, seconds }) => besideWaitSeconds / seconds),
      );
      const of = (name: 'p50' | 'p99') => ms(median(({ latency }) => latency.summary?.response?.[name] ?? Number.NaN));
      const lag = ms(median(({ latency }) => latency.summary?.lag?.p99 ?? Number.NaN));
      const reasons = trials.flatMap((trial) => trial.reasons);
      return [
        `${label === 'a' ? 'alone' : 'beside others'}: ${trials.filter(({ state }) => state === 'valid').length} of ${trials.length} valid, p50 ${of('p50')}, p99 ${of('p99')}, lag p99 ${lag}`,
        `wait behind others of the run at most ${(Math.max(0, ...waits) * 100).toFixed(2)} %`,
        ...reasons.slice(0, 2),
      ].join('; ');
    })
    .join(' | ');
}

describe('a case over a network, alone and beside others', () => {
  for (const beside of [2, 4, 8]) {
    soak(
      `${beside} at the same time: p50 and p99 are equivalent to those alone`,
      BLOCKS * MAX_BLOCK_SECONDS,
      async () => {
        const results = await measure(beside);
        const verdicts = verdictsOf(results);
        const seen = `${verdicts.map(({ metric, word, text }) => `${metric} ${word} ${text}`).join(', ')} · ${notes(results)}`;
        for (const { metric, word } of verdicts) expect(word, `${metric}: ${seen}`).toBe('equivalent');
        return seen;
      },
    );
  }
});
