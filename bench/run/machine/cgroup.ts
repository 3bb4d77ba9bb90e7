import { join, relative } from 'node:path';
import { textOf } from '../limits.ts';
import { ROOTS, type Roots } from './roots.ts';

/** Limits that control groups put on this process and its children; null if there is none. */
export interface GroupLimits {
  /** CPU time a second that they may use together, in cores. */
  readonly cores: number | null;
  readonly memoryBytes: number | null;
}

/** Number of times that the quota was used up since the groups were made, and the time that their processes were then stopped. */
export interface Throttled {
  readonly times: number;
  readonly seconds: number;
}

/** Control groups of this process: from its own up to the root, in every hierarchy that limits CPU time or memory. */
export interface Groups {
  readonly limits: GroupLimits;
  /** Throttling by all groups with a CPU quota; null if none has one. */
  throttled(): Throttled | null;
}

type Version = 1 | 2;
type Folder = { readonly path: string; readonly version: Version };

/** Reads the control groups of this process, of version 1, 2 or both. */
export function readGroups(roots: Roots = ROOTS): Groups {
  const folders = foldersOf(roots);
  const quotas = folders.flatMap((folder) => {
    const cores = quotaOf(folder);
    return cores === null ? [] : [{ folder, cores }];
  });
  return {
    limits: {
      cores: leastOf(quotas.map(({ cores }) => cores)),
      memoryBytes: leastOf(folders.flatMap((folder) => memoryOf(folder) ?? [])),
    },
    throttled: () => (quotas.length === 0 ? null : sumOf(quotas.map(({ folder }) => throttledOf(folder)))),
  };
}

const leastOf = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.min(...values));

const sumOf = (all: readonly Throttled[]): Throttled => ({
  times: all.reduce((sum, { times }) => sum + times, 0),
  seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
});

/** Controllers of version 1 whose limits count here. */
const CONTROLLERS = ['cpu', 'memory'];

/** Folders of the groups, each group before its parent. */
function foldersOf(roots: Roots): Folder[] {
  const mounts = mountsOf(roots);
  const lines = textOf(join(roots.proc, 'self/cgroup'))?.split('\n') ?? [];
  const folders = lines.flatMap((line): Folder[] => {
    const [, controllers = '', group = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const version = controllers === '' ? 2 : 1;
    return mounts
      .filter((mount) =>
        version === 2
          ? mount.version === 2
          : mount.version === 1 && CONTROLLERS.some((one) => [mount.options, controllers].every(has(one))),
      )
      .flatMap((mount) => ancestry(mount, group).map((path) => ({ path, version })));
  });
  return folders.filter(({ path }, at) => folders.findIndex((one) => one.path === path) === at);
}

const has =
  (controller: string) =>
  (names: string): boolean =>
    names.split(',').includes(controller);

interface Mount {
  readonly version: Version;
  /** Group that is mounted, and the folder that it is mounted at. */
  readonly root: string;
  readonly at: string;
  readonly options: string;
}

/** Mounted hierarchies, by /proc/self/mountinfo: id, parent, device, root, folder, options, …, `-`, type, source, options. */
function mountsOf({ proc, sys }: Roots): Mount[] {
  const lines = textOf(join(proc, 'self/mountinfo'))?.split('\n') ?? [];
  return lines.flatMap((line): Mount[] => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '/', folder = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') return [];
    const at = folder.replace(/^\/sys(?=\/|$)/, sys);
    return [{ version: type === 'cgroup2' ? 2 : 1, root, at, options }];
  });
}

/** Folders from a group up to the one that is mounted. A group outside what is mounted counts as the latter. */
function ancestry({ root, at }: Mount, group: string): string[] {
  const inside = relative(root, group);
  const names = inside.startsWith('..') || inside === '' ? [] : inside.split('/');
  return Array.from({ length: names.length + 1 }, (_, up) => join(at, ...names.slice(0, names.length - up)));
}

/** CPU quota of a group, in cores; null if it has none. */
function quotaOf({ path, version }: Folder): number | null {
  const [quota, period] =
    version === 2
      ? (textOf(join(path, 'cpu.max'))?.split(' ') ?? [])
      : [textOf(join(path, 'cpu.cfs_quota_us')), textOf(join(path, 'cpu.cfs_period_us'))];
  const cores = Number(quota ?? Number.NaN) / Number(period ?? 100_000);
  // `max` and -1 stand for none.
  return cores > 0 && Number.isFinite(cores) ? cores : null;
}

/** Memory limit of a group; null if it has none. Version 1 writes the largest number of pages for none. */
function memoryOf({ path, version }: Folder): number | null {
  const bytes = Number(textOf(join(path, version === 2 ? 'memory.max' : 'memory.limit_in_bytes')) ?? Number.NaN);
  return bytes >= 0 && bytes < 2 ** 60 ? bytes : null;
}

/** Throttling of a group: microseconds in version 2, nanoseconds in version 1. */
function throttledOf({ path }: Folder): Throttled {
  const text = textOf(join(path, 'cpu.stat')) ?? '';
  const read = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return { times: read('nr_throttled'), seconds: read('throttled_usec') / 1e6 + read('throttled_time') / 1e9 };
}
