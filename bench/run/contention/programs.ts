import type { CoreUsage } from '../../results/schema.ts';
import { parseCores } from '../affinity.ts';
import { type ProcessStat, TICKS_PER_SECOND } from '../process-tree.ts';
import { readAllowed, readLastCores, readName, shortName } from './kernel.ts';

type Program = NonNullable<CoreUsage['programs']>[number];
type Processes = ReadonlyMap<number, ProcessStat>;

/** Processes, of those that used most time, whose cores are looked at. */
const LOOKED_AT = 24;
/** Largest number of programs that are named. */
const MAX_NAMED = 3;

/** Time that a process used, and the cores on which it was last seen. */
interface Use {
  readonly pid: number;
  readonly stat: ProcessStat;
  readonly ticks: number;
  readonly ended: boolean;
}

/**
 * Programs of other processes that used most time on some cores between two readings; empty if none is seen that did. A process
 * that may use other cores too counts by the share of them on which its threads were seen. The time of a process that has ended is
 * what its parent was told.
 *
 * @param isOwn true for processes of the run
 */
export function programsOn(
  cores: ReadonlySet<number>,
  before: Processes,
  after: Processes,
  { isOwn, proc }: { readonly isOwn: (pid: number) => boolean; readonly proc: string },
): Program[] {
  const gone = Map.groupBy(
    [...before].filter(([pid]) => !after.has(pid)),
    ([, { parent }]) => parent,
  );
  const uses = [...after].flatMap(([pid, stat]) =>
    isOwn(pid) ? [] : usesOf(pid, stat, before.get(pid), gone.get(pid) ?? []),
  );
  const shareOn = ({ pid, stat }: Use): number => {
    const allowed = readAllowed(pid, proc);
    if (allowed !== undefined && parseCores(allowed).every((core) => cores.has(core))) return 1;
    const seen = [stat.core, before.get(pid)?.core ?? stat.core, ...readLastCores(pid, proc)];
    return seen.filter((core) => cores.has(core)).length / seen.length;
  };
  const found = uses
    .toSorted((a, b) => b.ticks - a.ticks)
    .slice(0, LOOKED_AT)
    .map((use) => ({ ...use, seconds: (use.ticks / TICKS_PER_SECOND) * shareOn(use) }))
    .filter(({ seconds }) => seconds > 0)
    .map((use) => ({ ...use, name: use.ended ? shortName(use.stat) : readName(use.pid, use.stat, proc) }));
  return [...Map.groupBy(found, ({ name }) => name)]
    .map(([name, those]) => ({
      name,
      processes: those.map(({ pid }) => pid),
      seconds: those.reduce((sum, { seconds }) => sum + seconds, 0),
    }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, MAX_NAMED);
}

/** Time that a process used itself, and that of its children that have ended meanwhile. */
function usesOf(
  pid: number,
  stat: ProcessStat,
  earlier: ProcessStat | undefined,
  gone: readonly (readonly [pid: number, stat: ProcessStat])[],
): Use[] {
  // An id may be given to another process.
  const start = earlier?.started === stat.started ? earlier : undefined;
  const known = gone.reduce((sum, [, one]) => sum + one.ticks + one.childrenTicks, 0);
  const ofChildren = stat.childrenTicks - (start?.childrenTicks ?? 0) - known;
  const [ended] = gone.toSorted(([, a], [, b]) => b.ticks - a.ticks);
  return [
    { pid, stat, ticks: stat.ticks - (start?.ticks ?? 0), ended: false },
    { pid: ended?.[0] ?? pid, stat: ended?.[1] ?? stat, ticks: ofChildren, ended: ended !== undefined },
  ].filter(({ ticks }) => ticks > 0);
}
