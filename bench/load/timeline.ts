import { wholeAbove, wholeBelow } from '../results/numbers.ts';
import { SAMPLES_BEYOND } from '../results/rules.ts';
import { HIGHEST_NS } from './histogram.ts';
import type { Schedule } from './schedule.ts';

/**
 * One slice of a phase's timeline. The phase is cut into slices of equal length, and a response belongs to the slice in which its
 * message was due. So a slice holds the same messages however late they arrive, and a stall shows from the moment it began.
 * Arrivals are counted separately, by arrival time.
 */
export interface Slice {
  /** Messages that arrived during the slice, whenever they were due. Arrivals after the last slice are in none. */
  readonly arrived: number;
  /** Messages due in the slice that were still queued when the drain ended; the buckets hold lower bounds of their responses. */
  readonly overdue: number;
  /** Histogram buckets that hold responses to the slice's messages, ascending, and the count in each. */
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

/** Summary of a slice, in seconds; null if too few samples lie beyond a percentile. */
export interface SliceSummary {
  readonly seconds: number;
  readonly delivered: number;
  readonly arrived: number;
  /** Absent if there are none; otherwise the percentiles are lower bounds. */
  readonly overdue?: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** Usual number of slices; a phase has more only if they would be longer than `LONGEST_NS`. */
const USUAL_SLICES = 20;
const MAX_SLICES = 60;
/** Shortest slice: a shorter one shows more of the machine's noise than of the transport. */
const SHORTEST_NS = 50e6;
const LONGEST_NS = 1e9;
/** Minimum number of expected deliveries in a slice, so that it has a median. */
const MIN_EXPECTED = 2 * SAMPLES_BEYOND;

/** Number of slices of a phase: equal for all workers, whatever share of the sessions each has. */
export function sliceCount({ count, intervalNs }: Schedule, receivers: number): number {
  const lengthNs = count * intervalNs;
  const wanted = Math.min(MAX_SLICES, Math.max(USUAL_SLICES, wholeBelow(lengthNs / LONGEST_NS)));
  return Math.max(
    1,
    Math.min(wanted, wholeBelow(lengthNs / SHORTEST_NS), Math.floor((count * receivers) / MIN_EXPECTED), count),
  );
}

/** Half the sub-buckets of an octave: three significant digits, as in the histograms of the whole phase. */
const HALF = 1 << 10;
const POWERS = Float64Array.from({ length: 32 }, (_, power) => 2 ** power);
const BUCKETS = bucketOf(HIGHEST_NS) + 1;

export function bucketOf(valueNs: number): number {
  if (valueNs < 2 * HALF) return valueNs;
  const octave = valueNs < 2 ** 32 ? 31 - Math.clz32(valueNs) : 63 - Math.clz32(valueNs / 2 ** 32);
  return (octave - 10) * HALF + Math.floor(valueNs / POWERS[octave - 10]!);
}

/** Highest value that falls into a bucket. */
function highestIn(bucket: number): number {
  if (bucket < 2 * HALF) return bucket;
  const power = Math.floor(bucket / HALF) - 1;
  return (bucket - power * HALF + 1) * 2 ** power - 1;
}

/** Counts one worker's responses by slice. All memory is allocated and touched at the start. */
export class Timeline {
  readonly #schedule: Schedule;
  readonly #slices: number;
  readonly #perSliceNs: number;
  readonly #counts: Uint32Array;
  readonly #arrived: Uint32Array;
  readonly #overdue: Uint32Array;

  constructor(schedule: Schedule, receivers: number) {
    this.#schedule = schedule;
    this.#slices = sliceCount(schedule, receivers);
    this.#perSliceNs = (schedule.count * schedule.intervalNs) / this.#slices;
    this.#counts = new Uint32Array(this.#slices * BUCKETS).fill(0);
    this.#arrived = new Uint32Array(this.#slices).fill(0);
    this.#overdue = new Uint32Array(this.#slices).fill(0);
  }

  /** @param responseNs an integer, at most the highest value of the phase's histogram */
  record(message: number, responseNs: number, nowNs: number): void {
    this.#counts[this.#sliceOf(message) * BUCKETS + bucketOf(responseNs)]!++;
    const now = Math.floor((nowNs - this.#schedule.startNs) / this.#perSliceNs);
    if (now < this.#slices) this.#arrived[now]!++;
  }

  /** @param lateNs lower bound of the response: an integer */
  recordOverdue(message: number, lateNs: number): void {
    const slice = this.#sliceOf(message);
    this.#counts[slice * BUCKETS + bucketOf(Math.min(lateNs, HIGHEST_NS))]!++;
    this.#overdue[slice]!++;
  }

  #sliceOf(message: number): number {
    const { first, count } = this.#schedule;
    return Math.floor(((message - first) * this.#slices) / count);
  }

  slices(): Slice[] {
    return Array.from({ length: this.#slices }, (_, slice) => {
      const own = this.#counts.subarray(slice * BUCKETS, (slice + 1) * BUCKETS);
      const buckets: number[] = [];
      for (let bucket = 0; bucket < BUCKETS; bucket++) if (own[bucket] !== 0) buckets.push(bucket);
      const [arrived, overdue] = [this.#arrived[slice]!, this.#overdue[slice]!];
      return { arrived, overdue, buckets, counts: buckets.map((bucket) => own[bucket]!) };
    });
  }
}

/** Combines the workers' timelines by adding counts, bucket by bucket. */
export function addTimelines(parts: readonly (readonly Slice[])[]): Slice[] {
  const [first = []] = parts;
  return first.map((_, index) => {
    const slices = parts.flatMap((part) => part[index] ?? []);
    const sums = new Map<number, number>();
    for (const { buckets, counts } of slices) {
      for (const [at, bucket] of buckets.entries()) sums.set(bucket, (sums.get(bucket) ?? 0) + counts[at]!);
    }
    const buckets = [...sums.keys()].sort((a, b) => a - b);
    return {
      arrived: slices.reduce((sum, { arrived }) => sum + arrived, 0),
      overdue: slices.reduce((sum, { overdue }) => sum + overdue, 0),
      buckets,
      counts: buckets.map((bucket) => sums.get(bucket)!),
    };
  });
}

/** @param seconds length of the phase */
export function summariseTimeline(slices: readonly Slice[], seconds: number): SliceSummary[] {
  return slices.map((slice, index) => {
    const counted = slice.counts.reduce((sum, count) => sum + count, 0);
    const { buckets, overdue } = slice;
    return {
      seconds: Math.round(((index * seconds) / slices.length) * 1e9) / 1e9,
      delivered: counted - overdue,
      arrived: slice.arrived,
      ...(overdue === 0 ? {} : { overdue }),
      p50: percentile(slice, counted, 0.5),
      p99: percentile(slice, counted, 0.99),
      max: buckets.length === 0 ? null : highestIn(buckets.at(-1)!) / 1e9,
    };
  });
}

function percentile({ buckets, counts }: Slice, samples: number, share: number): number | null {
  if (wholeBelow(samples * (1 - share)) < SAMPLES_BEYOND) return null;
  const rank = wholeAbove(samples * share);
  let seen = 0;
  const at = counts.findIndex((count) => {
    seen += count;
    return seen >= rank;
  });
  return highestIn(buckets[at]!) / 1e9;
}
