import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Returns a function that draws weights around those given, which sum to 1. The same seed gives the same draws. */
export function weightDraws(weights: readonly number[], seed: number): () => readonly number[] {
  const generator = xoroshiro128plus(seed);
  const uniform = () => 1 - uniformFloat64(generator);
  const counting = weights.filter((weight) => weight > 0).length;
  if (counting < 2) return () => weights;
  const concentration = concentrationOf(counting);
  return () => {
    const drawn = weights.map((weight) => (weight > 0 ? gamma(weight * concentration, uniform) : 0));
    const total = drawn.reduce((sum, value) => sum + value, 0);
    return drawn.map((value) => value / total);
  };
}

/** Standard deviation of a weight relative to itself, if all weights are equal. */
const RELATIVE_DEVIATION = 0.2;

/** Concentration of a Dirichlet distribution with that deviation: Var = w (1 − w) / (concentration + 1), w = 1 / count. */
const concentrationOf = (count: number): number => (count - 1) / RELATIVE_DEVIATION ** 2 - 1;

/** Draws from a gamma distribution: Marsaglia and Tsang, “A simple method for generating gamma variables” (2000); shapes below 1 by their §6. */
function gamma(shape: number, uniform: () => number): number {
  if (shape < 1) return gamma(shape + 1, uniform) * uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(uniform()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
