import { type Contention, largestShare, othersShareOf, waitShareOf } from '../../results/machine/cores.ts';

/** Rules for figures of time: other programs on the same cores would pass as the transport's. */
export const UNDISTURBED = ['cores-not-shared', 'cores-not-waited-for'] as const;

/** Largest share of a core that other programs took, or that a process of ours waited for. */
const worstShare = ({ cores = [] }: Contention): number =>
  Math.max(largestShare(cores, othersShareOf) ?? 0, largestShare(cores, waitShareOf) ?? 0);

/** Most disturbed of several windows that one trial's figures rest on. */
export function worstOf(windows: readonly (Contention | undefined)[]): Contention | undefined {
  const watched = windows.filter((one) => one !== undefined);
  return watched.toSorted((a, b) => worstShare(b) - worstShare(a))[0];
}
