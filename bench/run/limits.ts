import { readFileSync } from 'node:fs';
import type { PlannedCase } from '../scenarios/shape.ts';
import { LINK_PORTS, type Link } from './link.ts';

/** Files, and so sockets, that one process may have open. Node raises its own limit to the hard one when it starts. */
export function openFiles(): { readonly soft: number; readonly hard: number } | null {
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(textOf('/proc/self/limits') ?? '') ?? [];
  const limit = (text: string | undefined): number => (text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text));
  return soft === undefined ? null : { soft: limit(soft), hard: limit(hard) };
}

/** Ports the system gives to outgoing connections from one address; a private link has its own range. */
export function ephemeralPorts(link?: Pick<Link, 'kind'>): number | null {
  if (link?.kind === 'veth') return LINK_PORTS[1] - LINK_PORTS[0] + 1;
  const [first, last] = textOf('/proc/sys/net/ipv4/ip_local_port_range')?.split(/\s+/).map(Number) ?? [];
  return first === undefined || last === undefined ? null : last - first + 1;
}

export function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Files a process has open besides its sessions' sockets, with something to spare. */
const OTHER_FILES = 100;
/** Of an address's ports, those that are counted on: others may be in use or not yet given back. */
const USABLE_PORTS = 0.8;

/** What is wrong where one process may not open as many files as it would need for so many connections. */
export function tooFewFiles(
  what: string,
  connections: number,
  { files, flag }: { files: number | null; flag: string },
): string[] {
  const needed = connections + OTHER_FILES;
  if (files === null || needed <= files) return [];
  return [
    `${what} need ${needed} open files in the server, this system allows a process ${files}; raise the hard limit (\`ulimit -Hn\`, as root, or the container’s nofile) or use fewer ${flag}`,
  ];
}

export interface Limits {
  /** Hard limit of open files a process; null where the system does not say. */
  readonly files: number | null;
  readonly ports: number | null;
}

/** Limits that are too small, with what to do; or the load workers and source addresses that make it fit. */
export type Fit =
  | { readonly problems: readonly string[] }
  | { readonly problems: readonly []; readonly workers: number; readonly sources: readonly string[] };

/**
 * Fits the sessions of a plan to this machine. Descriptors of a server of ours have to suffice for all of them; before
 * somebody else's there are more load processes where those of one do not, unless their number was asked for. Where an
 * address's ports do not suffice the connections come from several addresses. Pure.
 */
export function fitToMachine(
  cases: readonly PlannedCase[],
  { workers, asked }: { workers: number; asked: boolean },
  link: Pick<Link, 'sources'>,
  { files, ports }: Limits,
): Fit {
  const most = cases.reduce((a, b) => (connectionsOf(b) > connectionsOf(a) ? b : a));
  const needed = connectionsOf(most);
  const what = `${most.clients} sessions of ${most.name}`;
  const problems: string[] = [];
  // The server is one process; somebody else's is not ours to judge.
  if (most.target === null) problems.push(...tooFewFiles(what, needed, { files, flag: '--clients' }));
  const atOnce = files === null ? needed : Math.max(1, files - OTHER_FILES);
  const least = most.target === null ? 1 : Math.ceil(needed / atOnce);
  if (asked && least > workers) {
    problems.push(`${what} need ${least} load processes of ${files} open files each; use --workers ${least}`);
  }
  const usable = ports === null ? needed : Math.floor(ports * USABLE_PORTS);
  const addresses = Math.ceil(needed / usable);
  if (addresses > link.sources.length) {
    problems.push(
      `${what} need ${needed} ports, and ${link.sources.length} address(es) have ${usable * link.sources.length}; raise net.ipv4.ip_local_port_range or use fewer --clients`,
    );
  }
  if (problems.length > 0) return { problems };
  return {
    problems: [],
    workers: Math.max(workers, least),
    sources: addresses > 1 ? link.sources.slice(0, Math.min(link.sources.length, addresses + 1)) : [],
  };
}

const connectionsOf = (planned: PlannedCase): number => planned.scenario.kind.resources(planned).connections;
