import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A server or load worker that is running: what tests interfere with, and what nothing may leave behind. Linux only. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** The servers and load workers that a process has started, read from /proc. */
export function childrenOf(parent: number | undefined): RunningProcess[] {
  return processIds()
    .filter((pid) => parentOf(pid) === parent)
    .map((name) => ({ pid: Number(name), command: commandOf(name) }))
    .filter(({ command }) => isOurs(command));
}

export function isRunning({ pid }: RunningProcess): boolean {
  return isOurs(commandOf(String(pid)));
}

/** Every network namespace that a process is in. */
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

/** A process may end while it is looked at. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
