import { receiversOf } from '../../results/values.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import type { Link } from '../link.ts';
import { type CaseProcesses, connectionsOf } from './processes.ts';

/** Limits of the system as a whole. Each is absent or null if the system does not say or has no such limit. */
export interface SystemLimits {
  /** Files that all processes together may still open: `fs.file-max` less those that are open. */
  readonly filesLeft?: number | null;
  /** Connections that may wait to be accepted: `net.core.somaxconn`. */
  readonly backlog?: number | null;
  /** Connections that the firewall can still track: `net.netfilter.nf_conntrack_max` less those that it tracks. */
  readonly trackedLeft?: number | null;
  /** Memory that the run may use. */
  readonly memoryBytes?: number | null;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
/** Memory of a session of a transport that does not say: a little more than the largest that was measured. */
const UNKNOWN_SESSION_KIB = 96;
/** Memory of TLS on a connection, at both ends. */
const TLS_KIB = 100;
/** Memory of a process without sessions. */
const PROCESS_BYTES = 110 * MIB;
/**
 * Bytes of a pair of sender and receiver where a message goes to every session: ledgers of two phases, and what the later one awaits of
 * the earlier.
 */
const PAIR_BYTES = 12;
/** Connections that a load worker has in progress while sessions open: more than any kind opens at a time. */
const IN_PROGRESS = 32;

/** Limits of the system that the largest case exceeds, with a remedy for each. Pure. */
export function systemProblems(
  all: readonly CaseProcesses[],
  link: Partial<Pick<Link, 'kind'>>,
  { filesLeft = null, backlog = null, trackedLeft = null, memoryBytes = null }: SystemLimits,
): string[] {
  // A server that runs elsewhere or is the user's own uses what cannot be foreseen.
  const ours = all.filter(({ planned }) => planned.target === null);
  const largest = worst(ours, ({ planned }) => connectionsOf(planned));
  if (largest === undefined) return [];
  const connections = connectionsOf(largest.planned);
  const what = sessionsOf(largest);
  const problems: string[] = [];
  // Each connection has a socket at either end.
  if (filesLeft !== null && 2 * connections > filesLeft) {
    problems.push(
      `${what} need ${2 * connections} open files in all, but this system has only ${filesLeft} left; raise fs.file-max or use fewer --clients`,
    );
  }
  // A namespace of our own has no firewall, so nothing is tracked there.
  if (link.kind === 'loopback' && trackedLeft !== null && connections > trackedLeft) {
    problems.push(
      `the firewall can track only ${trackedLeft} more connections, and ${what} need ${connections}; raise net.netfilter.nf_conntrack_max, use --link veth, where nothing is tracked, or use fewer --clients`,
    );
  }
  const widest = worst(
    ours.filter(({ servers }) => servers > 1),
    ({ workers }) => workers,
  );
  if (widest !== undefined && backlog !== null && widest.workers * IN_PROGRESS > backlog) {
    problems.push(
      `${widest.workers} load workers open up to ${widest.workers * IN_PROGRESS} connections at a time, but only ${backlog} may wait to be accepted; raise net.core.somaxconn or use fewer --workers`,
    );
  }
  const heaviest = worst(ours, memoryOf)!;
  const bytes = memoryOf(heaviest);
  if (memoryBytes !== null && bytes > memoryBytes) {
    const pairs = ledgerBytes(heaviest.planned);
    const ofPairs =
      pairs > bytes / 2 ? `, most of it to check which messages each session got from each (sessions × sessions)` : '';
    problems.push(
      `${sessionsOf(heaviest)} need about ${gibibytes(bytes)} of memory${ofPairs}, but only ${gibibytes(memoryBytes)} are free; use fewer --clients`,
    );
  }
  return problems;
}

/** Approximate memory of a trial: sessions at both ends and in the kernel, processes, and ledgers. */
export function memoryOf({ planned, servers, workers }: CaseProcesses): number {
  const { entry, tls } = planned;
  const sessionKib = (entry.sessionKib ?? UNKNOWN_SESSION_KIB) + (tls ? TLS_KIB : 0);
  return planned.clients * sessionKib * KIB + (servers + workers) * PROCESS_BYTES + ledgerBytes(planned);
}

/** Memory of the ledgers of all workers, which have a number for each pair of a sender and a session that its messages reach. */
function ledgerBytes({ clients, scenario }: PlannedCase): number {
  return scenario.reaches === 'sender' ? 0 : PAIR_BYTES * clients * receiversOf(scenario.reaches, clients);
}

const sessionsOf = ({ planned: { clients, name } }: CaseProcesses): string => `${clients} sessions of ${name}`;

const gibibytes = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

function worst<One>(all: readonly One[], of: (one: One) => number): One | undefined {
  return all.reduce<One | undefined>((most, one) => (most === undefined || of(one) > of(most) ? one : most), undefined);
}
