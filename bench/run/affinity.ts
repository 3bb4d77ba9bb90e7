import { readFileSync } from 'node:fs';
import { textOf } from './limits.ts';
import { isOnPath } from './machine/programs.ts';
import { ROOTS, type Roots } from './machine/roots.ts';

/** Core that each process is pinned to, in the notation of `taskset`. */
export interface CpuPinning {
  readonly server: string;
  /** Core of each server process, if there are several. Absent: there is one. */
  readonly servers?: readonly string[];
  readonly workers: readonly string[];
  /** Cores of several servers and, last, of the Redis that they share. Absent: no case has several. */
  readonly nodes?: readonly string[];
  /** Present if server and workers are on hardware threads of one core. */
  readonly siblings?: true;
}

/** Cores that this process may use; undefined if the system does not say. */
export function allowedCores(): number[] | undefined {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return list === undefined ? undefined : parseCores(list);
  } catch {
    return undefined;
  }
}

/** Parses a list of cores: `0-2,5` is 0, 1, 2, 5. */
export function parseCores(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** Cores among these that are each a core of their own: of hardware threads that share one, the first. */
export function ownCores(cores: readonly number[], { sys }: Pick<Roots, 'sys'> = ROOTS): number[] {
  const taken = new Set<string>();
  return cores.filter((core) => {
    const threads = textOf(`${sys}/devices/system/cpu/cpu${core}/topology/thread_siblings_list`) ?? String(core);
    return !taken.has(threads) && taken.add(threads);
  });
}

/** Number of cores of their own that this process may use; undefined if the system does not say. */
export function physicalCores(roots: Pick<Roots, 'sys'> = ROOTS): number | undefined {
  const cores = allowedCores();
  return cores === undefined ? undefined : ownCores(cores, roots).length;
}

/**
 * Pins the server to the first core and the workers to the others in turn; of a core's hardware threads only one is used. Several
 * server processes take up to half of the cores, in turn. Where all are of one core, they are used and called siblings. Undefined with
 * a single thread or without `taskset`: then the system chooses the cores, and the results say so.
 */
export function pinCores(
  workers: number,
  cores: readonly number[] | null = allowedCores() ?? null,
  canPin = isOnPath('taskset'),
  roots: Pick<Roots, 'sys'> = ROOTS,
  servers = 1,
): CpuPinning | undefined {
  if (cores === null || cores.length < 2 || !canPin) return undefined;
  const own = ownCores(cores, roots);
  const usable = own.length < 2 ? cores : own;
  const taken = Math.min(servers, Math.floor(usable.length / 2));
  const others = usable.slice(taken);
  return {
    server: String(usable[0]),
    ...(servers === 1 ? {} : { servers: Array.from({ length: servers }, (_, at) => String(usable[at % taken])) }),
    workers: Array.from({ length: workers }, (_, index) => String(others[index % others.length])),
    ...(own.length < 2 ? { siblings: true } : {}),
  };
}

/** Pins several servers, and the Redis that they share, to the cores that no worker has, in turn. */
export function pinNodes(
  pinning: CpuPinning,
  nodes: number,
  cores: readonly number[] | null = allowedCores() ?? null,
  roots: Pick<Roots, 'sys'> = ROOTS,
): CpuPinning {
  const own = ownCores(cores ?? [], roots).map(String);
  const free = [pinning.server, ...own.filter((core) => core !== pinning.server && !pinning.workers.includes(core))];
  return { ...pinning, nodes: Array.from({ length: nodes + 1 }, (_, index) => free[index % free.length]!) };
}
