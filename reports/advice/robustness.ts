import { MIN_TRIALS } from '../../bench/results/rules.ts';
import { measuredMetric } from '../kinds/lookup.ts';
import type { Group } from '../model/model.ts';
import { commonBlocks, createBootstrap, type Sample } from '../stats/bootstrap.ts';
import { costCell, costSign, noticed, type Reading } from './cost.ts';
import type { AdviceOptions, Robustness, Share } from './model.ts';
import { weightDraws } from './random.ts';

/** Tolerance for costs that are sums of the same numbers in another order. */
const SAME = 1e-12;

/**
 * Shares of draws in which each candidate comes first, with resampled trials, with drawn weights, and with both. Null if there are
 * too few trials to resample.
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
  const medianLogs = counting.map(({ logs }) => names.map((name) => Float64Array.of(logs.get(name) ?? Number.NaN)));
  const costs = new Float64Array(names.length);
  for (let index = 0; index < draws; index++) {
    const weights = draw();
    award(wins.measurement, costs, given, resampled, index);
    award(wins.preference, costs, weights, medianLogs, 0);
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

/** Adds one win to the cheapest candidate, split among ties. `logs` are by criterion, name and draw; `costs` is scratch space. */
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
  let min = Number.POSITIVE_INFINITY;
  for (const cost of costs) min = Math.min(min, cost);
  let first = 0;
  for (const cost of costs) if (cost <= min + SAME) first++;
  for (let who = 0; who < wins.length; who++) {
    if ((costs[who] ?? Number.NaN) <= min + SAME) wins[who] = (wins[who] ?? 0) + 1 / first;
  }
}

/** Draws of a group, cached because every change of weights needs them again, and a reader drags a slider. */
const drawn = new WeakMap<Group, Map<string, Float64Array>>();

/** Logarithm of cost in each draw, by name. Judged criteria do not vary. Null if there are too few trials. */
function resampledLogs(
  names: readonly string[],
  { metric, group: id, logs, absolute }: Reading,
  groups: readonly Group[],
  { seed, draws }: AdviceOptions,
): Float64Array[] | null {
  const group = groups.find((one) => one.id === id);
  if (metric === null || group === undefined) {
    return names.map((name) => new Float64Array(draws).fill(logs.get(name) ?? Number.NaN));
  }
  const samples = names.map((name): Sample => {
    const cell = costCell(group, name, metric);
    return new Map(cell.state === 'shown' ? cell.values.map(({ block, value }) => [block, value]) : []);
  });
  if (samples.some(({ size }) => size < MIN_TRIALS)) return null;
  const common = commonBlocks(samples);
  // If rejected trials leave too few common blocks, each option is resampled from its own.
  const blocksOf = (sample: Sample) => (common.length < MIN_TRIALS ? [...sample.keys()] : common);
  const known = drawn.get(group) ?? new Map<string, Float64Array>();
  drawn.set(group, known);
  // Each metric has its own seed, so that its draws do not depend on which other criteria count.
  const bootstrap = createBootstrap(seed + measuredMetric(metric).number, draws);
  const medians = samples.map((sample, index) => {
    const blocks = blocksOf(sample);
    const key = [metric, names[index], seed, draws, ...blocks].join('\0');
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = bootstrap.medians(sample, blocks);
    known.set(key, made);
    return made;
  });
  return noticedLogs(medians, costSign(metric), absolute);
}

/** Logarithms of cost, with distances from each draw's best that nobody could notice left out. */
function noticedLogs(medians: readonly Float64Array[], sign: 1 | -1, absolute: number): Float64Array[] {
  const best = (medians[0] ?? new Float64Array()).map(
    (_, draw) => sign * Math.min(...medians.map((values) => sign * (values[draw] ?? Number.NaN))),
  );
  return medians.map((values) =>
    values.map((value, draw) => sign * Math.log(noticed(value, best[draw] ?? value, { absolute, sign }))),
  );
}
