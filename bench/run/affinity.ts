import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Core that each process is pinned to, in the notation of `taskset`. */
export interface CpuPinning {
  readonly server: string;
  readonly workers: readonly string[];
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

/**
 * Pins the server to the first core and the workers to the others in turn. Undefined with a single core or without `taskset`: then
 * the system chooses the cores, and the results say so.
 */
export function pinCores(
  workers: number,
  cores: readonly number[] | null = allowedCores() ?? null,
  canPin = hasTaskset(),
): CpuPinning | undefined {
  if (cores === null || cores.length < 2 || !canPin) return undefined;
  const [server, ...others] = cores;
  return {
    server: String(server),
    workers: Array.from({ length: workers }, (_, index) => String(others[index % others.length])),
  };
}

function hasTaskset(): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'taskset'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
