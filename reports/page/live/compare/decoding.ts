import { whyNotMeasured } from '../../../../bench/results/not-measured.ts';
import type { Case, MeasuredTrial, Results } from '../../../../bench/results/schema.ts';
import { type ReadRun, readingsOf } from '../../../analysis/readings.ts';
import type { DecodedTrial, Readings } from '../../../model/member.ts';
import { bytesOf, inflated } from '../../../raw/inflate.ts';
import { type Decoded, UNREADABLE } from '../../../stats/distribution.ts';
import { compressedPart, distributionOf, MAX_BYTES } from '../../../stats/histogram.ts';

/** Reads all figures out of a run's trials, with the browser's own inflate. `told` hears how far it has come. */
export async function readRun(results: Results, told: (share: number) => Promise<void>): Promise<ReadRun> {
  const known = new Map<Case, Readings>();
  for (const one of results.cases) {
    const valid = one.trials.filter((trial) => trial.state === 'valid');
    known.set(one, readingsOf(one, await Promise.all(valid.map(decodeTrial))));
    await told(known.size / results.cases.length);
  }
  return { results, readings: (one) => known.get(one) ?? readingsOf(one, []) };
}

/** No figure that runs are compared by is read from the others. */
const decodeTrial = async (trial: MeasuredTrial): Promise<DecodedTrial> => ({
  trial,
  response: await decodeOne(trial, 'response'),
  connect: await decodeOne(trial, 'connect'),
  service: UNREADABLE,
  lag: UNREADABLE,
  last: null,
});

async function decodeOne(trial: MeasuredTrial, name: 'response' | 'connect'): Promise<Decoded> {
  const reason = whyNotMeasured(trial, [`latency.${name}`]);
  return reason === undefined ? decodeHistogram(trial.latency[name]) : { readable: false, reason };
}

/** As results and pages carry it. */
export async function decodeHistogram(base64: string): Promise<Decoded> {
  try {
    const bytes = await inflated(compressedPart(bytesOf(base64)), 'deflate', MAX_BYTES);
    return { readable: true, distribution: distributionOf(bytes) };
  } catch {
    return UNREADABLE;
  }
}
