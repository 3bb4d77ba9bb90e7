import { MIN_TRIALS } from '../../bench/results/rules.ts';
import { measuredMetric } from '../kinds/lookup.ts';
import type { Group } from '../model/model.ts';
import { commonBlocks, createBootstrap, type Sample } from '../stats/bootstrap.ts';
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
  const resampled = counting.flatMap((reading) => {
    const logs = resampledLogs(names, reading, groups, { seed, draws });
    return logs === null ? [] : [logs];
  });
  if (names.length === 0 || counting.length === 0 || resampled.length < counting.length) return null;
  const given = counting.map(({ weight }) => weight);
  const draw = weightDraws(given, seed);
  const wins = { measurement: names.map(() => 0), preference: names.map(() => 0), both: names.map(() => 0) };
  const settled = counting.map(({ logs }) => names.map((name) => Float64Array.of(logs.get(name) ?? Number.NaN)));
  const costs = new Float64Array(names.length);
  for (let index = 0; index < draws; index++) {
    const weights = draw();
    award(wins.measurement, costs, given, resampled, index);
    award(wins.preference, costs, weights, settled, 0);
    award(wins.both, costs, weights, resampled, index);
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

/** Those that come first together share it. `logs` are by criterion, name and draw; `costs` is room to count in. */
function award(
  wins: number[],
  costs: Float64Array,
  weights: readonly number[],
  logs: readonly (readonly Float64Array[])[],
  draw: number,
): void {
  costs.fill(0);
  for (let criterion = 0; criterion < logs.length; criterion++) {
    const weight = weights[criterion] ?? 0;
    const byName = logs[criterion] ?? [];
    for (let who = 0; who < byName.length; who++) {
      costs[who] = (costs[who] ?? 0) + weight * (byName[who]?.[draw] ?? Number.NaN);
    }
  }
  let least = Number.POSITIVE_INFINITY;
  for (const cost of costs) least = Math.min(least, cost);
  let first = 0;
  for (const cost of costs) if (cost <= least + SAME) first++;
  for (let who = 0; who < wins.length; who++) {
    if ((costs[who] ?? Number.NaN) <= least + SAME) wins[who] = (wins[who] ?? 0) + 1 / first;
  }
}

/** Draws of a group, by what they are of: another weight asks for the same ones again, and a reader drags it. */
const drawn = new WeakMap<Group, Map<string, Float64Array>>();

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
  if (blocks.length < MIN_TRIALS) return null;
  const known = drawn.get(group) ?? new Map<string, Float64Array>();
  drawn.set(group, known);
  // A criterion has draws of its own: which others count must not change them.
  const bootstrap = createBootstrap(seed + measuredMetric(metric).number, draws);
  const sign = costSign(metric);
  return samples.map((sample, index) => {
    const key = [metric, names[index], seed, draws, ...blocks].join('\0');
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = bootstrap.medians(sample, blocks).map((value) => sign * Math.log(value));
    known.set(key, made);
    return made;
  });
}
