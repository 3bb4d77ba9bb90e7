import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Outage } from '../shape.ts';

const MS = 1e3;
/** Keeps the draws apart from those of the order of trials, which have the same seed. */
const APART = 0x6f75_7461;

/** Length of the outage of all trials of a block, drawn from the range to the millisecond. */
export function outageSeconds(
  { minSeconds, maxSeconds }: Outage,
  { seed, block }: { readonly seed: number; readonly block: number },
): number {
  const [min, max] = [Math.round(minSeconds * MS), Math.round(maxSeconds * MS)];
  const random = xoroshiro128plus(seed ^ APART);
  let drawn = min;
  for (let each = 0; each <= block; each++) drawn = uniformInt(random, min, max);
  return min === max ? minSeconds : drawn / MS;
}
