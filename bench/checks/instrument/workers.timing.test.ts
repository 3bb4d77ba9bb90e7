import { JsHistogram } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { decode } from '../../load/histogram.ts';
import { type Slice, summariseTimeline } from '../../load/timeline.ts';
import { withRig } from '../../testing/rig.ts';
import { clientModule, serverModule } from '../../transports/index.ts';

const modules = { server: serverModule({ id: 'ws' }), client: clientModule({ id: 'ws' }) };
const RATE = 600;
const SECONDS = 1.5;

test.each([1, 3])('the merged histogram of %i worker(s) is the histogram of all samples', async (workers) => {
  await withRig({ clients: 10, workers, ...modules }, async (rig) => {
    const due = RATE * SECONDS;
    const recording = await rig.run(RATE, SECONDS, { keepSamples: true });
    expect(recording).toMatchObject({ due, sent: due, delivered: due, unsent: 0, duplicated: 0, early: 0 });
    for (const name of ['response', 'service', 'lag'] as const) {
      const samples = recording.samples![name];
      expect(samples).toHaveLength(due);
      const merged = read(recording[name]);
      expect(merged.totalCount).toBe(due);
      expect(countsIn(merged)).toEqual(countsOf(samples, merged));
    }
    const slices = recording.timeline!;
    expect(slices).toHaveLength(20);
    expect(allOf(slices)).toEqual(countsIn(read(recording.response)));
    const { response, responseTo } = recording.samples!;
    const first = Math.min(...responseTo);
    for (const [index, { delivered, p50, max }] of summariseTimeline(slices, SECONDS).entries()) {
      const own = response
        .filter((_, at) => Math.floor(((responseTo[at]! - first) * slices.length) / due) === index)
        .sort((a, b) => a - b);
      expect(delivered).toBe(own.length);
      expect(Math.abs((p50! * 1e9) / own[Math.ceil(own.length / 2) - 1]! - 1)).toBeLessThan(0.001);
      expect(Math.abs((max! * 1e9) / own.at(-1)! - 1)).toBeLessThan(0.001);
    }
  });
});

/** Sums the counts of all slices, by bucket number. */
function allOf(slices: readonly Slice[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { buckets, counts } of slices) {
    for (const [at, bucket] of buckets.entries()) sums.set(bucket, (sums.get(bucket) ?? 0) + counts[at]!);
  }
  return new Map([...sums].sort(([a], [b]) => a - b));
}

function read(encoded: string): JsHistogram {
  const histogram = decode(encoded);
  if (!(histogram instanceof JsHistogram)) throw new Error('the buckets of this histogram cannot be read');
  return histogram;
}

/** Counts of a histogram's buckets that are not empty, by bucket number. */
function countsIn(histogram: JsHistogram): Map<number, number> {
  const counts = new Map<number, number>();
  for (let index = 0; index < histogram.countsArrayLength; index++) {
    const count = histogram.getCountAtIndex(index);
    if (count > 0) counts.set(index, count);
  }
  return counts;
}

/** Expected counts, by bucket number: each sample is sorted into the histogram's buckets. */
function countsOf(samples: readonly number[], buckets: JsHistogram): Map<number, number> {
  const counts = new Map<number, number>();
  for (const sample of samples) {
    const index = buckets.countsArrayIndex(sample);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return counts;
}
