import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Server or load worker that is running, read from /proc, so on Linux only. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** Servers and load workers that a process has started. */
export function childrenOf(parent: number | undefined): RunningProcess[] {
  return processIds()
    .filter((pid) => parentOf(pid) === parent)
    .map((name) => ({ pid: Number(name), command: commandOf(name) }))
    .filter(({ command }) => isOurs(command));
}

export function isRunning({ pid }: RunningProcess): boolean {
  return isOurs(commandOf(String(pid)));
}

/** All network namespaces that have a process. */
export function networkNamespaces(): string[] {
  const found = processIds().flatMap((pid) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/net`)];
    } catch {
      return [];
    }
  });
  return [...new Set(found)].toSorted();
}

const processIds = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

function isOurs(command: string): boolean {
  return /servers\/main\.ts|load\/worker\.ts/.test(command);
}

function parentOf(pid: string): number | undefined {
  return Number(/^PPid:\s*(\d+)$/m.exec(readOrNothing(`/proc/${pid}/status`))?.[1]);
}

function commandOf(pid: string): string {
  return readOrNothing(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

/** Text of a file; empty if it cannot be read, as when its process has ended. */
export function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
