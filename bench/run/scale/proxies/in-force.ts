import type { Options } from '../../../contract.ts';
import type { ProxyOrder } from './order.ts';

/** Directives that end an idle session, the first that is set wins; and the time without any, from the proxy's documentation. */
interface IdleTime {
  readonly directives: readonly string[];
  readonly otherwise: number;
}

const NGINX: Readonly<Record<ProxyOrder['carries'], IdleTime>> = {
  HTTP: { directives: ['proxy_read_timeout'], otherwise: 60 },
  WebSocket: { directives: ['proxy_read_timeout'], otherwise: 60 },
  'HTTP/2': { directives: ['proxy_read_timeout'], otherwise: 60 },
  gRPC: { directives: ['grpc_read_timeout'], otherwise: 60 },
  TCP: { directives: ['proxy_timeout'], otherwise: 600 },
};

const UNTIL_SERVER = { directives: ['timeout server', 'timeout client'], otherwise: Number.POSITIVE_INFINITY };
const HAPROXY: Readonly<Record<ProxyOrder['carries'], IdleTime>> = {
  HTTP: UNTIL_SERVER,
  WebSocket: { ...UNTIL_SERVER, directives: ['timeout tunnel', ...UNTIL_SERVER.directives] },
  'HTTP/2': UNTIL_SERVER,
  gRPC: UNTIL_SERVER,
  TCP: UNTIL_SERVER,
};

const UNITS: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, m: 60, h: 3_600, d: 86_400 };
/** Seconds of a number without a unit. */
const BARE_UNIT = { nginx: 1, haproxy: 1e-3 } as const;

/** Time without a byte after which a proxy with this configuration ends a session, in seconds. */
export function idleSecondsOf({ via, carries }: Pick<ProxyOrder, 'via' | 'carries'>, configuration: string): number {
  const { directives, otherwise } = (via.proxy === 'nginx' ? NGINX : HAPROXY)[carries];
  for (const directive of directives) {
    const [, amount, unit] = new RegExp(`^\\s*${directive} (\\d+)([a-z]*);?$`, 'm').exec(configuration) ?? [];
    if (amount !== undefined) return Number(amount) * (UNITS[unit ?? ''] ?? BARE_UNIT[via.proxy]);
  }
  return otherwise;
}

/** True if a proxy with this configuration may hold back a part of an answer in order to send more at a time. */
export function holdsBack({ via, carries }: Pick<ProxyOrder, 'via' | 'carries'>, configuration: string): boolean {
  if (carries === 'TCP' || carries === 'WebSocket') return false;
  if (via.proxy === 'haproxy') return !/^\s*option http-no-delay$/m.test(configuration);
  return carries === 'HTTP' && !/^\s*proxy_buffering off;$/m.test(configuration);
}

/** Settings in force of a proxy, for the results. */
export function settingsInForce(order: ProxyOrder, configuration: string, version: string): Options {
  const { via, carries, identity, upstreams } = order;
  return {
    proxy: `${via.proxy} ${version}`,
    proxySettings: via.defaults ? 'its defaults' : 'as its documentation advises',
    proxyPasses: carries,
    proxyIdleSeconds: idleSecondsOf(order, configuration),
    proxyMayHoldBack: holdsBack(order, configuration),
    proxyStickiness: via.sticky,
    proxyServers: upstreams.length,
    ...(identity === undefined ? {} : { proxyTls: 'ends at the proxy' }),
  };
}
