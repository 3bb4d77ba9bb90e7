import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { z } from 'zod';
import type { Environment } from '../results/schema.ts';
import { allowedCores, type CpuPinning, physicalCores } from './affinity.ts';
import type { Link } from './link.ts';
import type { GroupLimits } from './machine/cgroup.ts';
import type { Roots } from './machine/roots.ts';
import type { UsableRuntime } from './runtimes/find.ts';
import { describeVariables, type Variables } from './variables.ts';

/** Name of the machine that runs the command; a trial's processes refer to it. */
export const LOCAL_HOST = 'local';

const manifest = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()).default({}) });

/** Describes the machine, the runtime, the versions of the measured packages, and the environment variables of the processes. */
export function describeEnvironment(
  {
    pinning,
    link,
    variables,
    limits,
    roots,
    runtimes = [],
  }: {
    pinning: CpuPinning | undefined;
    link: Pick<Link, 'kind' | 'reason'>;
    variables: Variables;
    limits: GroupLimits;
    roots: Roots;
    runtimes?: readonly UsableRuntime[];
  },
  { exec }: { readonly exec: string | null },
): Environment {
  const own = readManifest('../../package.json');
  const packages = Object.keys(own.dependencies).toSorted();
  const machine = describeMachine();
  return {
    wirebench: own.version,
    node: process.versions.node,
    ...(runtimes.length === 0
      ? {}
      : { runtimes: runtimes.map(({ name, version, installed }) => ({ name, version, installed })) }),
    ...machine,
    hosts: [{ name: LOCAL_HOST, ...machine }],
    link: link.kind,
    ...(link.reason === undefined ? {} : { linkReason: link.reason }),
    pinning:
      pinning === undefined
        ? null
        : {
            server: pinning.server,
            generator: pinning.workers.join(','),
            ...(pinning.siblings ? { siblings: true as const } : {}),
          },
    ...limitsOf(limits, physicalCores(roots)),
    variables: exec === null ? describeVariables(variables) : describeVariables(variables, process.env),
    packages: Object.fromEntries(
      packages.map((name) => [name, readManifest(`../../node_modules/${name}/package.json`).version]),
    ),
  };
}

/** Describes this machine, as the results list it among the hosts. */
export const describeMachine = (): Omit<NonNullable<Environment['hosts']>[number], 'name'> => ({
  platform: platform(),
  arch: arch(),
  kernel: release(),
  cpu: cpus()[0]?.model.trim() || 'unknown',
  cores: coreCount(),
  memoryBytes: totalmem(),
});

/** Version of this package. */
export const packageVersion = (): string => readManifest('../../package.json').version;

function limitsOf({ cores, memoryBytes }: GroupLimits, physical: number | undefined) {
  return {
    ...(physical === undefined ? {} : { physicalCores: physical }),
    ...(cores === null ? {} : { cpuQuota: cores }),
    ...(memoryBytes === null ? {} : { memoryLimitBytes: memoryBytes }),
  };
}

/** Number of cores that this process may use. */
export function coreCount(): number {
  return allowedCores()?.length ?? cpus().length;
}

function readManifest(path: string): z.infer<typeof manifest> {
  return manifest.parse(JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')));
}
