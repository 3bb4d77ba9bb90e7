import { nameOf } from '../../bench/results/case.ts';
import { standingIn } from '../../bench/results/reruns.ts';
import type { Case, Measurement, Results } from '../../bench/results/schema.ts';
import { figures, list } from '../model/format.ts';

/** Number of machines that the load came from besides that of the command; 0 if it came from that one. */
export const loadHosts = ({ environment }: Pick<Results, 'environment'>): number =>
  Math.max(0, (environment.hosts?.length ?? 1) - 1);

type AllPairs = NonNullable<Measurement['allPairs']>;

/** Note below a table of latencies that are those of messages between clients of one host; null if all clients were on one. */
export function hostsNote(cases: readonly Case[]): string | null {
  const found = cases.flatMap((one) => {
    const pairs = standingIn(one).trials.flatMap((trial) =>
      trial.state === 'valid' && trial.allPairs !== undefined ? [trial.allPairs] : [],
    );
    return pairs.length === 0 ? [] : [`${nameOf(one)} ${pairsText(pairs)}`];
  });
  if (found.length === 0) return null;
  return (
    'Latencies are of messages between clients of one host, which one clock times. Of all messages, those between hosts ' +
    `included: ${list(found, 'and')}.`
  );
}

/** Median over the trials with the largest error of their clocks: `p50 1.51 ms ± 0.117 ms`. */
function pairsText(pairs: readonly AllPairs[]): string {
  const medians = pairs.flatMap(({ summary }) => summary?.p50 ?? []).toSorted((a, b) => a - b);
  const bound = `± ${figures(Math.max(...pairs.map(({ boundSeconds }) => boundSeconds)) * 1e3)} ms`;
  const middle = medians[Math.floor(medians.length / 2)];
  if (middle === undefined || medians.length < pairs.length)
    return `not measured, because the hosts’ clocks are known to ${bound} only`;
  return `p50 ${figures(middle * 1e3)} ms ${bound}`;
}
