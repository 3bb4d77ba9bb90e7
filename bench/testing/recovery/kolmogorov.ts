/** Number of terms of the series, of which each is smaller than the one before by orders of magnitude. */
const TERMS = 100;
/** Below it the distribution of the statistic is 1 to more digits than a number has, and its series converges slowly. */
const SMALLEST = 0.2;

/** Greatest distance between the samples' distribution and the uniform one from 0 to `max`. */
export function distanceFromUniform(samples: readonly number[], max: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const distances = sorted.map((sample, index) => {
    const share = Math.min(1, Math.max(0, sample / max));
    return Math.max((index + 1) / sorted.length - share, share - index / sorted.length);
  });
  return Math.max(0, ...distances);
}

/**
 * Kolmogorov–Smirnov test: the probability that as many samples of the uniform distribution from 0 to `max` lie at least so far from it
 * (Stephens, JASA 69, 1974, for the correction by the number of samples).
 */
export function uniformP(samples: readonly number[], max: number): number {
  const root = Math.sqrt(samples.length);
  const statistic = (root + 0.12 + 0.11 / root) * distanceFromUniform(samples, max);
  if (statistic < SMALLEST) return 1;
  let sum = 0;
  for (let term = 1; term <= TERMS; term++)
    sum += (term % 2 === 1 ? 2 : -2) * Math.exp(-2 * term * term * statistic * statistic);
  return Math.min(1, Math.max(0, sum));
}
