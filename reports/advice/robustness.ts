import { commonBlocks, createBootstrap, LEAST_TRIALS, type Sample } from '../analysis/bootstrap.ts';
import type { Group } from '../analysis/model.ts';
import { cellIn, costSign, type Reading } from './cost.ts';
import type { AdviceOptions, Robustness, Share } from './model.ts';
import { weightDraws } from './random.ts';

/** Costs this near are one and the same: sums of the same numbers in another order. */
const SAME = 1e-12;

/**
 * How often each comes first when the trials are drawn again, when the weights are, and when both are. Null where there are
 * too few trials to draw from.
 */
export function robustnessOf(
  names: readonly string[],
  readings: readonly Reading[],
  groups: readonly Group[],
  { seed, draws }: AdviceOptions,
): Robustness | null {
  const counting = readings.filter(({ dropped }) => dropped === null);
  const resampled = counting.map((reading, index) =>
    resampledLogs(names, reading, groups, { seed: seed + index, draws }),
  );
  if (names.length === 0 || counting.length === 0 || resampled.some((one) => one === null)) return null;
  const given = counting.map(({ weight }) => weight);
  const draw = weightDraws(given, seed);
  const wins = { measurement: names.map(() => 0), preference: names.map(() => 0), both: names.map(() => 0) };
  const settled = counting.map(({ logs }) => names.map((name) => logs.get(name) ?? Number.NaN));
  for (let index = 0; index < draws; index++) {
    const weights = draw();
    const drawn = (criterion: number, who: number) => resampled[criterion]?.[who]?.[index] ?? Number.NaN;
    const asIs = (criterion: number, who: number) => settled[criterion]?.[who] ?? Number.NaN;
    award(wins.measurement, given, drawn);
    award(wins.preference, weights, asIs);
    award(wins.both, weights, drawn);
  }
  const shares = (counts: readonly number[]): Share[] =>
    names
      .map((name, who) => ({ name, share: (counts[who] ?? 0) / draws }))
      .toSorted((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1));
  return {
    draws,
    measurement: shares(wins.measurement),
    preference: shares(wins.preference),
    both: shares(wins.both),
  };
}

/** Those that come first together share it. */
function award(wins: number[], weights: readonly number[], log: (criterion: number, who: number) => number): void {
  const costs = wins.map((_, who) => weights.reduce((sum, weight, criterion) => sum + weight * log(criterion, who), 0));
  const least = Math.min(...costs);
  const first = costs.flatMap((cost, who) => (cost <= least + SAME ? [who] : []));
  for (const who of first) wins[who] = (wins[who] ?? 0) + 1 / first.length;
}

/** By name, the logarithm of cost in each draw. What was judged and not measured stays as it is. */
function resampledLogs(
  names: readonly string[],
  { metric, group: id, logs }: Reading,
  groups: readonly Group[],
  { seed, draws }: AdviceOptions,
): Float64Array[] | null {
  const group = groups.find((one) => one.id === id);
  if (metric === null || group === undefined) {
    return names.map((name) => new Float64Array(draws).fill(logs.get(name) ?? Number.NaN));
  }
  const samples = names.map((name): Sample => {
    const cell = cellIn(group, name, metric);
    return new Map(cell.state === 'shown' ? cell.values.map(({ block, value }) => [block, value]) : []);
  });
  const blocks = commonBlocks(samples);
  if (blocks.length < LEAST_TRIALS) return null;
  const bootstrap = createBootstrap(seed, draws);
  const sign = costSign(metric);
  return samples.map((sample) => bootstrap.medians(sample, blocks).map((value) => sign * Math.log(value)));
}
