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

/** Clock ticks of `/proc/<pid>/stat` in a second; Linux shows the same to programs on every architecture. */
const TICKS_PER_SECOND = 100;

/**
 * Descendants of a process, without itself; read from /proc, so on Linux only.
 *
 * @param marker entry of the environment by which processes that left the tree are found too
 */
export function descendantsOf(root: number, marker?: string): TreeProcess[] {
  const all = processIds().flatMap((pid) => readProcess(pid) ?? []);
  const byParent = Map.groupBy(all, ({ parent }) => parent);
  const found = new Map<number, TreeProcess>();
  const add = (one: TreeProcess): void => {
    if (one.pid === root || found.has(one.pid)) return;
    found.set(one.pid, one);
    for (const child of byParent.get(one.pid) ?? []) add(child);
  };
  for (const child of byParent.get(root) ?? []) add(child);
  if (marker !== undefined) for (const one of all) if (!found.has(one.pid) && isMarked(one, marker)) add(one);
  return [...found.values()];
}

/** Reads one process; undefined if it has ended. */
export function readProcess(pid: number): TreeProcess | undefined {
  const stat = textOf(`/proc/${pid}/stat`) ?? '';
  // The name, in brackets, may contain anything, brackets too.
  const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (parent === undefined) return undefined;
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = rest.slice(9, 13).map(Number);
  const childrenCpuSeconds = (childrenUser + childrenSystem) / TICKS_PER_SECOND;
  // The ticks include threads that have ended; the scheduler's nanoseconds are finer.
  const own = Math.max((user + system) / TICKS_PER_SECOND, scheduledSeconds(pid));
  return {
    pid,
    parent: Number(parent),
    cpuSeconds: own + childrenCpuSeconds,
    childrenCpuSeconds,
    isZombie: state === 'Z',
  };
}

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

const isMarked = ({ pid }: TreeProcess, marker: string): boolean =>
  textOf(`/proc/${pid}/environ`)?.split('\0').includes(marker) === true;

const processIds = (): number[] => namesIn('/proc').map(Number).filter(Number.isInteger);

function namesIn(folder: string): string[] {
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
