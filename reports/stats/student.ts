export type Interval = { readonly low: number; readonly high: number };

/** Number of values per value trimmed at either end: from ten trials on, one outlier does not widen an interval much. */
export const TRIMMED_OF = 10;

/**
 * Student's interval of the trimmed mean with probability `tail` beyond either end. The variance is that of the winsorized
 * values (Yuen 1974); below ten values it is the ordinary t interval.
 */
export function studentInterval(values: readonly number[], tail: number): Interval {
  const { centre, variance, degrees } = trimmedMean(values);
  return around(centre, studentQuantile(tail, degrees) * Math.sqrt(variance));
}

/**
 * Welch's interval of the difference of two trimmed means (Yuen 1974), for independent samples of unequal variance. Degrees of
 * freedom are rounded down, which widens it.
 */
export function welchInterval(left: readonly number[], right: readonly number[], tail: number): Interval {
  const [mine, other] = [trimmedMean(left), trimmedMean(right)];
  const difference = mine.centre - other.centre;
  const variance = mine.variance + other.variance;
  if (variance === 0) return around(difference, 0);
  const shares = mine.variance ** 2 / mine.degrees + other.variance ** 2 / other.degrees;
  const degrees = Math.max(1, Math.floor(variance ** 2 / shares));
  return around(difference, studentQuantile(tail, degrees) * Math.sqrt(variance));
}

const around = (centre: number, reach: number): Interval => ({ low: centre - reach, high: centre + reach });

/** Trimmed mean, the variance of that mean, and its degrees of freedom. */
function trimmedMean(values: readonly number[]): { centre: number; variance: number; degrees: number } {
  const trimmed = Math.floor(values.length / TRIMMED_OF);
  const sorted = values.toSorted((a, b) => a - b);
  const kept = sorted.slice(trimmed, sorted.length - trimmed);
  const [lowest, highest] = [kept.at(0) ?? Number.NaN, kept.at(-1) ?? Number.NaN];
  const winsorized = sorted.map((value) => Math.min(highest, Math.max(lowest, value)));
  const middle = mean(winsorized);
  const squares = winsorized.reduce((total, value) => total + (value - middle) ** 2, 0);
  const degrees = kept.length - 1;
  return { centre: mean(kept), variance: squares / (kept.length * degrees), degrees };
}

/** Value that Student's t exceeds with probability `tail` (below 0.5), for whole degrees of freedom. */
export function studentQuantile(tail: number, degrees: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < 60; halving++) {
    const angle = (low + high) / 2;
    if (within(angle, degrees) < 1 - 2 * tail) low = angle;
    else high = angle;
  }
  return Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/** P(|T| < t) for the angle arctan(t / √degrees): Abramowitz and Stegun 26.7.3 (odd) and 26.7.4 (even). */
function within(angle: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let series = degrees === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cosine * cosine;
    series += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * series) : sine * series;
}

const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;
