import { MAX_OTHERS_SHARE, MAX_WAIT_SHARE, MIN_OTHERS_SECONDS } from '../rules.ts';
import type { CoreUsage, NotMeasured } from '../schema.ts';

/** Time of the used cores that other programs took, and that ours waited. */
export interface Contention {
  /** Absent if the system does not tell. */
  readonly cores?: readonly CoreUsage[];
  /** Longest wait of a thread of each watched part, in seconds, in their order; undefined if the kernel does not tell. */
  readonly waits: readonly (number | undefined)[];
  readonly notMeasured: readonly NotMeasured[];
}

/** True of a single core, and not of several between which the system chose. */
const isOne = ({ cores }: Pick<CoreUsage, 'cores'>): boolean => /^\d+$/.test(cores);

/**
 * Share of the window in which other programs had a core; undefined of several cores, where programs on one that is free do no harm
 * and only the wait counts.
 */
export const othersShareOf = (one: CoreUsage): number | undefined =>
  isOne(one) ? one.othersSeconds / one.seconds : undefined;

/** Share of the window in which a thread waited while others had the core; undefined if not measured. */
export const waitShareOf = ({ waitSeconds, seconds }: CoreUsage): number | undefined =>
  waitSeconds === undefined ? undefined : waitSeconds / seconds;

/** Share of the window in which a thread waited while trials beside its own had the core; undefined if it ran alone. */
export const besideWaitShareOf = ({ besideWaitSeconds, seconds }: CoreUsage): number | undefined =>
  besideWaitSeconds === undefined ? undefined : besideWaitSeconds / seconds;

/** Share of the window in which the hypervisor gave a core to other machines; undefined of several cores. */
export const stolenShareOf = (one: CoreUsage): number | undefined =>
  isOne(one) ? one.stolenSeconds / one.seconds : undefined;

/** True if other programs took too much of a core. */
export const isShared = (one: CoreUsage): boolean =>
  one.othersSeconds > MIN_OTHERS_SECONDS && (othersShareOf(one) ?? 0) > MAX_OTHERS_SHARE;

/** True if a thread waited too long for a core that others had. */
export const isWaitedFor = (one: CoreUsage): boolean => (waitShareOf(one) ?? 0) > MAX_WAIT_SHARE;

/** Largest of the shares that are known; null if none is. */
export function largestShare(
  cores: readonly CoreUsage[],
  share: (one: CoreUsage) => number | undefined,
): number | null {
  const known = cores.flatMap((one) => share(one) ?? []);
  return known.length === 0 ? null : Math.max(...known);
}

/** Core in words: `core 0`, `cores 0-3`. */
export const coreText = (one: Pick<CoreUsage, 'cores'>): string => `${isOne(one) ? 'core' : 'cores'} ${one.cores}`;

/** Smallest time of a program that is named, relative to the one that took most. */
const MIN_NAMED = 0.2;

/** Programs that took most of a core, in words. */
export function programsText({ programs = [] }: Readonly<Pick<CoreUsage, 'programs'>>): string {
  const [most] = programs;
  if (most === undefined) return 'none of them seen in /proc';
  const each = programs
    .filter(({ seconds }) => seconds >= MIN_NAMED * most.seconds)
    .map(({ name, processes: [first, ...more] }) => {
      const rest = more.length === 0 ? '' : ` and ${more.length} more`;
      return `${name} (process ${first}${rest})`;
    });
  return `mostly ${each.join(', ')}`;
}
