import type { Case, MeasuredTrial, Results } from '../../../../bench/results/schema.ts';
import { type ReadRun, readingsOf, runOf, unmeasured } from '../../../analysis/readings.ts';
import type { Readings } from '../../../model/member.ts';
import { bytesOf, inflated } from '../../../raw/inflate.ts';
import { type Decoded, UNREADABLE, withBounds } from '../../../stats/distribution.ts';
import { compressedPart, distributionOf, MAX_BYTES } from '../../../stats/histogram.ts';

/** Decodes a run's trials with the browser's own inflate; `progress` is called with the share of cases done. */
export async function decodeRun(results: Results, progress: (share: number) => Promise<void>): Promise<ReadRun> {
  const known = new Map<Case, Readings>();
  for (const one of results.cases) {
    const valid = one.trials.flatMap((trial) => (trial.state === 'valid' ? [trial] : []));
    const decoded = valid.map(async (trial) => ({
      trial,
      response: unmeasured(trial, 'response') ?? (await decodeResponse(trial.latency)),
      connect: unmeasured(trial, 'connect') ?? (await decodeHistogram(trial.latency.connect)),
      // A comparison uses no figure of the others.
      service: UNREADABLE,
      lag: UNREADABLE,
      last: null,
    }));
    known.set(one, readingsOf(one, await Promise.all(decoded)));
    await progress(known.size / results.cases.length);
  }
  return runOf(results, known);
}

async function decodeResponse({ response, overdue }: MeasuredTrial['latency']): Promise<Decoded> {
  const values = await decodeHistogram(response);
  return overdue === undefined ? values : withBounds(values, await decodeHistogram(overdue));
}

/** Decodes a compressed HdrHistogram in base64, as results and pages hold it. */
export async function decodeHistogram(base64: string): Promise<Decoded> {
  try {
    const bytes = await inflated(compressedPart(bytesOf(base64)), 'deflate', MAX_BYTES);
    return { readable: true, distribution: distributionOf(bytes) };
  } catch {
    return UNREADABLE;
  }
}
