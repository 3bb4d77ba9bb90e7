import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileOfSorted } from '../../bench/results/numbers.ts';
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
  /** Interval of median(left) − median(right), made in the same way from differences. @param paired true to pair trials by block */
  differenceInterval(left: Sample, right: Sample, comparisons: number, paired: boolean): Interval;
};

/** Difference of the seeds of two independent samples: with one seed, equal positions would be drawn together. */
const OTHER_SEED = 0x9e3779b9;

export function createBootstrap(seed: number, resamples: number): Bootstrap {
  const draws = drawsFrom(seed, resamples);
  const otherDraws = drawsFrom(seed ^ OTHER_SEED, resamples);

  const medians = (sample: Sample, blocks: readonly number[], from = draws): Float64Array => {
    const values = Float64Array.from(blocks, (block) => valueIn(sample, block));
    return mediansOf(values, from(values.length), resamples);
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
    differenceInterval(left, right, comparisons, paired) {
      const tail = studentTail(comparisons);
      const blocks = paired ? commonBlocks([left, right]) : [];
      const [mine, other] = paired ? [blocks, blocks] : [[...left.keys()], [...right.keys()]];
      const below = medians(right, other, paired ? draws : otherDraws);
      const drawn = interval(
        medians(left, mine).map((value, index) => value - (below[index] ?? Number.NaN)),
        TAIL,
      );
      const student = paired
        ? studentInterval(
            blocks.map((block) => valueIn(left, block) - valueIn(right, block)),
            tail,
          )
        : welchInterval([...left.values()], [...right.values()], tail);
      return { low: Math.min(drawn.low, student.low), high: Math.max(drawn.high, student.high) };
    },
  };
}

/** Number of times that each resample has each value; resamples follow one another. */
type Draws = Uint16Array;

/** Draws from the seed for each number of blocks, so that no result depends on the order of requests. */
function drawsFrom(seed: number, resamples: number): (size: number) => Draws {
  const drawsBySize = new Map<number, Draws>();
  return (size) => {
    const known = drawsBySize.get(size);
    if (known !== undefined) return known;
    const generator = xoroshiro128plus(seed);
    const times = new Uint16Array(resamples * size);
    for (let start = 0; start < times.length; start += size) {
      for (let draw = 0; draw < size; draw++) {
        const at = start + uniformInt(generator, 0, size - 1);
        times[at] = (times[at] ?? 0) + 1;
      }
    }
    drawsBySize.set(size, times);
    return times;
  };
}

/** Median of each resample. The values are sorted once, and a resample's median is where half of its draws are passed. */
function mediansOf(values: Float64Array, times: Draws, resamples: number): Float64Array {
  const size = values.length;
  const ascending = Uint16Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const upper = size >> 1;
  const lower = size % 2 === 1 ? upper : upper - 1;
  const result = new Float64Array(resamples).fill(Number.NaN);
  for (let resample = 0; resample < resamples && size > 0; resample++) {
    const start = resample * size;
    let [place, passed] = [-1, 0];
    while (passed <= lower) passed += times[start + (ascending[++place] ?? 0)] ?? 0;
    const low = values[ascending[place] ?? 0] ?? Number.NaN;
    while (passed <= upper) passed += times[start + (ascending[++place] ?? 0)] ?? 0;
    result[resample] = (low + (values[ascending[place] ?? 0] ?? Number.NaN)) / 2;
  }
  return result;
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
