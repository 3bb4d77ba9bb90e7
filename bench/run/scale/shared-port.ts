import type { ServerUsage } from '../../contract.ts';
import type { Part } from '../../scenarios/shape.ts';
import type { Host } from '../host.ts';

/**
 * Host of several server processes of ours that share one port: the first takes any that is free, the others the same one, and the
 * system gives each connection to one of them. Their usage is added up. They are not started again after a fault: nothing that resumes
 * is measured with several of them.
 */
export function sharedPort(hosts: readonly [Host, ...Host[]]): Host {
  const [first, ...others] = hosts;
  const { promise: died, reject } = Promise.withResolvers<never>();
  // Reported by whoever waits for it.
  died.catch(() => {});
  for (const host of hosts) host.ended().catch(reject);
  const usages = (): Promise<readonly ServerUsage[]> => Promise.all(hosts.map((host) => host.usage()));
  /** Usage that was told last, so that its parts add up to it. */
  let latest: readonly ServerUsage[] | undefined;
  return {
    async listen(order) {
      const served = await first.listen({ ...order, reusePort: true });
      const port = Number(new URL(served.urls[0]!).port);
      await Promise.all(others.map((host) => host.listen({ ...order, port, reusePort: true })));
      return served;
    },
    async usage() {
      latest = await usages();
      return sumOf(latest);
    },
    async memory() {
      const all = await Promise.all(hosts.map((host) => host.memory()));
      return all.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
    },
    tree: () => first.tree(),
    async parts() {
      const used = latest ?? (await usages());
      return Promise.all(
        hosts.map(async (host, at): Promise<Part> => {
          const { cpuSeconds, rssBytes } = used[at]!;
          return { role: 'server', pid: (await host.tree())?.pid, cpuSeconds, rssBytes };
        }),
      );
    },
    ended: () => died,
    end: (atOnce) => Promise.all(hosts.map((host) => host.end(atOnce))),
  };
}

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
