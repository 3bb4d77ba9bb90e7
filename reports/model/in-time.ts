import type { Case, NetworkInfo, Results } from '../../bench/results/schema.ts';
import { readLimit } from '../../bench/results/time.ts';
import type { CaseObjective, Objective } from './model.ts';

/** Time beyond a network's round trip that the usual objective allows. */
const BEYOND_ROUND_TRIP_SECONDS = 0.05;

type Named = Pick<Case, 'network'>;

/** Entry of a case's network; undefined where the results have none. */
export const networkOf = (networks: readonly NetworkInfo[] | undefined, { network }: Named): NetworkInfo | undefined =>
  networks?.find(({ id }) => id === network);

/** Round trip of a case's network in seconds; 0 without a delay. */
export function rttOf(networks: readonly NetworkInfo[] | undefined, one: Named): number {
  const rtt = networkOf(networks, one)?.effective.rttSeconds;
  return typeof rtt === 'number' ? rtt : 0;
}

/** Share of packets that a case's network loses each way; 0 without losses. */
export function lossOf(networks: readonly NetworkInfo[] | undefined, one: Named): number {
  const loss = networkOf(networks, one)?.effective.lossShare;
  return typeof loss === 'number' ? loss : 0;
}

/** Objective where neither the run nor a preset names one: the network's round trip and 50 ms. */
export const usualObjective = (rttSeconds = 0): Objective => ({
  percentile: 99,
  // Sums of decimal fractions are rounded, so that they read as they are meant.
  seconds: Number((rttSeconds + BEYOND_ROUND_TRIP_SECONDS).toPrecision(12)),
});

/** Objective of a case: the run's, or else the usual one of its network. */
export function objectiveIn({ plan, networks }: Pick<Results, 'plan' | 'networks'>, one: Named): CaseObjective {
  const stated = readLimit(plan.objective ?? '');
  return stated === undefined
    ? { ...usualObjective(rttOf(networks, one)), stated: false }
    : { ...stated, stated: true };
}

/** Note below a table on how its share in time is counted. */
export const inTimeNote = (objective: CaseObjective, rttSeconds = 0): string =>
  `Share in time: deliveries within ${objectiveSource(objective, rttSeconds)}, of all that were expected; what was lost or is overdue ` +
  'is not in time. Under loss p99 lies on the step from a round trip to a retransmission, so read it beside this share.';

/** Time of an objective, and where it comes from: `110 ms (the network’s round trip and 50 ms, since the run names none)`. */
export function objectiveSource({ seconds, stated }: CaseObjective, rttSeconds: number): string {
  const time = `${Number((seconds * 1e3).toPrecision(6))} ms`;
  if (stated) return `${time} (the run’s objective)`;
  return rttSeconds > 0
    ? `${time} (the network’s round trip and 50 ms, since the run names no objective)`
    : `${time} (since the run names no objective)`;
}
