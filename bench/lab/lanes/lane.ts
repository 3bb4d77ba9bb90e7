import type { Options, ServerUsage, TokenRules } from '../../contract.ts';
import { usualLimits } from '../../limits.ts';
import { PATIENCE_SECONDS, startServer } from '../../run/processes.ts';
import { optionsOf, serverModule, type TransportChoice } from '../../transports/index.ts';
import { namingProxy } from '../frames/candidates.ts';
import type { Path } from '../proxy/path.ts';
import type { Ports } from '../proxy/ports.ts';
import { type PathProxy, tcpProxy } from '../proxy/tcp.ts';
import { udpProxy } from '../proxy/udp.ts';
import type { Watch } from '../proxy/watch.ts';
import { MAX_SIZE } from '../requests.ts';

/** Place where servers and proxies listen. */
export interface LaneSurroundings {
  readonly path: Path;
  /** Ports that the proxies listen on. */
  readonly ports: Ports;
  /** Address that a browser reaches the proxies at, for what names an address in its messages. */
  readonly reachedAt: () => string;
  readonly origins: readonly string[];
  /** Rules of the tokens that sessions bring. Absent: they bring none. */
  readonly tokens?: TokenRules | undefined;
  readonly signal: AbortSignal;
}

/** Server of a transport in a process of its own, and the proxies through which a browser reaches it. */
export interface OpenLane {
  readonly choice: TransportChoice;
  /** Address that a browser dials, with the name of the proxy's host. */
  readonly url: string;
  readonly effective: Options;
  /** Resident bytes of the server before its first session. */
  readonly rssIdleBytes: number;
  usage(): Promise<ServerUsage>;
  close(): Promise<void>;
}

/** True if a transport has a UDP port, under the number of its URL's port. */
const usesUdp = ({ entry }: TransportChoice): boolean => entry.datagrams === true;
/** True if a transport has a TCP port. */
const usesTcp = ({ entry }: TransportChoice): boolean => entry.port !== 'udp';

/** Attempts at finding a port number that is free for TCP and for UDP. */
const MAX_PORTS = 5;

/** Starts a server, and the proxies before it. */
export async function openLane(choice: TransportChoice, watch: Watch, around: LaneSurroundings): Promise<OpenLane> {
  const { origins, tokens, signal } = around;
  const server = startServer({ core: undefined });
  try {
    const order = {
      order: 'listen',
      module: serverModule(choice.entry),
      host: '127.0.0.1',
      port: 0,
      options: optionsOf(choice),
      limits: usualLimits(MAX_SIZE),
      // A session over HTTP/3 does not tell its origin, and would be refused if any were listed.
      ...(usesTcp(choice) ? { origins } : {}),
      ...(tokens === undefined ? {} : { tokens }),
    } as const;
    const patience = { seconds: PATIENCE_SECONDS, signal };
    const { url, effective } = await server.ask(order, 'listening', patience);
    const { rssBytes } = await server.ask({ order: 'usage' }, 'usage', patience);
    const proxies = await openProxies(choice, Number(new URL(url).port), watch, around);
    return {
      choice,
      url: withPort(url, proxies[0]?.port ?? 0),
      effective,
      rssIdleBytes: rssBytes,
      usage: () => server.ask({ order: 'usage' }, 'usage', patience),
      async close() {
        await Promise.all(proxies.map((proxy) => proxy.close()));
        await server.stop();
      },
    };
  } catch (error) {
    await server.kill();
    throw error;
  }
}

/** Opens the proxies of a server, all with one port number, as the server's own ports have. */
async function openProxies(
  choice: TransportChoice,
  to: number,
  watch: Watch,
  around: LaneSurroundings,
): Promise<PathProxy[]> {
  const { path, ports, reachedAt } = around;
  const settings = { ports, to, path, watch };
  if (!usesUdp(choice)) return [await tcpProxy(settings)];
  if (!usesTcp(choice)) return [await udpProxy(settings)];
  for (let tried = 1; ; tried++) {
    let port = 0;
    const rewriter = namingProxy(reachedAt, () => port);
    const tcp = await tcpProxy({ ...settings, rewriter });
    port = tcp.port;
    try {
      return [tcp, await udpProxy(settings, port)];
    } catch (error) {
      await tcp.close();
      if (tried === MAX_PORTS) throw error;
    }
  }
}

function withPort(url: string, port: number): string {
  const address = new URL(url);
  address.port = String(port);
  return address.href;
}
