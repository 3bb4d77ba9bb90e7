import type { Contention } from '../../results/machine/cores.ts';
import type { CoreUsage, NotMeasured } from '../../results/schema.ts';
import { parseCores } from '../affinity.ts';
import { type ProcessStat, TICKS_PER_SECOND, treeOf } from '../process-tree.ts';
import { type CoreTimes, readAllowed, readCores, readProcesses, readThreads, type ThreadTimes } from './kernel.ts';
import { programsOn } from './programs.ts';

/** Part of a trial whose cores are watched. */
export interface Watched {
  /** `server`, `generator`, `publisher` or `readers`. */
  readonly role: string;
  /** Its first process; undefined if it did not start. A function: another one may be in its place at the end. */
  readonly pid: number | undefined | (() => number | undefined);
  /** Entry of the environment by which processes that left its tree are found. */
  readonly marker?: string | undefined;
}

export interface WatchSettings {
  /** Place of /proc. */
  readonly proc: string;
  /** Process that started the run; it and all that it started are ours. */
  readonly root?: number;
  /** True if other trials of the run may use the cores at the same time. */
  readonly beside?: boolean;
  /** Returns the time in seconds. */
  readonly now?: () => number;
}

/** Process of ours. */
interface OwnProcess {
  /** Number of the watched part that it belongs to; undefined for the command and its helpers. */
  readonly part: number | undefined;
  /** True of the command and its helpers, which include other trials. */
  readonly isBeside: boolean;
  /** Cores that it may use. */
  readonly allowed: string;
  readonly threads: ReadonlyMap<string, ThreadTimes>;
}

interface Sample {
  readonly seconds: number;
  readonly cores: ReadonlyMap<number, CoreTimes>;
  readonly processes: ReadonlyMap<number, ProcessStat>;
  readonly own: ReadonlyMap<number, OwnProcess>;
}

/** Smallest share of the time that passed which the kernel's columns must account for: some containers show zeros. */
const MIN_ACCOUNTED = 0.5;
/** Share of the cores from which on the programs that took it are looked for. */
const NAMED_FROM = 0.01;
/** Thread of the kernel that handles a core's network traffic when there is much of it, so ours too. */
const SOFT_INTERRUPTS = /^ksoftirqd\/\d+$/;

const NO_CORES: NotMeasured = {
  path: 'cores',
  reason: 'not measured, because this system does not tell how its cores are used (Linux does, in /proc/stat)',
};
const NO_WAITS: NotMeasured = {
  path: 'processes.waitSeconds',
  reason: 'not measured, because this kernel does not tell how long a process waited for a core (schedstat)',
};

/** Begins to watch the cores that parts of a trial use. Returns a function that ends it. */
export function watchCores(
  watched: readonly Watched[],
  { proc, root = process.pid, beside = false, now = () => performance.now() / 1e3 }: WatchSettings,
): () => Contention {
  const ownOf = (processes: ReadonlyMap<number, ProcessStat>): Map<number, OwnProcess> => {
    const parts = watched.map(({ pid: given, marker }) => {
      const pid = typeof given === 'function' ? given() : given;
      return pid === undefined ? new Set<number>() : treeOf(pid, processes, marker, proc).add(pid);
    });
    const run = new Set([root, ...treeOf(root, processes)]);
    const all = [...run, ...parts.flatMap((part) => [...part])];
    const kernel = [...processes].flatMap(([pid, { name }]) => (SOFT_INTERRUPTS.test(name) ? [pid] : []));
    return new Map(
      [...new Set([...all, ...kernel])].flatMap((pid) => {
        const allowed = readAllowed(pid, proc);
        const part = parts.findIndex((one) => one.has(pid));
        const isBeside = part < 0 && run.has(pid);
        const shared = { part: part < 0 ? undefined : part, isBeside, threads: readThreads(pid, proc) };
        return allowed === undefined || !processes.has(pid) ? [] : [[pid, { ...shared, allowed }] as const];
      }),
    );
  };
  // The times are read next to each other, so the slow search for processes comes before the window and after it.
  const processes = readProcesses(proc);
  const own = ownOf(processes);
  const before: Sample = { processes, own, seconds: now(), cores: readCores(proc) };
  return () => {
    const threads = new Map([...own.keys()].map((pid) => [pid, readThreads(pid, proc)]));
    const times = { seconds: now(), cores: readCores(proc) };
    const processes = readProcesses(proc);
    const ended = [...ownOf(processes)].map(
      ([pid, one]) => [pid, { ...one, threads: threads.get(pid) ?? one.threads }] as const,
    );
    return contentionBetween(before, { ...times, processes, own: new Map(ended) }, watched, { proc, beside });
  };
}

function contentionBetween(
  before: Sample,
  after: Sample,
  watched: readonly Watched[],
  of: { readonly proc: string; readonly beside: boolean },
): Contention {
  const usage = usageBetween(before, after);
  const waits = watched.map((_, part) =>
    longest(usage.filter((one) => one.part === part).flatMap(({ waits }) => waits)),
  );
  const places = [
    ...Map.groupBy(
      usage.filter(({ part }) => part !== undefined),
      ({ allowed }) => allowed,
    ),
  ];
  const sorted = places.toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  const cores = sorted.map(([allowed, users]) => {
    const roles = [...new Set(users.map(({ part }) => watched[part!]!.role))];
    return coreUsage({ allowed, roles, users }, { before, after, usage }, of);
  });
  const known = cores.filter((one) => one !== undefined);
  const isKnown = known.length > 0 && known.length === cores.length;
  return {
    ...(isKnown ? { cores: known } : {}),
    waits,
    notMeasured: [...(isKnown ? [] : [NO_CORES]), ...(waits.includes(undefined) ? [NO_WAITS] : [])],
  };
}

/** Time that a process of ours ran, and that each of its threads waited. */
interface OwnUsage {
  readonly part: number | undefined;
  readonly isBeside: boolean;
  readonly allowed: string;
  readonly run: number;
  /** Time of each thread; empty if the kernel does not tell. */
  readonly threads: readonly ThreadTimes[];
  readonly waits: readonly number[];
}

/** Usage of our processes that still run. That of ended ones is their parents'. */
function usageBetween(before: Sample, after: Sample): OwnUsage[] {
  const gone = [...before.own.keys()].filter((pid) => !after.own.has(pid)).map((pid) => before.processes.get(pid)!);
  return [...after.own].map(([pid, { part, isBeside, allowed, threads }]) => {
    const start = before.own.get(pid);
    const times = [...threads].map(([id, { run, wait }]) => {
      const first = start?.threads.get(id);
      return { run: Math.max(0, run - (first?.run ?? 0)), wait: Math.max(0, wait - (first?.wait ?? 0)) };
    });
    const [first, last] = [before.processes.get(pid), after.processes.get(pid)!];
    const ran = times.reduce((sum, { run }) => sum + run, 0);
    const ticks = (last.ticks - (first?.ticks ?? 0)) / TICKS_PER_SECOND;
    // Ticks are coarse, but include threads that have ended.
    const isWhole = times.length > 0 && [...(start?.threads.keys() ?? [])].every((id) => threads.has(id));
    const known = gone
      .filter(({ parent }) => parent === pid)
      .reduce((sum, one) => sum + one.ticks + one.childrenTicks, 0);
    const children = (last.childrenTicks - (first?.childrenTicks ?? 0) - known) / TICKS_PER_SECOND;
    const run = (isWhole ? ran : Math.max(ran, ticks)) + Math.max(0, children);
    return { part, isBeside, allowed, run, threads: times, waits: times.map(({ wait }) => wait) };
  });
}

/** Usage of cores that processes of ours may use; undefined if the system does not tell. */
function coreUsage(
  { allowed, roles, users }: { allowed: string; roles: string[]; users: readonly OwnUsage[] },
  { before, after, usage }: { before: Sample; after: Sample; usage: readonly OwnUsage[] },
  { proc, beside }: { readonly proc: string; readonly beside: boolean },
): CoreUsage | undefined {
  const cores = new Set(parseCores(allowed));
  const seconds = after.seconds - before.seconds;
  const all = seconds * cores.size;
  const sum = { idle: 0, interrupts: 0, stolen: 0, all: 0, countedApart: 0 };
  for (const core of cores) {
    const [first, last] = [before.cores.get(core), after.cores.get(core)];
    if (first === undefined || last === undefined) return undefined;
    for (const key of ['idle', 'interrupts', 'stolen', 'all'] as const) sum[key] += Math.max(0, last[key] - first[key]);
    if (last.hardInterrupts > 0) sum.countedApart += Math.max(0, last.interrupts - first.interrupts);
  }
  if (!(sum.all >= MIN_ACCOUNTED * all)) return undefined;
  const overlaps = (one: OwnUsage): boolean => parseCores(one.allowed).some((core) => cores.has(core));
  // A process that may use several cores is taken off each of them: what is left is certainly others'.
  const ours = usage.filter(overlaps);
  const ownSeconds = ours.reduce((total, { run }) => total + run, 0);
  const busy = all - sum.idle - sum.stolen - sum.countedApart;
  // Idle time is shown in whole ticks.
  const othersSeconds = Math.max(0, busy - ownSeconds - cores.size / TICKS_PER_SECOND);
  // On one core a thread of ours waits for others of ours too.
  const waits = users.flatMap(({ threads }) =>
    threads.map(({ run, wait }) => (cores.size === 1 ? wait - (ownSeconds - run) : wait)),
  );
  const wait = longest(waits);
  const waitSeconds = wait === undefined ? undefined : Math.min(Math.max(0, wait), othersSeconds);
  const isOwn = (pid: number): boolean => after.own.has(pid) || before.own.has(pid);
  const programs =
    othersSeconds > NAMED_FROM * all ? programsOn(cores, before.processes, after.processes, { isOwn, proc }) : [];
  return {
    cores: allowed,
    roles,
    seconds,
    ownSeconds,
    othersSeconds,
    interruptSeconds: sum.interrupts,
    stolenSeconds: sum.stolen,
    ...(waitSeconds === undefined ? {} : { waitSeconds }),
    ...(beside ? besideUsage(ours, users, waitSeconds) : {}),
    ...(programs.length === 0 ? {} : { programs }),
  };
}

/**
 * Use of cores by what ran beside the trial, and the longest wait of a thread of the trial for it. Whatever others did not certainly
 * cause is put down to what ran beside, as far as that ran: a wait that distorts is never hidden.
 */
function besideUsage(
  ours: readonly OwnUsage[],
  users: readonly OwnUsage[],
  waitSeconds: number | undefined,
): Pick<CoreUsage, 'besideSeconds' | 'besideWaitSeconds'> {
  const besideSeconds = ours.filter(({ isBeside }) => isBeside).reduce((total, { run }) => total + run, 0);
  const whole = longest(users.flatMap(({ waits }) => waits));
  if (whole === undefined || waitSeconds === undefined) return { besideSeconds };
  return { besideSeconds, besideWaitSeconds: Math.min(Math.max(0, whole - waitSeconds), besideSeconds) };
}

const longest = (seconds: readonly number[]): number | undefined =>
  seconds.length === 0 ? undefined : Math.max(...seconds);
