import { spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { endianness } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { textOf } from '../limits.ts';
import { isOnPath, notInstalled } from '../machine/programs.ts';

/** States of a socket in /proc/net/tcp that send no packets of their own: closed, waiting for old packets, listening. */
const SILENT = ['06', '07', '0A'];
const STATE_COLUMN = 3;
const TABLES = ['tcp', 'tcp6'];

/** True if a TCP connection in the network namespace of a process may still send. */
export function hasConnections(pid: number, proc = '/proc'): boolean {
  const lines = TABLES.flatMap((table) => (textOf(`${proc}/${pid}/net/${table}`) ?? '').split('\n').slice(1));
  return lines.some((line) => {
    const state = line.trim().split(/\s+/)[STATE_COLUMN];
    return state !== undefined && !SILENT.includes(state);
  });
}

/** State of a socket in /proc/net/tcp that is connected. */
const ESTABLISHED = '01';
const LOCAL_COLUMN = 1;
const REMOTE_COLUMN = 2;
const INODE_COLUMN = 9;

/** Connection by its two addresses, as /proc/net/tcp writes them. */
export interface Connection {
  readonly local: string;
  readonly remote: string;
}

/** TCP connections that are established in the network namespace of a process, with the inodes of their sockets. */
function allEstablishedIn(pid: number, proc: string): (Connection & { readonly inode: string })[] {
  const lines = (textOf(`${proc}/${pid}/net/tcp`) ?? '').split('\n').slice(1);
  return lines.flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [local = '', remote = '', inode = ''] = [LOCAL_COLUMN, REMOTE_COLUMN, INODE_COLUMN].map((at) => columns[at]);
    return columns[STATE_COLUMN] === ESTABLISHED ? [{ local, remote, inode }] : [];
  });
}

/** TCP connections that are established in the network namespace of a process, without those to itself. */
export const establishedIn = (pid: number, proc = '/proc'): Connection[] =>
  allEstablishedIn(pid, proc).flatMap(({ local, remote }) =>
    addressOf(local) === addressOf(remote) ? [] : [{ local, remote }],
  );

/** Established TCP connections of a process itself; none if the system does not tell. */
export function connectionsOf(pid: number, proc = '/proc'): Connection[] {
  const own = new Set(socketsOf(pid, proc));
  return allEstablishedIn(pid, proc).flatMap(({ local, remote, inode }) => (own.has(inode) ? [{ local, remote }] : []));
}

/** Inodes of the sockets that a process has open. */
function socketsOf(pid: number, proc: string): string[] {
  try {
    return readdirSync(`${proc}/${pid}/fd`).flatMap((file) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOf(`${proc}/${pid}/fd/${file}`)) ?? [];
      return inode ?? [];
    });
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed meanwhile.
    return '';
  }
}

/** Those of some connections that are still established in the network namespace of a process. */
export function stillEstablished(pid: number, wanted: readonly Connection[], proc = '/proc'): Connection[] {
  const there = new Set(allEstablishedIn(pid, proc).map(keyOf));
  return wanted.filter((one) => there.has(keyOf(one)));
}

/** A connection as its other end has it. */
export const fromOtherEnd = ({ local, remote }: Connection): Connection => ({ local: remote, remote: local });

const addressOf = (end: string): string => end.slice(0, end.indexOf(':'));

/** Reads an end of a connection from /proc/net/tcp, which has the address as a number in the machine's order: `0100007F:1F90`. */
export function readEnd(end: string): { readonly address: string; readonly port: number } {
  const [address = '', port = ''] = end.split(':');
  const bytes = address.match(/../g) ?? [];
  const inOrder = endianness() === 'LE' ? bytes.toReversed() : bytes;
  return { address: inOrder.map((byte) => Number.parseInt(byte, 16)).join('.'), port: Number.parseInt(port, 16) };
}

/** An end of a link: how a program runs there, and a process in its namespace. */
export interface LinkEnd {
  readonly end: readonly string[];
  readonly pid: number;
}

/**
 * Resets the TCP connections between two ends: the first end closes them and sends resets. Those whose reset does not reach the second
 * end in time are closed there too. Resolves with the number of connections. Throws if the system cannot do it.
 */
export async function resetConnections(first: LinkEnd, second: LinkEnd): Promise<number> {
  const open = establishedIn(first.pid);
  if (open.length === 0) return 0;
  runIn(first.end, [...KILL, 'state', 'established', 'dst', '10.0.0.0/8']);
  if (stillEstablished(first.pid, open).length > 0)
    throw new Error(
      `connections cannot be reset: ${isOnPath(SS) ? 'the kernel does not end sockets on demand (CONFIG_INET_DIAG_DESTROY)' : notInstalled([SS])}`,
    );
  const seenFromSecond = open.map(fromOtherEnd);
  await untilQuiet(async () => stillEstablished(second.pid, seenFromSecond).length === 0);
  for (const { local, remote } of stillEstablished(second.pid, seenFromSecond)) {
    const [own, other] = [readEnd(local), readEnd(remote)];
    const only = [
      'src',
      own.address,
      'sport',
      '=',
      `:${own.port}`,
      'dst',
      other.address,
      'dport',
      '=',
      `:${other.port}`,
    ];
    runIn(second.end, [...KILL, 'state', 'established', ...only]);
  }
  return open.length;
}

const keyOf = ({ local, remote }: Connection): string => `${local} ${remote}`;

/** Longest wait for connections to end by themselves: the first retransmissions of a goodbye that got lost. */
const QUIET_SECONDS = 2;
const POLL_MS = 10;

/** Waits until a condition holds, but no longer than connections take to end. */
export async function untilQuiet(isQuiet: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + QUIET_SECONDS * 1e3;
  while (!(await isQuiet()) && performance.now() < endMs) await sleep(POLL_MS);
}

/** Program that shows and ends connections; it is not on a minimal system. */
const SS = 'ss';
/** Ends the TCP sockets that a filter names: the kernel sends a reset for those that are connected. */
const KILL = ['--kill', '--tcp', '--numeric'];

function runIn(end: readonly string[], args: readonly string[]): string {
  if (!isOnPath(SS)) return '';
  const [program, ...before] = end;
  return spawnSync(program!, [...before, SS, ...args], { encoding: 'utf8' }).stdout ?? '';
}

/** Ends the connections at an end of a link, such as those whose retransmissions have minutes to go. */
export function endConnections(end: readonly string[]): void {
  runIn(end, [...KILL, 'state', 'connected', 'exclude', 'time-wait']);
}

/** Congestion control of the connections at both ends of a link; undefined if there are none, or if the system does not tell. */
export function congestionControlOf(ends: readonly (readonly string[])[]): string | undefined {
  const found = ends.flatMap((end) =>
    namesIn(runIn(end, ['--tcp', '--info', '--numeric', '--no-header', 'state', 'established'])),
  );
  return found.length === 0 ? undefined : [...new Set(found)].toSorted().join(', ');
}

/** Names of congestion controls in what `ss -ti` prints: the first word of the line below each connection, or the one after `ts sack`. */
export function namesIn(printed: string): string[] {
  const details = printed.split('\n').filter((line) => /^\s/.test(line));
  return details.flatMap((line) => {
    const [name] = line
      .trim()
      .split(/\s+/)
      .filter((word) => !FLAGS.includes(word));
    return name === undefined ? [] : [name];
  });
}

/** Words that `ss -ti` may print before the name. */
const FLAGS = ['ts', 'sack', 'ecn', 'ecnseen', 'fastopen', 'mptcp'];
