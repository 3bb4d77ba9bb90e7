import { damageOf, damageText, repeatedIn } from '../../../../bench/results/damage.ts';
import { compressedPart, distributionOf, MAX_BYTES } from '../../../../bench/results/histogram.ts';
import type { Case, MeasuredTrial, Results } from '../../../../bench/results/schema.ts';
import { type ReadRun, readingsOf, runOf, unmeasured } from '../../../analysis/readings.ts';
import type { DecodedTrial, Readings } from '../../../model/member.ts';
import { bytesOf, inflated } from '../../../raw/inflate.ts';
import { type Decoded, UNREADABLE, withBounds } from '../../../stats/distribution.ts';
import { Unusable } from './dropped.ts';

/**
 * Decodes the trials of a dropped run with the browser's own inflate; `progress` is called with the share of cases done.
 *
 * @throws Unusable if a histogram that a comparison needs is damaged
 */
export async function decodeRun(
  { name, results }: { readonly name: string; readonly results: Results },
  progress: (share: number) => Promise<void>,
): Promise<ReadRun> {
  const known = new Map<Case, Readings>();
  const damages = repeatedIn(results);
  for (const one of results.cases) {
    const valid = one.trials.flatMap((trial) => (trial.state === 'valid' ? [trial] : []));
    const decoded = valid.map(async (trial) => ({
      trial,
      ...(await decodeResponse(trial)),
      connect: unmeasured(trial, 'connect') ?? (await decodeHistogram(trial.latency.connect)),
      // A comparison uses no figure of the others.
      service: UNREADABLE,
      lag: UNREADABLE,
      last: null,
      sameNode: null,
      otherNode: null,
    }));
    const trials = await Promise.all(decoded);
    for (const { trial, response, connect } of trials) damages.push(...damagesOf(one, trial, { response, connect }));
    known.set(one, readingsOf(one, trials, results));
    await progress(known.size / results.cases.length);
  }
  if (damages.length > 0) throw new Unusable(damageText(name, damages));
  return runOf(results, known);
}

const damagesOf = (
  one: Case,
  trial: MeasuredTrial,
  decoded: Readonly<Record<'response' | 'connect', Decoded>>,
): string[] =>
  (['response', 'connect'] as const)
    .filter((name) => unmeasured(trial, name) === undefined)
    .flatMap((name) => {
      const { [name]: read } = decoded;
      // Lower bounds are added to the response, and are not in its summary.
      const counted = name === 'response' && trial.latency.overdue !== undefined;
      if (read.readable && counted) return [];
      return damageOf(one, trial, name, read.readable ? read.distribution : null) ?? [];
    });

async function decodeResponse(trial: MeasuredTrial): Promise<Pick<DecodedTrial, 'response' | 'delivered'>> {
  const { response, overdue } = trial.latency;
  const none = unmeasured(trial, 'response');
  if (none !== undefined) return { response: none, delivered: none };
  const delivered = await decodeHistogram(response);
  return {
    response: overdue === undefined ? delivered : withBounds(delivered, await decodeHistogram(overdue)),
    delivered,
  };
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
