import { readFileSync } from 'node:fs';
import type { Way } from '../load/protocol.ts';
import { command } from '../results/command.ts';
import { ranElsewhere } from '../results/values.ts';
import { viaIn } from '../results/via.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { networkOf } from '../scenarios/shared/network.ts';
import type { Link } from './link.ts';
import { FILES_PER_CONNECTION } from './scale/proxies/order.ts';

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

/** Text of a file of the system, without blanks around it; null if it cannot be read, as when its process has ended. */
export function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Open files of a process besides its sessions' sockets, rounded up generously. */
export const OTHER_FILES = 100;
/** Fraction of an address's ports assumed to be free: the rest may be in use or in TIME_WAIT. */
export const USABLE_PORTS = 0.8;

/** Problem of a process that may not open enough files for its connections; empty if it may. */
export function tooFewFiles(
  what: string,
  connections: number,
  { files, flag, where = 'the server' }: { files: number | null; flag: string; where?: string },
): string[] {
  const needed = connections + OTHER_FILES;
  if (files === null || needed <= files) return [];
  return [
    `${what} need ${needed} open files in ${where}, but this system allows a process only ${files}; raise the hard limit (${command('ulimit -Hn')}, as root, or the container’s nofile) or use fewer ${flag}`,
  ];
}

export interface Limits {
  /** Hard limit of a process's open files; null if the system does not say. */
  readonly files: number | null;
  /** Ports of each source address; null if the system does not say. */
  readonly ports: number | null;
}

/** Limits that are too small, with a remedy for each; or the load workers and ways with which the plan fits. */
export type Fit =
  | { readonly problems: readonly string[] }
  | { readonly problems: readonly []; readonly workers: number; readonly ways: readonly Way[] };

/**
 * Fits the sessions of a plan to this machine. One process, our server, needs enough file descriptors for all of them. For a foreign
 * server there are more load workers if one has too few descriptors, unless the user gave their number. If one address has too few
 * ports, the connections come from several addresses. Pure.
 */
export function fitToMachine(
  cases: readonly PlannedCase[],
  { workers, asked }: { workers: number; asked: boolean },
  link: Pick<Link, 'ways'>,
  { files, ports }: Limits,
): Fit {
  const largest = cases.reduce((a, b) => (connectionsOf(b) > connectionsOf(a) ? b : a));
  const needed = connectionsOf(largest);
  const what = `${largest.clients} sessions of ${largest.name}`;
  const problems: string[] = [];
  // A server that the run starts gets the limits of this process; those of a foreign one are unknown.
  if (!ranElsewhere(largest)) problems.push(...tooFewFiles(what, needed, { files, flag: '--clients' }));
  const behind = cases.filter(({ dimensions }) => viaIn(dimensions) !== undefined);
  if (behind.length > 0 && problems.length === 0) {
    const most = behind.reduce((a, b) => (connectionsOf(b) > connectionsOf(a) ? b : a));
    const filesOfProxy = FILES_PER_CONNECTION * connectionsOf(most);
    problems.push(
      ...tooFewFiles(`${most.clients} sessions of ${most.name}`, filesOfProxy, {
        files,
        flag: '--clients',
        where: 'the proxy',
      }),
    );
  }
  const atOnce = files === null ? needed : Math.max(1, files - OTHER_FILES);
  const minWorkers = !ranElsewhere(largest) ? 1 : Math.ceil(needed / atOnce);
  if (asked && minWorkers > workers) {
    problems.push(
      `${what} need ${minWorkers} load workers, because each may have only ${files} open files; use --workers ${minWorkers}`,
    );
  }
  // Over a network each session has an address of its own.
  const sharing = cases.filter((planned) => networkOf(planned) === null);
  const busiest = (sharing.length > 0 ? sharing : cases).reduce((a, b) => (portsOf(b) > portsOf(a) ? b : a));
  const neededPorts = sharing.length > 0 ? portsOf(busiest) : 0;
  const usable = ports === null ? neededPorts : Math.floor(ports * USABLE_PORTS);
  const addresses = Math.ceil(neededPorts / Math.max(1, usable));
  const ways = waysTo(busiest, link);
  const available = Math.max(1, ways.length);
  if (addresses > available) {
    problems.push(
      `${busiest.clients} sessions of ${busiest.name} need ${neededPorts} ports, but ${available} address(es) have only ${usable * available}; raise net.ipv4.ip_local_port_range or use fewer --clients`,
    );
  }
  if (problems.length > 0) return { problems };
  return {
    problems: [],
    workers: Math.max(workers, minWorkers),
    ways: addresses > 1 ? ways : [],
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

const connectionsOf = (planned: PlannedCase): number => planned.scenario.kind.resources(planned).connections;
