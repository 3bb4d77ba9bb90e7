import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { median } from '../../../bench/results/numbers.ts';
import { maxReruns } from '../../../bench/results/reruns.ts';
import { createBootstrap, type Sample } from '../../stats/bootstrap.ts';
import { decide } from '../decide.ts';
import { logNormal } from '../simulation.ts';

/**
 * Simulates runs of equal cases on a machine that is disturbed from time to time, with and without trials run again. Disturbances last:
 * the state of the machine passes from each trial to the next, so one that spoils a trial may still be there at the end of the block.
 */
export type Disturbed = {
  readonly runs: number;
  readonly cases: number;
  readonly trials: number;
  /** Coefficient of variation between the trials of one case on a calm machine; log-normal. */
  readonly cv: number;
  /** Share of the trials that a disturbance falls on, and the mean number of trials that it lasts. */
  readonly disturbed: { readonly share: number; readonly lasts: number };
  /** Factor by which a disturbance slows a trial, as a median; log-normal with a coefficient of variation of one half. */
  readonly slowdown: number;
  readonly invalid: Invalidity;
  readonly seed: number;
};

/**
 * Trials that are invalid: `any` by chance, one in ten; `disturbed` three in four of those that a disturbance falls on; `slow` the more
 * probably the slower they are, whatever slowed them; `fragile` as `disturbed`, but of the first case alone; `never`, for comparison.
 */
export type Invalidity = 'never' | 'any' | 'disturbed' | 'slow' | 'fragile';

/** Comparisons of each case with the lowest; those with enough trials for a verdict; and false differences among these. */
export type FalseDifferences = { readonly comparisons: number; readonly tested: number; readonly wrong: number };

const SPOILT_SHARE = 0.75;
const BY_CHANCE = 0.1;
/** Slowness at which a `slow` trial is invalid in one of two cases. */
const SLOW = 1.5;

export function simulateReruns(settings: Disturbed, reruns: boolean): FalseDifferences {
  const rule = { band: 0.05, comparisons: settings.cases - 1 };
  const invent = inventRuns(settings);
  const total = { comparisons: 0, tested: 0, wrong: 0 };
  for (let run = 0; run < settings.runs; run++) {
    const samples = invent(reruns);
    const [first] = samples;
    if (first === undefined) continue;
    const best = samples.reduce((lowest, one) => (medianOf(one) < medianOf(lowest) ? one : lowest), first);
    const bootstrap = createBootstrap(settings.seed + run, 200);
    // Fragile or not is a matter of the first case, so only its comparison counts then.
    const rivals = settings.invalid === 'fragile' ? [first === best ? samples[1] : first] : samples;
    for (const rival of rivals) {
      if (rival === undefined || rival === best) continue;
      const { word } = decide(rival, best, { ...rule, bootstrap });
      total.comparisons++;
      if (word !== 'not testable') total.tested++;
      if (word === 'better' || word === 'worse') total.wrong++;
    }
  }
  return total;
}

const medianOf = (sample: Sample): number =>
  sample.size === 0 ? Number.POSITIVE_INFINITY : median([...sample.values()]);

/** Makes a function that invents the valid trials of every case of a run; each call continues the random sequence. */
function inventRuns({ cases, trials, cv, disturbed, slowdown, invalid, seed }: Disturbed) {
  const generator = xoroshiro128plus(seed);
  const uniform = (): number => uniformFloat64(generator);
  const scatter = logNormal(cv, uniform);
  const severity = logNormal(0.5, uniform);
  const begins = disturbed.share / (disturbed.lasts * (1 - disturbed.share));
  let busy = false;
  /** One trial: its value, and whether it is valid. */
  const attempt = (index: number): { value: number; valid: boolean } => {
    busy = busy ? uniform() > 1 / disturbed.lasts : uniform() < begins;
    const slowness = scatter() * (busy ? 1 + (slowdown - 1) * severity() : 1);
    const spoilt = busy && uniform() < SPOILT_SHARE;
    const odds: Record<Invalidity, boolean> = {
      never: false,
      any: uniform() < BY_CHANCE,
      disturbed: spoilt,
      slow: uniform() < 1 / (1 + (SLOW / slowness) ** 8),
      fragile: spoilt && index === 0,
    };
    return { value: slowness, valid: !odds[invalid] };
  };
  return (reruns: boolean): Sample[] => {
    const samples = Array.from({ length: cases }, () => new Map<number, number>());
    let left = reruns ? maxReruns(cases * trials) : 0;
    for (let block = 0; block < trials; block++) {
      const upcoming = shuffled(cases, uniform).map((index) => ({ index, again: false }));
      for (const { index, again } of upcoming) {
        const { value, valid } = attempt(index);
        if (valid) samples[index]?.set(block, value);
        else if (!again && left > 0) {
          left--;
          upcoming.push({ index, again: true });
        }
      }
    }
    return samples;
  };
}

function shuffled(count: number, uniform: () => number): number[] {
  const keyed = Array.from({ length: count }, (_, index) => ({ index, key: uniform() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ index }) => index);
}
