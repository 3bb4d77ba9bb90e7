import { receiversOf } from '../results/values.ts';
import type { PlannedCase, Uses } from '../scenarios/shape.ts';
import { isInBrowser } from '../scenarios/shared/clients-in.ts';
import { isOverNetwork } from '../scenarios/shared/network.ts';

/** Largest load of a case whose trials may run beside others: it must leave most of a core idle. */
const MAX_DELIVERIES_PER_SECOND = 1_000;
const MAX_BYTES_PER_SECOND = 1e6;
/** Largest number of sessions of such a case: to open them costs more than to use them. */
const MAX_SESSIONS = 200;

/**
 * Way in which load workers wait for a due time. Over a network the load is small and a delay of a tenth of a millisecond is not seen,
 * so they sleep; on the link as it is they spin.
 */
export const paceOf = (planned: Pick<PlannedCase, 'dimensions'>): 'spin' | 'sleep' =>
  isOverNetwork(planned) ? 'sleep' : 'spin';

/** True if sessions send nothing but heartbeats for a time. */
const isSilent = ({ messages, duration }: Uses): boolean => !messages && duration;

/** True if trials of a case may run beside others: it is measured over a network, at a low rate that is given, or silently. */
export function mayRunBeside(planned: PlannedCase): boolean {
  const { scenario, clients, rate, size } = planned;
  const deliveries = rate * receiversOf(scenario.reaches, clients);
  return (
    isOverNetwork(planned) &&
    // A browser takes a core for some time when it starts.
    !isInBrowser(planned) &&
    (scenario.kind.uses.rate === 'offered' || isSilent(scenario.kind.uses)) &&
    clients <= MAX_SESSIONS &&
    deliveries <= MAX_DELIVERIES_PER_SECOND &&
    deliveries * size <= MAX_BYTES_PER_SECOND
  );
}

/** Largest number of trials of a plan that run at the same time. */
export function besideIn(cases: readonly PlannedCase[], beside: number): number {
  return Math.max(1, Math.min(beside, cases.filter(mayRunBeside).length));
}

/**
 * Order of a shuffled block whose trials may run side by side: those that must run alone are together, before or after the others as
 * the first case of the block is, or hardly two of the others would be neighbours. Among themselves both keep their order.
 */
export function arranged(block: readonly PlannedCase[], beside: number): readonly PlannedCase[] {
  if (besideIn(block, beside) === 1) return block;
  const [first] = block;
  const isFirst = (planned: PlannedCase): boolean => mayRunBeside(planned) === mayRunBeside(first!);
  return [...block.filter(isFirst), ...block.filter((planned) => !isFirst(planned))];
}

/** Time of a block: the trials that run alone one after another, and the others up to `beside` at a time. */
export function blockSeconds(
  cases: readonly PlannedCase[],
  beside: number,
  secondsOf: (planned: PlannedCase) => number,
): number {
  const sum = (some: readonly PlannedCase[]): number => some.reduce((total, one) => total + secondsOf(one), 0);
  const together = cases.filter(mayRunBeside);
  const alone = sum(cases.filter((planned) => !mayRunBeside(planned)));
  const longest = Math.max(0, ...together.map(secondsOf));
  return alone + Math.max(longest, sum(together) / besideIn(cases, beside));
}
