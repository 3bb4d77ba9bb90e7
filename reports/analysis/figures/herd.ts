import { flagOf } from '../../../bench/results/case.ts';
import { median } from '../../../bench/results/numbers.ts';
import type { Case, Recovery } from '../../../bench/results/schema.ts';
import type { Group } from '../../model/model.ts';
import { quantile } from '../../stats/distribution.ts';
import { decode } from '../decode.ts';
import { policyOf } from './recovery.ts';

/** Sessions of a case that come back at the same time, and what that asks of the server. Times in seconds. */
export type Herd = {
  readonly caseId: string;
  /** Name as in the tables, and that of the transport without the policy. */
  readonly name: string;
  readonly flag: string;
  readonly policy: ReturnType<typeof policyOf>;
  readonly floor: boolean;
  /** Waits from the end that a session noticed to its first attempt, over all valid trials: how many, and five of their percentiles. */
  readonly waits: number;
  readonly p5: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
  /** Most attempts that began in one second, and CPU time of the server until the last session was back: medians over the trials. */
  readonly peak: number;
  readonly cpuSeconds: number;
  /** Connections that were refused because the queue of the listening socket was full, in all trials; null if that was not counted. */
  readonly refused: number | null;
};

/** Herds in the order of the group's rows, of the cases whose waits are known. */
export function herdsOf(all: readonly Case[], { rows }: Pick<Group, 'rows'>): Herd[] {
  const cases = new Map(all.map((one) => [one.id, one]));
  return rows.flatMap(({ caseId, name, floor }): Herd[] => {
    const one = cases.get(caseId);
    const found = (one?.trials ?? []).flatMap((trial) => (trial.state === 'valid' ? (trial.recovery ?? []) : []));
    const waits = waitsOf(found);
    if (one === undefined || waits === null) return [];
    const refused = found.flatMap(({ herd }) => herd.listenDrops ?? []);
    return [
      {
        caseId,
        name,
        flag: flagOf(one),
        policy: policyOf(one),
        floor,
        ...waits,
        peak: median(found.map(({ attempts }) => attempts.peakPerSecond)),
        cpuSeconds: median(found.map(({ herd }) => herd.cpuSeconds)),
        refused: refused.length === 0 ? null : refused.reduce((sum, count) => sum + count, 0),
      },
    ];
  });
}

type Waits = Pick<Herd, 'waits' | 'p5' | 'p25' | 'p50' | 'p75' | 'p95'>;

/** Percentiles of the waits of all trials together; null if there are none. */
function waitsOf(found: readonly Recovery[]): Waits | null {
  const decoded = found.flatMap(({ firstWaits }) => {
    const one = decode(firstWaits);
    return one.readable && one.distribution.count > 0 ? [one.distribution] : [];
  });
  const counted = decoded.flatMap(({ seconds, cumulative }) =>
    seconds.map((wait, index) => ({ wait, count: (cumulative[index] ?? 0) - (cumulative[index - 1] ?? 0) })),
  );
  if (counted.length === 0) return null;
  const sorted = counted.toSorted((a, b) => a.wait - b.wait);
  let count = 0;
  const cumulative = sorted.map((one) => {
    count += one.count;
    return count;
  });
  const pooled = { count, seconds: sorted.map(({ wait }) => wait), cumulative };
  const at = (share: number): number => quantile(pooled, share);
  return { waits: count, p5: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) };
}
