import { basename, join } from 'node:path';
import { parseCores } from '../affinity.ts';
import { textOf } from '../limits.ts';
import { parseStat, processIds } from '../process-tree.ts';
import { ROOTS, type Roots } from './roots.ts';

/** Other Wirebench that measures on this machine. */
export interface Neighbour {
  readonly pid: number;
  /** Its command: `run`, `aa`. */
  readonly command: string;
}

/** Commands that measure. */
const MEASURING = ['run', 'wire', 'aa', 'micro', 'crosscheck', 'ceiling'];
const PROGRAM = /(?:^|\/)(?:wirebench|wirebench\.js|bench\/cli\.[jt]s)$/;
/** Flags with which such a command measures nothing. */
const IDLE_FLAGS = ['--plan', '--help', '-h'];

interface Running extends Neighbour {
  readonly parent: number;
}

/**
 * Finds every other Wirebench that measures on cores that this process may use, by the command lines in /proc: those of all users are
 * there, whatever their folders and networks, in containers too when seen from their host, and a process that is dead has none.
 *
 * @param own id of this process, whose parents may be part of it
 */
export function neighbours({ proc }: Pick<Roots, 'proc'> = ROOTS, own = process.pid): Neighbour[] {
  const found = processIds(proc).flatMap((pid) => readRunning(proc, pid) ?? []);
  const parents = new Map(found.map(({ pid, parent }) => [pid, parent]));
  const mine = new Set([own]);
  for (let parent = parentOf(proc, own); parent > 1 && !mine.has(parent); parent = parentOf(proc, parent))
    mine.add(parent);
  // A command may be a process that started another: the latter counts.
  const starters = new Set(parents.values());
  const cores = allowedIn(proc, 'self');
  return found
    .filter(({ pid }) => !mine.has(pid) && !starters.has(pid) && overlap(cores, allowedIn(proc, pid)))
    .map(({ pid, command }) => ({ pid, command }));
}

function readRunning(proc: string, pid: number): Running | undefined {
  const [runtime = '', ...words] = textOf(join(proc, String(pid), 'cmdline'))?.split('\0') ?? [];
  if (!basename(runtime).startsWith('node')) return undefined;
  const program = words.findIndex((word) => PROGRAM.test(word));
  const after = program < 0 ? [] : words.slice(program + 1);
  const command = after.find((word) => MEASURING.includes(word));
  if (command === undefined || after.some((word) => IDLE_FLAGS.includes(word))) return undefined;
  return { pid, command, parent: parentOf(proc, pid) };
}

/** Id of a process's parent; 0 if it has ended. */
const parentOf = (proc: string, pid: number): number =>
  parseStat(textOf(join(proc, String(pid), 'stat')) ?? '')?.parent ?? 0;

/** Cores that a process may use; undefined if the system does not say. */
function allowedIn(proc: string, pid: number | 'self'): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(textOf(join(proc, String(pid), 'status')) ?? '')?.[1];
  return list === undefined ? undefined : parseCores(list);
}

const overlap = (some: readonly number[] | undefined, others: readonly number[] | undefined): boolean =>
  some === undefined || others === undefined || some.some((core) => others.includes(core));
