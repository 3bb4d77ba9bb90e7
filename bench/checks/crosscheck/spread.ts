import type { CeilingRow } from './ceiling.ts';

/** Middle and ends of several observations. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const median = (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

/** What ours cost as a multiple of the bare loop that ran beside it, over the turns. Undefined where there is none. */
export function ratioOf({ ours, bare }: CeilingRow): Spread | undefined {
  if (bare === null) return undefined;
  return spreadOf(ours.map((one, turn) => one.cpuSecondsPerMessage / bare.readings[turn]!.cpuSecondsPerMessage));
}
