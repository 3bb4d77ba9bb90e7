import type { ServerUsage } from '../../contract.ts';
import type { Part } from '../../scenarios/shape.ts';
import type { Host } from '../host.ts';

/** Several servers of ours together. */
export interface HostGroup extends Pick<Host, 'usage' | 'memory'> {
  /** Process of each, with the usage that was told last, so that they add up to it. @param roleOf its role, by its place */
  parts(roleOf: (at: number) => string): Promise<Part[]>;
}

/** Adds up what servers of ours use. */
export function groupOf(hosts: readonly Host[]): HostGroup {
  let latest: readonly ServerUsage[] | undefined;
  const ask = async (): Promise<readonly ServerUsage[]> => {
    latest = await Promise.all(hosts.map((host) => host.usage()));
    return latest;
  };
  return {
    usage: async () => sumOf(await ask()),
    async memory() {
      const all = await Promise.all(hosts.map((host) => host.memory()));
      return all.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
    },
    async parts(roleOf) {
      const used = latest ?? (await ask());
      return Promise.all(
        hosts.map(async (host, at): Promise<Part> => {
          const { cpuSeconds, rssBytes } = used[at]!;
          return { role: roleOf(at), pid: (await host.tree())?.pid, cpuSeconds, rssBytes };
        }),
      );
    },
  };
}

/** Sum of the usage of servers that run in one runtime. */
function sumOf(all: readonly ServerUsage[]): ServerUsage {
  const [{ runtime, uncounted } = { runtime: undefined, uncounted: undefined }] = all;
  const sum = (of: (one: ServerUsage) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    rssBytes: sum(({ rssBytes }) => rssBytes),
    bytesUp: sum(({ bytesUp }) => bytesUp),
    bytesDown: sum(({ bytesDown }) => bytesDown),
    aboveTls: sum(({ aboveTls = 0 }) => aboveTls),
    ...(runtime === undefined ? {} : { runtime }),
    ...(uncounted === undefined ? {} : { uncounted }),
  };
}
