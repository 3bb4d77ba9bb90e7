import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const histograms = new Map<string, string>();

/** Time that a network adds to each sample, and the further time that it adds to a share of them. */
export type Path = { readonly nanoseconds: number; readonly late: number; readonly lateNanoseconds: number };

const NO_PATH: Path = { nanoseconds: 0, late: 0, lateNanoseconds: 0 };

/** Makes a histogram of the quantiles of a log-normal distribution, so that its median is exact. Equal ones are made once. */
export function histogram(count: number, medianNanoseconds: number, spread: number, path?: Path): string {
  const key = `${count}/${medianNanoseconds}/${spread}/${JSON.stringify(path)}`;
  const known = histograms.get(key) ?? encodedQuantiles(count, medianNanoseconds, spread, path);
  histograms.set(key, known);
  return known;
}

function encodedQuantiles(count: number, medianNanoseconds: number, spread: number, path: Path = NO_PATH): string {
  const recorded = build({ lowestDiscernibleValue: 1, highestTrackableValue: 6e10, numberOfSignificantValueDigits: 3 });
  const steps = Math.min(count, 2_000);
  const quantiles = normalQuantiles(steps);
  for (let step = 0; step < steps; step++) {
    const samples = Math.floor(((step + 1) * count) / steps) - Math.floor((step * count) / steps);
    const own = medianNanoseconds * Math.exp(spread * (quantiles[step] ?? 0));
    const isLate = step >= steps - Math.round(path.late * steps);
    const value = Math.max(1, Math.round(own + path.nanoseconds + (isLate ? path.lateNanoseconds : 0)));
    recorded.recordValueWithCount(value, samples);
  }
  return encodeIntoCompressedBase64(recorded);
}

const quantilesBySteps = new Map<number, Float64Array>();

/** Normal quantiles in the middle of each of so many equal steps. */
function normalQuantiles(steps: number): Float64Array {
  const known =
    quantilesBySteps.get(steps) ??
    Float64Array.from({ length: steps }, (_, step) => normalQuantile((step + 0.5) / steps));
  quantilesBySteps.set(steps, known);
  return known;
}

/** Approximates the normal quantile by Tukey's lambda, to within 0.01 up to p = 0.9999. */
function normalQuantile(p: number): number {
  return (p ** 0.1349 - (1 - p) ** 0.1349) / 0.1975;
}

/** Source of normally distributed numbers. */
export function gaussian(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => normalQuantile(0.0005 + 0.999 * uniformFloat64(generator));
}
