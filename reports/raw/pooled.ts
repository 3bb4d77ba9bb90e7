import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { whyNotMeasured } from '../../bench/results/not-measured.ts';
import type { Results } from '../../bench/results/schema.ts';

/** Encoded histogram of the response latency of all valid trials of a case, by the case's id. */
export type Pooled = Readonly<Record<string, string>>;

/** Adds up the histograms of every case that has a valid trial. */
export function pooledResponses({ cases }: Results): Pooled {
  return Object.fromEntries(
    cases.flatMap(({ id, trials }) => {
      const valid = trials
        .filter((trial) => trial.state === 'valid')
        .filter((trial) => whyNotMeasured(trial, ['latency.response']) === undefined);
      if (valid.length === 0) return [];
      const sum = build({
        lowestDiscernibleValue: 1,
        highestTrackableValue: 3.6e12,
        numberOfSignificantValueDigits: 3,
      });
      for (const { latency } of valid) sum.add(decodeFromCompressedBase64(latency.response));
      return [[id, encodeIntoCompressedBase64(sum)]];
    }),
  );
}
