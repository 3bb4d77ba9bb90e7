import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { whyNotMeasured } from '../../bench/results/not-measured.ts';
import type { Results } from '../../bench/results/schema.ts';

/** Response latency of a case's valid trials, added together: an encoded histogram for each case's id. */
export type Pooled = Readonly<Record<string, string>>;

/** A case without a valid trial has none. */
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
