import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { medianInPlace, quantileOfSorted } from '../../bench/results/numbers.ts';
import { type Interval, studentInterval, welchInterval } from './student.ts';

export type { Interval };

/** Probability outside a two-sided 95 % interval at either end. */
const TAIL = 0.025;

/** Either tail of 98 %: at 95 % one in thirty comparisons of equal, noisy cases came out beyond the band, at 98 % one in a hundred. */
const STUDENT_TAIL = 0.01;

/** Values by block, one per trial. Samples with the same blocks are paired: they are resampled together. */
export type Sample = ReadonlyMap<number, number>;

export type Bootstrap = {
  readonly resamples: number;
  /** Median of each resample of the given blocks; the resamples are the same for every sample. */
  medians(sample: Sample, blocks: readonly number[]): Float64Array;
  /** 95 % percentile interval of the median. */
  medianInterval(sample: Sample): Interval;
  /**
   * Interval of median(left) / median(right) over the blocks that both have; null if a value there is not finite and positive.
   * It is the 95 % percentile bootstrap interval, widened to Student's interval of the logarithms of the paired ratios where that
   * is wider: medians drawn from six to ten trials cannot vary more than those trials did. Student's interval is at 98 %, or, for
   * several `comparisons`, at the level that keeps all of them together at 95 % (Bonferroni).
   */
  ratioInterval(left: Sample, right: Sample, comparisons: number): Interval | null;
  /** Interval of the ratio for samples without common blocks, such as two runs: drawn independently, widened to Welch's interval. */
  separateRatioInterval(left: Sample, right: Sample, comparisons: number): Interval | null;
};

/** Difference of the seeds of two independent samples: with one seed, equal positions would be drawn together. */
const OTHER_SEED = 0x9e3779b9;

export function createBootstrap(seed: number, resamples: number): Bootstrap {
  const draws = drawsFrom(seed, resamples);
  const otherDraws = drawsFrom(seed ^ OTHER_SEED, resamples);

  const medians = (sample: Sample, blocks: readonly number[], from = draws): Float64Array => {
    const values = Float64Array.from(blocks, (block) => valueIn(sample, block));
    const size = values.length;
    const drawn = from(size);
    const buffer = new Float64Array(size);
    const result = new Float64Array(resamples);
    for (let resample = 0; resample < resamples; resample++) {
      for (let at = 0; at < size; at++) buffer[at] = values[drawn[resample * size + at] ?? 0] ?? Number.NaN;
      result[resample] = medianInPlace(buffer);
    }
    return result;
  };

  return {
    resamples,
    medians: (sample, blocks) => medians(sample, blocks),
    medianInterval: (sample) => interval(medians(sample, [...sample.keys()]), TAIL),
    ratioInterval(left, right, comparisons) {
      const blocks = commonBlocks([left, right]);
      const logRatios = blocks.map((block) => Math.log(valueIn(left, block)) - Math.log(valueIn(right, block)));
      if (!logRatios.every(Number.isFinite)) return null;
      const drawn = ratiosInterval(medians(left, blocks), medians(right, blocks));
      return widened(drawn, studentInterval(logRatios, studentTail(comparisons)));
    },
    separateRatioInterval(left, right, comparisons) {
      const logs = [left, right].map((sample) => [...sample.values()].map(Math.log));
      const [mine = [], other = []] = logs;
      if (!logs.flat().every(Number.isFinite)) return null;
      const drawn = ratiosInterval(medians(left, [...left.keys()]), medians(right, [...right.keys()], otherDraws));
      return widened(drawn, welchInterval(mine, other, studentTail(comparisons)));
    },
  };
}

/** Draws indices from the seed for each number of blocks, so that no result depends on the order of requests. */
function drawsFrom(seed: number, resamples: number): (size: number) => Uint32Array {
  const drawsBySize = new Map<number, Uint32Array>();
  return (size) => {
    const known = drawsBySize.get(size);
    if (known !== undefined) return known;
    const generator = xoroshiro128plus(seed);
    const drawn = new Uint32Array(resamples * size);
    for (let at = 0; at < drawn.length; at++) drawn[at] = uniformInt(generator, 0, size - 1);
    drawsBySize.set(size, drawn);
    return drawn;
  };
}

/** Confidence level of Student's interval for a number of comparisons that are read together. */
export const studentLevel = (comparisons: number): number => 1 - 2 * studentTail(comparisons);

const studentTail = (comparisons: number): number => Math.min(STUDENT_TAIL, TAIL / comparisons);

const ratiosInterval = (above: Float64Array, below: Float64Array): Interval =>
  interval(
    above.map((value, index) => value / (below[index] ?? Number.NaN)),
    TAIL,
  );

/** Widens an interval to one that is given in logarithms. */
const widened = ({ low, high }: Interval, logs: Interval): Interval => ({
  low: Math.min(low, Math.exp(logs.low)),
  high: Math.max(high, Math.exp(logs.high)),
});

/** Blocks that all samples have, ascending. */
export function commonBlocks(samples: readonly Sample[]): number[] {
  const [first, ...others] = samples;
  if (first === undefined) return [];
  return [...first.keys()].filter((block) => others.every((other) => other.has(block))).sort((a, b) => a - b);
}

const valueIn = (sample: Sample, block: number): number => sample.get(block) ?? Number.NaN;

function interval(values: Float64Array, tail: number): Interval {
  const sorted = values.toSorted();
  return { low: quantileOfSorted(sorted, tail), high: quantileOfSorted(sorted, 1 - tail) };
}
