export type Interval = { readonly low: number; readonly high: number };

/** Of every ten values one is left out at either end: from ten trials on, a single bad one cannot blur a verdict. */
export const TRIMMED_OF = 10;

/**
 * Student's interval of the trimmed mean, `tail` being the chance beyond either end. The spread is that of the values
 * with the left-out ones drawn in to their neighbours (Yuen 1974); below ten values it is the ordinary t interval.
 */
export function studentInterval(values: readonly number[], tail: number): Interval {
  const { centre, variance, degrees } = trimmedMean(values);
  return around(centre, studentQuantile(tail, degrees) * Math.sqrt(variance));
}

/**
 * Of the difference of two trimmed means whose samples share nothing and may scatter differently: Welch's interval, with the
 * trimming of Yuen (1974). Degrees of freedom are rounded down, which widens it.
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

/** With the variance of the mean itself, and the degrees of freedom it was estimated with. */
function trimmedMean(values: readonly number[]): { centre: number; variance: number; degrees: number } {
  const trimmed = Math.floor(values.length / TRIMMED_OF);
  const sorted = values.toSorted((a, b) => a - b);
  const kept = sorted.slice(trimmed, sorted.length - trimmed);
  const [lowest, highest] = [kept.at(0) ?? Number.NaN, kept.at(-1) ?? Number.NaN];
  const drawnIn = sorted.map((value) => Math.min(highest, Math.max(lowest, value)));
  const middle = mean(drawnIn);
  const squares = drawnIn.reduce((total, value) => total + (value - middle) ** 2, 0);
  const degrees = kept.length - 1;
  return { centre: mean(kept), variance: squares / (kept.length * degrees), degrees };
}

/** The t that Student's distribution exceeds with probability `tail` (below one half), for whole degrees of freedom. */
export function studentQuantile(tail: number, degrees: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < 60; halving++) {
    const angle = (low + high) / 2;
    if (within(angle, degrees) < 1 - 2 * tail) low = angle;
    else high = angle;
  }
  return Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/** P(|T| < t) by the angle whose tangent is t / √degrees: Abramowitz and Stegun 26.7.3 (odd) and 26.7.4 (even). */
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
