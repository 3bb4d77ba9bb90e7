import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Random } from '../../../clients/shared/back-off.ts';

/** First numbers of a generator that are left out: they are too much like its seed. */
const SKIPPED = 64;

/** Makes a generator whose numbers depend on the trial's seed and on the worker. */
export function seededRandom(seed: number, worker: number): Random {
  const generator = xoroshiro128plus(Math.imul(seed ^ Math.imul(worker + 1, 0x9e37_79b1), 0x0100_0193));
  for (let skipped = 0; skipped < SKIPPED; skipped++) generator.next();
  return () => (generator.next() >>> 0) / 2 ** 32;
}
