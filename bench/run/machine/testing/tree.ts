import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Roots } from '../roots.ts';

/** Writes trees in the place of /proc and /sys: files by their paths, `/proc/self/cgroup`, below a folder. */
export function machineTree(folder: string, files: Readonly<Record<string, string>>): Roots {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    // At once, because a measuring process may read it meanwhile.
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }
  return { proc: join(folder, 'proc'), sys: join(folder, 'sys') };
}

/** Lines of /proc/self/mountinfo for hierarchies of control groups. */
export const MOUNTS = {
  v2: '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n',
  v1: [
    '31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
    '32 30 0:31 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory',
    '33 30 0:32 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd',
    '',
  ].join('\n'),
} as const;
