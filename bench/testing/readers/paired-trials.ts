import { median } from '../../results/numbers.ts';
import type { Slow } from '../../results/schema.ts';
import { runTrial } from '../../run/trial.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { isBack } from '../../scenarios/slow.ts';
import { planTrial, singleTrial } from '../single-trial.ts';

/** Largest median ratio of the others' p99 with stopped readers to that without. */
const MAX_RATIO = 1.25;
/** Time after the readers go on within which the server's memory is back. */
const BACK_SECONDS = 30;
/** Time that the last look at the memory may take longer. */
const LOOK_SECONDS = 2;
const WARMUP_SECONDS = 2;

/** Choices of paired trials; those left out are the scenario's own. */
export type PairedChoice = { readonly trials: number } & Partial<
  Pick<PlannedCase, 'clients' | 'rate' | 'size' | 'seconds'>
>;

/** Outcome of one trial. */
interface PairedTrial {
  readonly slow: Slow;
  readonly ratio: number;
}

const fatesShown = ({ fates }: Slow): string =>
  fates
    .map(({ sessions, fate, reason }) => `${sessions} ${fate}${reason === undefined ? '' : ` (${reason})`}`)
    .join(', ');

/** Runs one trial after another. Each has both windows, without and with stopped readers, so that both are of one block. */
export async function pairedRatios(transport: string, { trials, ...load }: PairedChoice) {
  const outcomes: PairedTrial[] = [];
  const problems: string[] = [];
  for (let block = 0; block < trials; block++) {
    const planned = planTrial(transport, 'slow-readers', { ...load, dimensions: { reader: 'stopped' } });
    const { trial } = await runTrial(planned, singleTrial({ block, seed: block + 1, warmupSeconds: WARMUP_SECONDS }));
    if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
    const { slow } = trial;
    if (slow === undefined || slow.p99Ratio === null) throw new Error('the trial has no ratio');
    outcomes.push({ slow, ratio: slow.p99Ratio });
    problems.push(...memoryProblems(slow), ...fateProblems(slow));
  }
  const ratio = median(outcomes.map((one) => one.ratio));
  if (!(ratio <= MAX_RATIO)) problems.push(`the others’ p99 is ${ratio.toFixed(2)} times that without stopped readers`);
  const fates = new Set(outcomes.map(({ slow }) => fatesShown(slow)));
  const seen = `p99 ×${ratio.toFixed(2)} of ${trials} trials; ${[...fates].join(' | ')}`;
  return { problems, outcomes, seen };
}

function memoryProblems({ serverRss: { before, after }, afterSeconds }: Slow): string[] {
  if (isBack(after, before) && afterSeconds <= BACK_SECONDS + LOOK_SECONDS) return [];
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  return [
    `the server has ${mebibytes(after)} MiB after ${afterSeconds.toFixed(0)} s, and had ${mebibytes(before)} before`,
  ];
}

/** Each slow reader has a fate, and one that was cut was told why. */
function fateProblems({ readers, fates }: Slow): string[] {
  const named = fates.reduce((sum, { sessions }) => sum + sessions, 0);
  const silent = fates.filter(({ fate, reason }) => fate === 'cut' && (reason ?? '') === '');
  return [
    ...(named === readers ? [] : [`${named} of ${readers} readers have a fate`]),
    ...silent.map(({ sessions }) => `${sessions} readers were cut without a reason`),
  ];
}
