import { MAX_WAIT_SHARE } from '../results/rules.ts';
import { receiversOf } from '../results/values.ts';
import type { PlannedCase, Uses } from '../scenarios/shape.ts';
import { isInBrowser } from '../scenarios/shared/clients-in.ts';
import { isOverNetwork, rttSecondsOf } from '../scenarios/shared/network.ts';

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

/** True if a fault happens in the trials of a case, whose figures are then times of recovery. */
const hasFault = ({ scenario }: Pick<PlannedCase, 'scenario'>): boolean => scenario.kind.uses.faults === true;

/**
 * True if trials of a case may run beside others: it is measured over a network or through a fault, at a low rate that is given, or
 * silently.
 */
export function mayRunBeside(planned: PlannedCase): boolean {
  const { scenario, clients, rate, size } = planned;
  const deliveries = rate * receiversOf(scenario.reaches, clients);
  return (
    (isOverNetwork(planned) || hasFault(planned)) &&
    // A browser takes a core for some time when it starts.
    !isInBrowser(planned) &&
    (scenario.kind.uses.rate === 'offered' || isSilent(scenario.kind.uses)) &&
    clients <= MAX_SESSIONS &&
    deliveries <= MAX_DELIVERIES_PER_SECOND &&
    deliveries * size <= MAX_BYTES_PER_SECOND
  );
}

/** Cores of the smallest machine that the number of trials side by side is meant for; more cores make them disturb each other less. */
const CORES = 2;
/** Share of a core that a trial takes which may run beside others: its server, its load, its relay and their start. */
const CORE_SHARE = 1 / 6;
/** Largest share of the cores that neighbours may take together. */
const MAX_LOAD = 1 / 2;
/** Mean time for which a neighbour keeps a core once another process is ready to run. */
const TURN_SECONDS = 0.001;
/** Times that a message waits for a core on its way: in the sender, the relay, the server and the receiver. */
const WAKE_UPS = 4;
/** Largest error that neighbours may add, relative to the time that is measured: the band in which times count as equivalent. */
const MAX_ADDED_SHARE = 0.05;
/** Shortest round trip beside which the wait for a core hardly counts. */
const MIN_RTT_SECONDS = 0.04;
/** Time that figures of a recovery are of the order of: the first wait of a client that comes back is drawn from 0 to this. */
const RECOVERY_SECONDS = 1;

/** Shortest time that the figures of a case are made of: a round trip, or the time to come back; 0 on the link as it is. */
function shortestSeconds(planned: PlannedCase): number {
  if (hasFault(planned)) return RECOVERY_SECONDS;
  const rtt = rttSecondsOf(planned);
  return rtt >= MIN_RTT_SECONDS ? rtt : 0;
}

/**
 * Largest number of trials beside which a time is measured with an error that counts as none: a message waits on its way for
 * neighbours with the mean time of a queue, which grows with their load of the cores.
 */
export function harmlessBeside(seconds: number): number {
  // A message waits a/(1 − a) turns each time, where a is the load.
  const turns = (MAX_ADDED_SHARE * seconds) / (WAKE_UPS * TURN_SECONDS);
  const load = Math.min(MAX_LOAD, turns / (1 + turns));
  return 1 + Math.floor((load * CORES) / CORE_SHARE + 1e-9);
}

/** Number of trials that run at the same time if none is asked for: as many as each of the cases allows that may. */
const usualBeside = (cases: readonly PlannedCase[]): number =>
  Math.min(...cases.filter(mayRunBeside).map((planned) => harmlessBeside(shortestSeconds(planned))));

/** Largest share of its window for which a trial may wait for neighbours: as much as delays each of its messages by no more than counts. */
export const maxBesideWaitShare = (planned: PlannedCase): number =>
  mayRunBeside(planned)
    ? Math.min(MAX_LOAD, Math.max(MAX_WAIT_SHARE, MAX_ADDED_SHARE * shortestSeconds(planned) * planned.rate))
    : MAX_WAIT_SHARE;

/** Largest number of trials of a plan that run at the same time. @param beside the number asked for; null for the usual one */
export function besideIn(cases: readonly PlannedCase[], beside: number | null): number {
  const { length } = cases.filter(mayRunBeside);
  return Math.max(1, Math.min(beside ?? usualBeside(cases), length));
}

/**
 * Order of a shuffled block whose trials may run side by side: those that must run alone are together, before or after the others as
 * the first case of the block is, or hardly two of the others would be neighbours. Among themselves both keep their order.
 */
export function arranged(block: readonly PlannedCase[], beside: number | null): readonly PlannedCase[] {
  if (besideIn(block, beside) === 1) return block;
  const [first] = block;
  const isFirst = (planned: PlannedCase): boolean => mayRunBeside(planned) === mayRunBeside(first!);
  return [...block.filter(isFirst), ...block.filter((planned) => !isFirst(planned))];
}

/** Time of a block: the trials that run alone one after another, and the others in groups of up to `beside`, which begin together. */
export function blockSeconds(
  cases: readonly PlannedCase[],
  beside: number | null,
  secondsOf: (planned: PlannedCase) => number,
): number {
  const sum = (some: readonly PlannedCase[]): number => some.reduce((total, one) => total + secondsOf(one), 0);
  const together = cases.filter(mayRunBeside);
  const alone = sum(cases.filter((planned) => !mayRunBeside(planned)));
  const atOnce = besideIn(cases, beside);
  const groups = Array.from({ length: Math.ceil(together.length / atOnce) }, (_, group) =>
    together.slice(group * atOnce, (group + 1) * atOnce),
  );
  return groups.reduce((total, group) => total + Math.max(...group.map(secondsOf)), alone);
}
