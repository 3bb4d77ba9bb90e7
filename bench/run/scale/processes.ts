import { command } from '../../results/command.ts';
import { ranElsewhere } from '../../results/values.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { isInBrowser } from '../../scenarios/shared/clients-in.ts';
import { nodesOf } from '../../scenarios/shared/nodes.ts';
import { MAX_PROCESSES, whyOnlyOne } from '../../scenarios/shared/server-processes.ts';

/** Numbers of processes of a trial. */
export interface Processes {
  /** Server processes, which share one port if there are several. */
  readonly servers: number;
  readonly workers: number;
}

/** A case with its processes. */
export interface CaseProcesses extends Processes {
  readonly planned: PlannedCase;
}

/** Numbers of processes that a plan begins with. */
export interface UsualProcesses {
  /** Load workers of a case that needs no more of them. */
  readonly workers: number;
  /** True if that number was asked for, so that no case has more. */
  readonly asked: boolean;
  /** Number of server processes that was asked for. Absent or null: as many as a case needs. */
  readonly servers?: number | null;
}

/** Open files of a process besides its sessions' sockets, rounded up generously. */
export const OTHER_FILES = 100;
/**
 * Number of standard deviations by which a server process may get more connections than its share. The system deals them by a hash, so
 * their numbers scatter like those of independent draws; of a million plans one has a process beyond five.
 */
const DEVIATIONS = 5;

/** Problem of a process that may not open enough files for its connections; empty if it may. */
export function tooFewFiles(
  what: string,
  connections: number,
  {
    files,
    flag,
    where = 'the server',
    because = '',
  }: { files: number | null; flag: string; where?: string; because?: string },
): string[] {
  const needed = connections + OTHER_FILES;
  if (files === null || needed <= files) return [];
  return [
    `${what} need ${needed} open files in ${where}, but this system allows a process only ${files}${because}; raise the hard limit (${command('ulimit -Hn')}, as root, or the container’s nofile) or use fewer ${flag}`,
  ];
}

/** Number of concurrent connections of a case. */
export const connectionsOf = (planned: PlannedCase): number => planned.scenario.kind.resources(planned).connections;

/** Number of connections that the busiest of several server processes at one port may get. */
export function busiestShare(connections: number, servers: number): number {
  const share = connections / servers;
  return servers === 1 ? connections : Math.min(connections, Math.ceil(share + DEVIATIONS * Math.sqrt(share)));
}

/** Smallest number of server processes of which each may open enough files; Infinity if there is none. */
function minServers(connections: number, files: number): number {
  for (let servers = 1; servers <= MAX_PROCESSES; servers++)
    if (busiestShare(connections, servers) + OTHER_FILES <= files) return servers;
  return Number.POSITIVE_INFINITY;
}

/** Processes of every case, or what stands in the way, with a remedy for each. Pure. */
export function planProcesses(
  cases: readonly PlannedCase[],
  usual: UsualProcesses,
  { files }: { readonly files: number | null },
): { readonly all: readonly CaseProcesses[] } | { readonly problems: readonly string[] } {
  const reasons = new Set(cases.map(whyOnlyOne));
  if ((usual.servers ?? 1) > 1 && !reasons.has(undefined)) {
    return { problems: [`--servers ${usual.servers} has no meaning here: ${[...reasons].join('; ')}; leave it out`] };
  }
  const planned = cases.map((one) => processesOf(one, usual, files));
  const failing = planned.filter((one) => 'problem' in one);
  if (failing.length === 0) return { all: planned.filter((one) => 'servers' in one) };
  // One problem of each kind, of the case that needs most.
  const worst = [...Map.groupBy(failing, ({ kind }) => kind).values()].map((those) =>
    those.reduce((a, b) => (b.connections > a.connections ? b : a)),
  );
  return { problems: worst.map(({ problem }) => problem) };
}

/** A case that does not fit. */
interface Failing {
  readonly problem: string;
  readonly kind: 'only one server' | 'servers' | 'workers';
  readonly connections: number;
}

function processesOf(
  planned: PlannedCase,
  { workers: usualWorkers, asked, servers: askedServers = null }: UsualProcesses,
  files: number | null,
): CaseProcesses | Failing {
  const connections = connectionsOf(planned);
  // Sessions are dealt over the nodes in turn.
  const ofNode = Math.ceil(connections / nodesOf(planned));
  const what = `${planned.clients} sessions of ${planned.name}`;
  const one = whyOnlyOne(planned);
  const failing = (kind: Failing['kind'], problem: string): Failing => ({ problem, kind, connections });
  // A server that the run starts gets the limits of this process; those of a foreign one are unknown.
  const needed = files === null || ranElsewhere(planned) ? 1 : minServers(ofNode, files);
  if (needed > 1 && (one !== undefined || needed > MAX_PROCESSES)) {
    const because = one === undefined ? '' : `, and there can be only one server process: ${one}`;
    return failing('only one server', tooFewFiles(what, ofNode, { files, flag: '--clients', because })[0]!);
  }
  const servers = one === undefined ? (askedServers ?? needed) : 1;
  if (servers < needed) {
    return failing(
      'servers',
      `${what} need ${needed} server processes, because each may have only ${files} open files; use --servers ${needed}, or leave --servers out`,
    );
  }
  const minWorkers =
    files === null || isInBrowser(planned) ? 1 : Math.ceil(connections / Math.max(1, files - OTHER_FILES));
  if (asked && minWorkers > usualWorkers) {
    return failing(
      'workers',
      `${what} need ${minWorkers} load workers, because each may have only ${files} open files; use --workers ${minWorkers}`,
    );
  }
  return { planned, servers, workers: Math.max(usualWorkers, minWorkers) };
}
