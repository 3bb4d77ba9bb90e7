import type { ServerUsage } from '../../../contract.ts';
import type { Host } from '../../host.ts';
import type { OwnServer } from '../../own-server.ts';
import type { ProxySettings, RunningProxy } from './proxy.ts';
import { startProxy } from './proxy.ts';

/** Address on which servers behind a proxy listen: only the proxy reaches them. */
const BEHIND = '127.0.0.1';

/** CPU time that a proxy has used since its start, and its resident bytes. */
export type ProxyUsage = Pick<ServerUsage, 'cpuSeconds' | 'rssBytes'>;

/** Settings of the proxy, without what follows from the servers behind it. */
export type ProxiedSettings = Omit<ProxySettings, 'host' | 'port' | 'upstreams' | 'identity'> & {
  /** Scheme of addresses with TLS that stands for one without: `wss` for `ws`. */
  readonly secureScheme: string;
  /** Bytes of the load's own sockets, which are those before the proxy. Absent: they are not known. */
  readonly clientBytes?: () => Promise<Pick<ServerUsage, 'bytesUp' | 'bytesDown' | 'aboveTls'>>;
};

/**
 * Host of servers behind a proxy: clients dial the proxy's one address. TLS ends at the proxy. Bytes are those before the proxy, CPU
 * time and memory those of the servers alone.
 */
export class ProxiedHost implements Host {
  readonly #inner: Host;
  readonly #settings: ProxiedSettings;
  readonly again?: NonNullable<Host['again']>;
  readonly #died = Promise.withResolvers<never>();
  #running: RunningProxy | undefined;

  constructor(inner: Host, settings: ProxiedSettings) {
    this.#inner = inner;
    this.#settings = settings;
    if (inner.again !== undefined) this.again = inner.again;
    this.#died.promise.catch(() => {});
    inner.ended().catch(this.#died.reject);
  }

  async listen(order: Parameters<Host['listen']>[0]): Promise<Awaited<ReturnType<Host['listen']>>> {
    const { secureScheme, clientBytes: _, ...settings } = this.#settings;
    const { identity, host, port, ...rest } = order;
    const { urls, effective } = await this.#inner.listen({ ...rest, host: BEHIND, port: 0 });
    const servers = urls.map((url) => new URL(url));
    const running = await startProxy({
      ...settings,
      host,
      port,
      identity,
      upstreams: servers.map((server) => ({ host: server.hostname, port: Number(server.port) })),
    });
    this.#running = running;
    running.server.ended().catch(this.#died.reject);
    const [first] = servers;
    const scheme = identity === undefined ? first?.protocol.slice(0, -1) : secureScheme;
    const url = `${scheme}://${host}:${running.port}${first?.pathname ?? ''}`;
    return { urls: [url], effective: { ...effective, ...running.effective } };
  }

  /** Usage of the servers, with the bytes before the proxy. */
  async usage(): Promise<ServerUsage> {
    const { clientBytes } = this.#settings;
    return { ...(await this.#inner.usage()), ...(await clientBytes?.()) };
  }

  /** Usage of the proxy. */
  proxyUsage(): ProxyUsage {
    const server = this.#running?.server;
    return { cpuSeconds: server?.cpuSeconds() ?? 0, rssBytes: server?.rssBytes() ?? 0 };
  }

  /** Name and version of the proxy, such as `nginx 1.22.1`; undefined before it listens. */
  get proxyName(): string | undefined {
    return this.#running?.name;
  }

  /** First process of the proxy, and the mark of those that left its tree. */
  get proxyTree(): OwnServer['tree'] {
    return this.#running?.server.tree ?? { pid: undefined };
  }

  memory(): Promise<number | null> {
    return this.#inner.memory();
  }

  tree(): ReturnType<Host['tree']> {
    return this.#inner.tree();
  }

  ended(): Promise<never> {
    return this.#died.promise;
  }

  async end(atOnce: boolean): Promise<void> {
    await this.#inner.end(atOnce);
    await this.#running?.server.end(atOnce);
  }
}
