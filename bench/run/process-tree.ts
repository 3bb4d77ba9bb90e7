import { readdirSync } from 'node:fs';
import { textOf } from './limits.ts';

/** A running process and what it has used since its start. */
export interface TreeProcess {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of the process, and of its ended children that it has waited for. */
  readonly cpuSeconds: number;
  /** User and system time of its ended children alone. */
  readonly childrenCpuSeconds: number;
  /** True if it has ended, and its parent has not waited for it yet. */
  readonly isZombie: boolean;
}

/** Clock ticks of /proc in a second; Linux shows the same to programs on every architecture. */
export const TICKS_PER_SECOND = 100;

/** Line of `/proc/<pid>/stat`. Times include threads that have ended. */
export interface ProcessStat {
  /** Name of the program, cut by the kernel to 15 characters. */
  readonly name: string;
  readonly state: string;
  readonly parent: number;
  /** User and system time, in ticks. */
  readonly ticks: number;
  /** User and system time of ended children that it has waited for, in ticks. */
  readonly childrenTicks: number;
  /** Time of its start, in ticks: tells it from a later process of the same id. */
  readonly started: number;
  /** Core that its main thread ran on last. */
  readonly core: number;
}

/** Parses a line of `/proc/<pid>/stat`; undefined if it is none. */
export function parseStat(line: string): ProcessStat | undefined {
  // The name, in brackets, may contain anything, brackets too.
  const end = line.lastIndexOf(')');
  const [state = '', ...rest] = line.slice(end + 2).split(' ');
  const numbers = rest.map(Number);
  // Field n of proc(5) is number n - 4 here.
  const at = (field: number): number => numbers[field - 4] ?? 0;
  if (end < 0 || rest.length === 0) return undefined;
  return {
    name: line.slice(line.indexOf('(') + 1, end),
    state,
    parent: at(4),
    ticks: at(14) + at(15),
    childrenTicks: at(16) + at(17),
    started: at(22),
    core: at(39),
  };
}

/**
 * Descendants of a process, without itself; read from /proc, so on Linux only.
 *
 * @param marker entry of the environment by which processes that left the tree are found too
 */
export function descendantsOf(root: number, marker?: string): TreeProcess[] {
  const all = new Map(
    processIds()
      .flatMap((pid) => readProcess(pid) ?? [])
      .map((one) => [one.pid, one]),
  );
  return [...treeOf(root, all, marker)].map((pid) => all.get(pid)!);
}

/** Ids of a process's descendants among `all`, without its own. @param marker entry of the environment of further ones */
export function treeOf(
  root: number,
  all: ReadonlyMap<number, { readonly parent: number }>,
  marker?: string,
  proc = '/proc',
): Set<number> {
  const byParent = Map.groupBy(all.keys(), (pid) => all.get(pid)!.parent);
  const found = new Set<number>();
  const add = (pid: number): void => {
    if (pid === root || found.has(pid)) return;
    found.add(pid);
    for (const child of byParent.get(pid) ?? []) add(child);
  };
  for (const child of byParent.get(root) ?? []) add(child);
  if (marker !== undefined) for (const pid of all.keys()) if (!found.has(pid) && isMarked(pid, marker, proc)) add(pid);
  return found;
}

/** Reads one process; undefined if it has ended. */
export function readProcess(pid: number): TreeProcess | undefined {
  const stat = parseStat(textOf(`/proc/${pid}/stat`) ?? '');
  if (stat === undefined) return undefined;
  const childrenCpuSeconds = stat.childrenTicks / TICKS_PER_SECOND;
  // The ticks include threads that have ended; the scheduler's nanoseconds are finer.
  const own = Math.max(stat.ticks / TICKS_PER_SECOND, scheduledSeconds(pid));
  return {
    pid,
    parent: stat.parent,
    cpuSeconds: own + childrenCpuSeconds,
    childrenCpuSeconds,
    isZombie: stat.state === 'Z',
  };
}

/** Process that started a process or has taken it over; undefined if the process has ended. */
export const parentOf = (pid: number): number | undefined => parseStat(textOf(`/proc/${pid}/stat`) ?? '')?.parent;

/** Command line of a process, its arguments separated by blanks; empty if it has ended. */
export const commandOf = (pid: number): string => (textOf(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');

/** Resident bytes of a process; 0 if it has ended. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1] ?? 0) * 1024;
}

/** CPU time of all live threads of a process, as the scheduler counts it; 0 if the kernel does not tell. */
function scheduledSeconds(pid: number): number {
  const threads = namesIn(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(textOf(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0] ?? 0),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9;
}

const isMarked = (pid: number, marker: string, proc: string): boolean =>
  textOf(`${proc}/${pid}/environ`)?.split('\0').includes(marker) === true;

/** All processes of the machine. */
export const processIds = (proc = '/proc'): number[] => namesIn(proc).map(Number).filter(Number.isInteger);

/** Names in a folder; none if it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Address and port that a socket is bound to. */
export interface Bound {
  readonly address: string;
  readonly port: number;
}

/** Listening TCP sockets, or UDP sockets, of the network that a process is in. */
export function listenersOf(pid: number, { datagrams }: { readonly datagrams: boolean }): Bound[] {
  const { protocol, state } = datagrams ? UDP : TCP;
  return ['', '6'].flatMap((family) => parseSockets(textOf(`/proc/${pid}/net/${protocol}${family}`) ?? '', state));
}

/** Tables of sockets, and the states in which they take what comes: listening, and not connected to one peer. */
const TCP = { protocol: 'tcp', state: '0A' } as const;
const UDP = { protocol: 'udp', state: '07' } as const;

/** Reads a table such as /proc/net/tcp6: local addresses of the sockets in a state. */
export function parseSockets(table: string, state: string): Bound[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , is] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    return is === state ? [{ address: addressOf(address), port: Number.parseInt(port, 16) }] : [];
  });
}

/** Converts an address from the kernel's form: words of 32 bits in the machine's byte order. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.every((byte) => byte === 0)) return '::';
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return bytes.slice(12).join('.');
  return Array.from({ length: 8 }, (_, at) => ((bytes[2 * at]! << 8) | bytes[2 * at + 1]!).toString(16)).join(':');
}
