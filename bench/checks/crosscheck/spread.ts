import { median } from '../../results/numbers.ts';
import type { CeilingRow } from './ceiling.ts';

/** Middle and ends of several observations. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** What ours cost as a multiple of the bare loop that ran beside it, over the turns. Undefined where there is none. */
export function ratioOf({ ours, bare }: CeilingRow): Spread | undefined {
  if (bare === null) return undefined;
  return spreadOf(ours.map((one, turn) => one.cpuSecondsPerMessage / bare.readings[turn]!.cpuSecondsPerMessage));
}
