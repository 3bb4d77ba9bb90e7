import { textOf } from '../limits.ts';
import { commandOf, descendantsOf } from '../process-tree.ts';

/** Process of a browser. */
export interface BrowserProcess {
  readonly pid: number;
  /** Part of the browser: `browser`, `renderer`, `network`, `gpu`, `utility` or `zygote`. */
  readonly role: string;
}

/** Use of a process since its start. */
export interface BrowserUsage extends BrowserProcess {
  readonly cpuSeconds: number;
  /** Proportional share of the memory (PSS), in bytes: pages that several processes map are divided among them. */
  readonly memoryBytes: number;
}

/** Part of a browser that a process is, by its command line. */
export function roleOf(commandLine: string): string {
  const [, type = 'browser'] = /--type=([\w-]+)/.exec(commandLine) ?? [];
  if (type === 'utility' && commandLine.includes('--utility-sub-type=network')) return 'network';
  return type === 'gpu-process' ? 'gpu' : type;
}

/** Processes of a browser, besides the guard that has started it. */
export function processesOf(guard: number): BrowserProcess[] {
  return descendantsOf(guard).flatMap(({ pid, isZombie }) => (isZombie ? [] : [{ pid, role: roleOf(commandOf(pid)) }]));
}

/** Reads what the processes of a browser have used, besides the guard that has started it. Those that have ended are left out. */
export function usageOf(guard: number): BrowserUsage[] {
  return descendantsOf(guard).map(({ pid, cpuSeconds, childrenCpuSeconds }) => ({
    pid,
    role: roleOf(commandOf(pid)),
    // The children are counted by themselves.
    cpuSeconds: cpuSeconds - childrenCpuSeconds,
    memoryBytes: proportionalBytes(pid),
  }));
}

/** Proportional share of a process's memory; 0 if it has ended. */
function proportionalBytes(pid: number): number {
  return Number(/^Pss:\s*(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0) * 1024;
}
