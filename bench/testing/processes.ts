import { readlinkSync } from 'node:fs';
import { commandOf, parentOf, processIds } from '../run/process-tree.ts';

/** Running process; read from /proc, so on Linux only. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** Processes that a process has started. */
export function allChildrenOf(parent: number | undefined): RunningProcess[] {
  return processIds()
    .filter((pid) => parentOf(pid) === parent)
    .map((pid) => ({ pid, command: commandOf(pid) }));
}

/** Servers, load workers and publishers that a process has started. */
export const childrenOf = (parent: number | undefined): RunningProcess[] =>
  allChildrenOf(parent).filter(({ command }) => isOurs(command));

/** True if a server, load worker or publisher still runs. */
export const isRunning = ({ pid }: RunningProcess): boolean => isOurs(commandOf(pid));

/** Processes whose command line contains a text. */
export const processesWith = (mark: string): number[] => processIds().filter((pid) => commandOf(pid).includes(mark));

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

const isOurs = (command: string): boolean =>
  /servers\/main\.ts|load\/worker\.ts|load\/publisher\/process\.ts/.test(command);
