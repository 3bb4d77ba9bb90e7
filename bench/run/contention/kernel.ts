import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { textOf } from '../limits.ts';
import { namesIn, type ProcessStat, parseStat, processIds, TICKS_PER_SECOND } from '../process-tree.ts';

/** Times of a core since the system started, in seconds, as /proc/stat has them. */
export interface CoreTimes {
  /** Idle, also while it waits for a disk. */
  readonly idle: number;
  /** Hard and soft interrupts. */
  readonly interrupts: number;
  /** Part of `interrupts`: hard ones. Zero where the kernel counts interrupts as time of the program that they interrupt. */
  readonly hardInterrupts: number;
  /** Given to other virtual machines by the hypervisor. */
  readonly stolen: number;
  readonly all: number;
}

/** Reads the times of every core; empty if the system does not tell. */
export function readCores(proc: string): Map<number, CoreTimes> {
  const lines = (textOf(`${proc}/stat`) ?? '').matchAll(/^cpu(\d+)\s+(.+)$/gm);
  return new Map(Array.from(lines, ([, core, times = '']) => [Number(core), timesOf(times)]));
}

/** Parses the fields: user nice system idle iowait irq softirq steal; the guests' time behind them is part of the first two. */
function timesOf(text: string): CoreTimes {
  const seconds = text.split(/\s+/).map((ticks) => Number(ticks) / TICKS_PER_SECOND);
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, stolen = 0] = seconds;
  return {
    idle: idle + iowait,
    interrupts: irq + softirq,
    hardInterrupts: irq,
    stolen,
    all: user + nice + system + idle + iowait + irq + softirq + stolen,
  };
}

/** Reads every process that can be seen, by its id. */
export const readProcesses = (proc: string): Map<number, ProcessStat> =>
  new Map(
    processIds(proc).flatMap((pid) => {
      const stat = parseStat(textOf(`${proc}/${pid}/stat`) ?? '');
      return stat === undefined ? [] : [[pid, stat] as const];
    }),
  );

/** Times of a thread since its start, in seconds. */
export interface ThreadTimes {
  readonly run: number;
  /** Ready to run, and waiting for a core. */
  readonly wait: number;
}

/** Reads the scheduler's times of a process's threads, by their ids; empty if it has ended or the kernel does not tell. */
export const readThreads = (pid: number, proc: string): Map<string, ThreadTimes> =>
  new Map(
    namesIn(`${proc}/${pid}/task`).flatMap((thread) => {
      const [run, wait] = textOf(`${proc}/${pid}/task/${thread}/schedstat`)?.split(' ') ?? [];
      return run === undefined || wait === undefined
        ? []
        : [[thread, { run: Number(run) / 1e9, wait: Number(wait) / 1e9 }] as const];
    }),
  );

/** Cores that a process may use, in the notation of `taskset`; undefined if it has ended. */
export const readAllowed = (pid: number, proc: string): string | undefined =>
  /^Cpus_allowed_list:\s*(\S+)$/m.exec(textOf(`${proc}/${pid}/status`) ?? '')?.[1];

/** Cores that the threads of a process ran on last. */
export const readLastCores = (pid: number, proc: string): number[] =>
  namesIn(`${proc}/${pid}/task`).flatMap(
    (thread) => parseStat(textOf(`${proc}/${pid}/task/${thread}/stat`) ?? '')?.core ?? [],
  );

/** First word of the name that the kernel keeps: some programs put their arguments into it. */
export const shortName = ({ name }: Pick<ProcessStat, 'name'>): string => name.split(' ')[0] || name;

/** Name of the program that a process runs: that of its file, or the one that the kernel keeps. Never its arguments. */
export function readName(pid: number, stat: Pick<ProcessStat, 'name'>, proc: string): string {
  try {
    return basename(readlinkSync(`${proc}/${pid}/exe`)).replace(/ \(deleted\)$/, '');
  } catch {
    return shortName(stat);
  }
}
