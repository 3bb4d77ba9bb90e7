import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { medianInPlace, quantileOfSorted } from './median.ts';
import { type Interval, studentInterval } from './student.ts';

export type { Interval };

/** Fewer observations a side than this give intervals that look fine and cover badly. */
export const LEAST_TRIALS = 6;

/** 95 % two-sided: what lies outside at either end. */
const TAIL = 0.025;

/** 98 %: at 95 % one comparison in thirty of two equal, noisy cases came out beyond the band, at 98 % one in a hundred. */
const STUDENT_TAIL = 0.01;

/** Values by block, one a trial. Two samples of the same blocks are resampled together: that is the pairing. */
export type Sample = ReadonlyMap<number, number>;

export type Bootstrap = {
  readonly resamples: number;
  /** Median of the values in each resample of the given blocks; every sample sees the same resamples. */
  medians(sample: Sample, blocks: readonly number[]): Float64Array;
  medianInterval(sample: Sample): Interval;
  /**
   * Of median(left) / median(right) over the blocks both have; null when a value there is not finite and above zero.
   * The 95 % percentile interval, widened to Student's of the logarithms of the paired ratios where that reaches further:
   * medians drawn from six to ten trials cannot vary more than those trials did. Student's is at 98 %, or, where
   * `comparisons` are read together, at the level that leaves all of them at 95 % (Bonferroni).
   */
  ratioInterval(left: Sample, right: Sample, comparisons: number): Interval | null;
};

export function createBootstrap(seed: number, resamples: number): Bootstrap {
  const drawsBySize = new Map<number, Uint32Array>();

  /** Drawn afresh from the seed for each number of blocks, so that no result depends on which was asked for first. */
  const draws = (size: number): Uint32Array => {
    const known = drawsBySize.get(size);
    if (known !== undefined) return known;
    const generator = xoroshiro128plus(seed);
    const drawn = Uint32Array.from({ length: resamples * size }, () => uniformInt(generator, 0, size - 1));
    drawsBySize.set(size, drawn);
    return drawn;
  };

  const medians = (sample: Sample, blocks: readonly number[]): Float64Array => {
    const values = Float64Array.from(blocks, (block) => valueIn(sample, block));
    const size = values.length;
    const drawn = draws(size);
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
    medians,
    medianInterval: (sample) => interval(medians(sample, [...sample.keys()]), TAIL),
    ratioInterval(left, right, comparisons) {
      const blocks = commonBlocks([left, right]);
      const logRatios = blocks.map((block) => Math.log(valueIn(left, block)) - Math.log(valueIn(right, block)));
      if (!logRatios.every(Number.isFinite)) return null;
      const above = medians(left, blocks);
      const below = medians(right, blocks);
      const drawn = interval(
        above.map((value, index) => value / (below[index] ?? Number.NaN)),
        TAIL,
      );
      const student = studentInterval(logRatios, Math.min(STUDENT_TAIL, TAIL / comparisons));
      return { low: Math.min(drawn.low, Math.exp(student.low)), high: Math.max(drawn.high, Math.exp(student.high)) };
    },
  };
}

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
