import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { z } from 'zod';
import type { Environment } from '../results/schema.ts';
import { allowedCores, type CpuPinning } from './affinity.ts';
import type { Link } from './link.ts';

/** Name of the machine that runs the command; a trial's processes refer to it. */
export const LOCAL_HOST = 'local';

const manifest = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()).default({}) });

/** Describes the machine, the runtime and the versions of the measured packages. */
export function describeEnvironment(pinning: CpuPinning | undefined, link: Pick<Link, 'kind' | 'reason'>): Environment {
  const own = readManifest('../../package.json');
  const packages = Object.keys(own.dependencies).toSorted();
  const machine = {
    platform: platform(),
    arch: arch(),
    kernel: release(),
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: coreCount(),
    memoryBytes: totalmem(),
  };
  return {
    wirebench: own.version,
    node: process.versions.node,
    ...machine,
    hosts: [{ name: LOCAL_HOST, ...machine }],
    link: link.kind,
    ...(link.reason === undefined ? {} : { linkReason: link.reason }),
    pinning: pinning === undefined ? null : { server: pinning.server, generator: pinning.workers.join(',') },
    packages: Object.fromEntries(
      packages.map((name) => [name, readManifest(`../../node_modules/${name}/package.json`).version]),
    ),
  };
}

/** Number of cores that this process may use. */
export function coreCount(): number {
  return allowedCores()?.length ?? cpus().length;
}

function readManifest(path: string): z.infer<typeof manifest> {
  return manifest.parse(JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')));
}
