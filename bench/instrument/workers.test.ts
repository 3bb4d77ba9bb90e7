import { JsHistogram } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { decode } from '../load/histogram.ts';
import { clientModule, serverModule } from '../registry.ts';
import { withRig } from './rig.ts';

const modules = { server: serverModule({ id: 'ws' }), client: clientModule({ id: 'ws' }) };
const RATE = 600;
const SECONDS = 1.5;

test.each([1, 3])('what a run merges from %i worker(s) is the histogram of all samples', async (workers) => {
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
  });
});

function read(encoded: string): JsHistogram {
  const histogram = decode(encoded);
  if (!(histogram instanceof JsHistogram)) throw new Error('a histogram whose buckets cannot be read');
  return histogram;
}

/** What is in each bucket, by the bucket's number. */
function countsIn(histogram: JsHistogram): Map<number, number> {
  const counts = new Map<number, number>();
  for (let index = 0; index < histogram.countsArrayLength; index++) {
    const count = histogram.getCountAtIndex(index);
    if (count > 0) counts.set(index, count);
  }
  return counts;
}

/** What should be in each bucket: the samples sorted into the histogram's buckets one by one. */
function countsOf(samples: readonly number[], buckets: JsHistogram): Map<number, number> {
  const counts = new Map<number, number>();
  for (const sample of samples) {
    const index = buckets.countsArrayIndex(sample);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return counts;
}
