import { readFileSync } from 'node:fs';
import type { Way } from '../load/protocol.ts';
import { viaIn } from '../results/via.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { networkOf } from '../scenarios/shared/network.ts';
import type { Link } from './link.ts';
import type { Roots } from './machine/roots.ts';
import { connectionsOf, type Processes, planProcesses, tooFewFiles, type UsualProcesses } from './scale/processes.ts';
import { FILES_PER_CONNECTION } from './scale/proxies/order.ts';
import { type SystemLimits, systemProblems } from './scale/system.ts';

/** Limits of open files, which include sockets, of a process. Node raises its own soft limit to the hard one when it starts. */
export function openFiles(): { readonly soft: number; readonly hard: number } | null {
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(textOf('/proc/self/limits') ?? '') ?? [];
  const limit = (text: string | undefined): number => (text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text));
  return soft === undefined ? null : { soft: limit(soft), hard: limit(hard) };
}

/** Number of ports that the system has for outgoing connections from one address. A private link has its own range. */
export function ephemeralPorts(link?: Pick<Link, 'ports'>): number | null {
  if (link?.ports) return link.ports[1] - link.ports[0] + 1;
  const [first, last] = textOf('/proc/sys/net/ipv4/ip_local_port_range')?.split(/\s+/).map(Number) ?? [];
  return first === undefined || last === undefined ? null : last - first + 1;
}

/** Reads the limits of the system, of its control groups and of the link. */
export function readLimits(
  link: Pick<Link, 'ports'>,
  groups: { readonly memoryBytes: number | null },
  { proc }: Pick<Roots, 'proc'>,
): Limits {
  const read = (path: string): number[] => textOf(`${proc}/${path}`)?.split(/\s+/).map(Number) ?? [];
  const less = (max: number | undefined, used: number | undefined): number | null =>
    max === undefined || used === undefined ? null : Math.max(0, max - used);
  const [open, , maxOpen] = read('sys/fs/file-nr');
  const [tracked] = read('sys/net/netfilter/nf_conntrack_count');
  const [maxTracked] = read('sys/net/netfilter/nf_conntrack_max');
  const [backlog = null] = read('sys/net/core/somaxconn');
  const [, availableKib] = /^MemAvailable:\s+(\d+) kB$/m.exec(textOf(`${proc}/meminfo`) ?? '') ?? [];
  const memory = [
    ...(availableKib === undefined ? [] : [Number(availableKib) * 1024]),
    groups.memoryBytes ?? [],
  ].flat();
  return {
    files: openFiles()?.hard ?? null,
    ports: ephemeralPorts(link),
    filesLeft: less(maxOpen, open),
    backlog,
    // A table without entries belongs to no firewall.
    trackedLeft: tracked === 0 ? null : less(maxTracked, tracked),
    memoryBytes: memory.length === 0 ? null : Math.min(...memory),
  };
}

/** Text of a file of the system, without blanks around it; null if it cannot be read, as when its process has ended. */
export function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Fraction of an address's ports assumed to be free: the rest may be in use or in TIME_WAIT. */
export const USABLE_PORTS = 0.8;

export interface Limits extends SystemLimits {
  /** Hard limit of a process's open files; null if the system does not say. */
  readonly files: number | null;
  /** Ports of each source address; null if the system does not say. */
  readonly ports: number | null;
}

/** Limits that are too small, with a remedy for each; or the processes and ways with which the plan fits. */
export type Fit =
  | { readonly problems: readonly string[] }
  | {
      readonly problems: readonly [];
      /** Load workers of a case that needs no more than the usual number. */
      readonly workers: number;
      readonly ways: readonly Way[];
      /** Processes of the cases that have several servers or more than the usual load workers, by their ids. Absent: none has. */
      readonly processes?: ReadonlyMap<string, Processes>;
    };

/**
 * Fits the sessions of a plan to this machine. A process has only so many file descriptors, so a case with more sessions has more
 * processes: load workers, and servers that share a port if its transport can, unless the user gave their numbers. If one address has too
 * few ports, the connections come from several addresses. Pure.
 */
export function fitToMachine(
  cases: readonly PlannedCase[],
  usual: UsualProcesses,
  link: Pick<Link, 'ways'> & Partial<Pick<Link, 'kind'>>,
  limits: Limits,
): Fit {
  const fitted = planProcesses(cases, usual, limits);
  const problems = 'problems' in fitted ? [...fitted.problems] : systemProblems(fitted.all, link, limits);
  const behind = cases.filter(({ dimensions }) => viaIn(dimensions) !== undefined);
  if (behind.length > 0 && problems.length === 0) {
    const most = behind.reduce((a, b) => (connectionsOf(b) > connectionsOf(a) ? b : a));
    problems.push(
      ...tooFewFiles(`${most.clients} sessions of ${most.name}`, FILES_PER_CONNECTION * connectionsOf(most), {
        files: limits.files,
        flag: '--clients',
        where: 'the proxy',
      }),
    );
  }
  // Over a network each session has an address of its own.
  const sharing = cases.filter((planned) => networkOf(planned) === null);
  const busiest = (sharing.length > 0 ? sharing : cases).reduce((a, b) => (portsOf(b) > portsOf(a) ? b : a));
  const neededPorts = sharing.length > 0 ? portsOf(busiest) : 0;
  const { ports } = limits;
  const usable = ports === null ? neededPorts : Math.floor(ports * USABLE_PORTS);
  const addresses = Math.ceil(neededPorts / Math.max(1, usable));
  const ways = waysTo(busiest, link);
  const available = Math.max(1, ways.length);
  if (addresses > available) {
    problems.push(
      `${busiest.clients} sessions of ${busiest.name} need ${neededPorts} ports, but ${available} address(es) have only ${usable * available}; raise net.ipv4.ip_local_port_range or use fewer --clients`,
    );
  }
  if (problems.length > 0 || 'problems' in fitted) return { problems };
  const more = fitted.all.filter(({ servers, workers }) => servers > 1 || workers > usual.workers);
  return {
    problems: [],
    workers: usual.workers,
    ways: addresses > 1 ? ways : [],
    ...(more.length === 0
      ? {}
      : { processes: new Map(more.map(({ planned: { id }, servers, workers }) => [id, { servers, workers }])) }),
  };
}

/** Names and addresses of this machine on the loopback, over IPv4. */
const LOOPBACK = /^(?:127(?:\.\d+){3}|(?:.+\.)?localhost)$/i;

/**
 * Ways to the server of a case. To one on another machine, and over IPv6, there is only the way that the system chooses; one that the
 * run starts is on its link.
 */
function waysTo({ target, exec }: PlannedCase, { ways }: Pick<Link, 'ways'>): readonly Way[] {
  const [, host = ''] = /^[^:]+:\/\/(?:[^/?#]*@)?([^/:?#]+)/.exec(target ?? '') ?? [];
  return target === null || exec !== undefined || LOOPBACK.test(host) ? ways : [];
}

/** Number of source ports of a case. Sessions that share a socket need none of their own. */
const portsOf = (planned: PlannedCase): number => (planned.entry.sharesSocket ? 1 : connectionsOf(planned));
