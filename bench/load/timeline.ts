import { wholeAbove, wholeBelow } from '../results/numbers.ts';
import { SAMPLES_BEYOND } from '../results/rules.ts';
import { HIGHEST_NS } from './histogram.ts';
import type { Schedule } from './schedule.ts';

/**
 * Latency over the course of a phase. The phase is cut into slices of equal length, and a response belongs to the slice in which
 * its message was due: then a slice holds the same messages however late they come, and a stall shows from the moment it began.
 * Arrivals are counted beside it by when they came.
 */
export interface Slice {
  /** Arrivals during the slice, whenever they were due. What came after the last slice is in none. */
  readonly arrived: number;
  /** Buckets of a histogram that hold responses to the slice's messages, rising, and how many each holds. */
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

/** What a slice says, in seconds; null where too few samples lie beyond a percentile. */
export interface SliceSummary {
  readonly seconds: number;
  readonly delivered: number;
  readonly arrived: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** A phase has this many slices, and more only when it is so long that they would exceed `LONGEST_NS`. */
const USUAL = 20;
const MOST = 60;
/** A shorter slice holds more of the machine's noise than of the transport's course. */
const SHORTEST_NS = 50e6;
const LONGEST_NS = 1e9;
/** Owed deliveries in a slice, so that it has a median. */
const MIN_OWED = 2 * SAMPLES_BEYOND;

/** The same for every worker of a phase, whatever share of its sessions a worker has. */
export function sliceCount({ count, intervalNs }: Schedule, receivers: number): number {
  const lengthNs = count * intervalNs;
  const wanted = Math.min(MOST, Math.max(USUAL, wholeBelow(lengthNs / LONGEST_NS)));
  return Math.max(
    1,
    Math.min(wanted, wholeBelow(lengthNs / SHORTEST_NS), Math.floor((count * receivers) / MIN_OWED), count),
  );
}

/** Three significant digits: the buckets are those of the histograms that are kept of the whole phase. */
const HALF = 1 << 10;
const POWERS = Float64Array.from({ length: 32 }, (_, power) => 2 ** power);
const BUCKETS = bucketOf(HIGHEST_NS) + 1;

export function bucketOf(valueNs: number): number {
  if (valueNs < 2 * HALF) return valueNs;
  const octave = valueNs < 2 ** 32 ? 31 - Math.clz32(valueNs) : 63 - Math.clz32(valueNs / 2 ** 32);
  return (octave - 10) * HALF + Math.floor(valueNs / POWERS[octave - 10]!);
}

/** The highest value that falls into a bucket. */
function highestIn(bucket: number): number {
  if (bucket < 2 * HALF) return bucket;
  const power = Math.floor(bucket / HALF) - 1;
  return (bucket - power * HALF + 1) * 2 ** power - 1;
}

/** One worker's responses by slice. Its memory is taken and touched at the start. */
export class Timeline {
  readonly #schedule: Schedule;
  readonly #slices: number;
  readonly #perSliceNs: number;
  readonly #counts: Uint32Array;
  readonly #arrived: Uint32Array;

  constructor(schedule: Schedule, receivers: number) {
    this.#schedule = schedule;
    this.#slices = sliceCount(schedule, receivers);
    this.#perSliceNs = (schedule.count * schedule.intervalNs) / this.#slices;
    this.#counts = new Uint32Array(this.#slices * BUCKETS).fill(0);
    this.#arrived = new Uint32Array(this.#slices).fill(0);
  }

  /** @param responseNs whole, and at most what the phase's histogram takes */
  record(message: number, responseNs: number, nowNs: number): void {
    const { first, count, startNs } = this.#schedule;
    const due = Math.floor(((message - first) * this.#slices) / count);
    this.#counts[due * BUCKETS + bucketOf(responseNs)]!++;
    const now = Math.floor((nowNs - startNs) / this.#perSliceNs);
    if (now < this.#slices) this.#arrived[now]!++;
  }

  slices(): Slice[] {
    return Array.from({ length: this.#slices }, (_, slice) => {
      const own = this.#counts.subarray(slice * BUCKETS, (slice + 1) * BUCKETS);
      const buckets: number[] = [];
      for (let bucket = 0; bucket < BUCKETS; bucket++) if (own[bucket] !== 0) buckets.push(bucket);
      return { arrived: this.#arrived[slice]!, buckets, counts: buckets.map((bucket) => own[bucket]!) };
    });
  }
}

/** One timeline for all workers: counts added, bucket by bucket. */
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
      buckets,
      counts: buckets.map((bucket) => sums.get(bucket)!),
    };
  });
}

/** @param seconds length of the phase */
export function summariseTimeline(slices: readonly Slice[], seconds: number): SliceSummary[] {
  return slices.map((slice, index) => {
    const delivered = slice.counts.reduce((sum, count) => sum + count, 0);
    const { buckets } = slice;
    return {
      seconds: Math.round(((index * seconds) / slices.length) * 1e9) / 1e9,
      delivered,
      arrived: slice.arrived,
      p50: percentile(slice, delivered, 0.5),
      p99: percentile(slice, delivered, 0.99),
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
