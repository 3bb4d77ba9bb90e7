import type { Group } from '../../model/model.ts';
import type { Interval } from '../../stats/bootstrap.ts';
import { studentQuantile } from '../../stats/student.ts';

/** Change of the machine during the run. */
export type Drift = {
  /** Change from the first block to the last, along a straight line through all: 0.1 is +10 %. */
  readonly change: number;
  /** 95 % confidence interval. */
  readonly interval: Interval;
  readonly blocks: number;
};

const MIN_BLOCKS = 4;

/**
 * Fits a straight line through the effects of the blocks; null with too few blocks. The effect of a block is the mean logarithmic
 * distance of its trials from the medians of their cases: what moves all transports of a block at once is the machine.
 */
export function driftOf(groups: readonly Group[]): Drift | null {
  const distances = groups.flatMap(({ rows, primary }) =>
    rows.flatMap(({ cells }) => {
      const cell = cells[primary];
      if (cell.state !== 'shown' || !(cell.median > 0)) return [];
      return cell.values.flatMap(({ block, value }) =>
        value > 0 ? [{ block, distance: Math.log(value / cell.median) }] : [],
      );
    }),
  );
  const byBlock = [...Map.groupBy(distances, ({ block }) => block)]
    .map(([block, those]) => ({ at: block, effect: mean(those.map(({ distance }) => distance)) }))
    .toSorted((a, b) => a.at - b.at);
  if (byBlock.length < MIN_BLOCKS) return null;
  const { slope, error } = lineThrough(byBlock);
  const span = (byBlock.at(-1)?.at ?? 0) - (byBlock[0]?.at ?? 0);
  const reach = studentQuantile(0.025, byBlock.length - 2) * error;
  const along = (each: number) => Math.expm1(each * span);
  return {
    change: along(slope),
    interval: { low: along(slope - reach), high: along(slope + reach) },
    blocks: byBlock.length,
  };
}

/** Least squares, with the standard error of the slope. */
function lineThrough(points: readonly { readonly at: number; readonly effect: number }[]) {
  const middle = mean(points.map(({ at }) => at));
  const level = mean(points.map(({ effect }) => effect));
  const squares = sum(points.map(({ at }) => (at - middle) ** 2));
  const slope = sum(points.map(({ at, effect }) => (at - middle) * (effect - level))) / squares;
  const residuals = sum(points.map(({ at, effect }) => (effect - level - slope * (at - middle)) ** 2));
  return { slope, error: Math.sqrt(residuals / (points.length - 2) / squares) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
