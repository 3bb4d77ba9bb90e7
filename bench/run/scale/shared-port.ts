import type { Host } from '../host.ts';
import { groupOf } from './group.ts';

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
  const group = groupOf(hosts);
  return {
    async listen(order) {
      const served = await first.listen({ ...order, reusePort: true });
      const port = Number(new URL(served.urls[0]!).port);
      await Promise.all(others.map((host) => host.listen({ ...order, port, reusePort: true })));
      return served;
    },
    usage: group.usage,
    memory: group.memory,
    tree: () => first.tree(),
    parts: () => group.parts(() => 'server'),
    ended: () => died,
    end: (atOnce) => Promise.all(hosts.map((host) => host.end(atOnce))),
  };
}
