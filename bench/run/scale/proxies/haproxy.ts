import { PROXY_COOKIE } from '../../../codec/cookie.ts';
import type { ProxyOrder } from './order.ts';

const section = (name: string, lines: readonly string[]): string[] => [name, ...lines.map((line) => `  ${line}`)];

/** Time-outs of the configuration that haproxy's packages come with: it has none by itself, and warns. */
const PACKAGED = ['timeout connect 5000', 'timeout client 50000', 'timeout server 50000'];

/**
 * Configuration of haproxy. As advised by its configuration manual: `option http-no-delay` for answers that stay open, since it otherwise
 * waits for more to send; `timeout tunnel` for what was upgraded, and client and server time-outs that fit a held request. With its
 * defaults it has the time-outs of its packages' own configuration.
 */
export function haproxyConfiguration(order: ProxyOrder): string {
  const { via, carries, host, port, upstreams, identity, connections, idleSeconds } = order;
  const isHttp = carries !== 'TCP';
  const isHttp2 = carries === 'HTTP/2' || carries === 'gRPC';
  const idle = `${idleSeconds}s`;
  const advised = [
    'timeout connect 5s',
    `timeout client ${idle}`,
    `timeout server ${idle}`,
    ...(isHttp
      ? [
          `timeout tunnel ${idle}`,
          'timeout http-request 10s',
          'timeout http-keep-alive 60s',
          'option http-no-delay',
          'option forwardfor',
        ]
      : []),
    'option redispatch',
  ];
  // Without ALPN a client's first bytes say that it is HTTP/2; with TLS the protocol that is negotiated does.
  const protocol = isHttp2
    ? identity === undefined
      ? ' proto h2'
      : ' alpn h2'
    : isHttp && identity !== undefined
      ? ' alpn http/1.1'
      : '';
  const bind = `bind ${host}:${port}${identity === undefined ? '' : ` ssl crt ${identity}`}${protocol}`;
  const cookie = via.sticky === 'cookie';
  return `${[
    ...section('global', [`maxconn ${connections}`, 'nbthread 1']),
    ...section('defaults', [`mode ${isHttp ? 'http' : 'tcp'}`, ...(via.defaults ? PACKAGED : advised)]),
    ...section('frontend clients', [bind, `maxconn ${connections}`, 'default_backend nodes']),
    ...section('backend nodes', [
      `balance ${BALANCE[via.sticky]}`,
      ...(cookie ? [`cookie ${PROXY_COOKIE} insert indirect nocache`] : []),
      ...upstreams.map(
        (one, at) =>
          `server n${at + 1} ${one.host}:${one.port}${isHttp2 ? ' proto h2' : ''}${cookie ? ` cookie n${at + 1}` : ''}`,
      ),
    ]),
  ].join('\n')}\n`;
}

const BALANCE: Readonly<Record<ProxyOrder['via']['sticky'], string>> = {
  none: 'roundrobin',
  cookie: 'roundrobin',
  source: 'source',
  // Name of a session in Engine.IO’s requests. Requests without it are dealt in turn.
  hash: 'url_param sid',
};
