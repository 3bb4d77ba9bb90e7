import type { ServerUsage } from '../../../contract.ts';
import type { Host } from '../../host.ts';
import { groupOf } from '../group.ts';
import { type ProxySettings, type RunningProxy, startProxy } from './proxy.ts';

/** Address on which servers behind a proxy listen: only the proxy reaches them. */
const BEHIND = '127.0.0.1';

/** Settings of the proxy, without what follows from the servers behind it. */
export type ProxiedSettings = Omit<ProxySettings, 'host' | 'port' | 'upstreams' | 'identity'> & {
  /** Scheme of addresses with TLS that stands for one without: `wss` for `ws`. */
  readonly secureScheme: string;
  /** Bytes of the load's own sockets, which are those before the proxy. Absent: they are not known. */
  readonly clientBytes?: () => Promise<Pick<ServerUsage, 'bytesUp' | 'bytesDown' | 'aboveTls'>>;
};

/** Properties of servers that a proxy before them does not change. */
const KEPT = ['again', 'each', 'redisAgain', 'backplane'] as const;

/**
 * Host of servers behind a proxy: clients dial the proxy's one address. TLS ends at the proxy. Bytes are those before the proxy, CPU
 * time and memory those of the servers alone; the proxy has its own in `parts`.
 */
export function proxiedHost(inner: Host, { secureScheme, clientBytes, ...settings }: ProxiedSettings): Host {
  const died = Promise.withResolvers<never>();
  died.promise.catch(() => {});
  inner.ended().catch(died.reject);
  let proxy: RunningProxy | undefined;
  const servers = groupOf([inner]);

  const host: Host = {
    ...(inner.open === undefined ? {} : { open: () => inner.open?.() ?? Promise.resolve() }),
    async listen({ identity, host: address, port, ...order }) {
      const { urls, effective } = await inner.listen({ ...order, host: BEHIND, port: 0 });
      const upstreams = urls.map((url) => new URL(url));
      proxy = await startProxy({
        ...settings,
        host: address,
        port,
        identity,
        upstreams: upstreams.map(({ hostname, port }) => ({ host: hostname, port: Number(port) })),
      });
      proxy.server.ended().catch(died.reject);
      const [first] = urls;
      const scheme = identity === undefined ? first?.split(':', 1)[0] : secureScheme;
      const path = /^[^:]+:\/\/[^/]*(.*)$/.exec(first ?? '')?.[1] ?? '';
      const url = `${scheme}://${address}:${proxy.port}${path}`;
      return { urls: [url], effective: { ...effective, ...proxy.effective } };
    },
    usage: async () => ({ ...(await servers.usage()), ...(await clientBytes?.()) }),
    memory: () => inner.memory(),
    tree: () => inner.tree(),
    async parts() {
      const own = proxy?.server;
      const used = { cpuSeconds: own?.cpuSeconds() ?? 0, rssBytes: own?.rssBytes() ?? 0 };
      const runtime = proxy === undefined ? {} : { runtime: proxy.name };
      return [
        ...(await (inner.parts?.() ?? servers.parts(() => 'server'))),
        { role: 'proxy', pid: own?.tree.pid, ...used, ...runtime },
      ];
    },
    ended: () => died.promise,
    async end(atOnce) {
      await inner.end(atOnce);
      await proxy?.server.end(atOnce);
    },
  };
  // Some of them are known only once the servers listen.
  for (const key of KEPT)
    if (key in inner) Object.defineProperty(host, key, { get: () => inner[key], enumerable: true });
  return host;
}
