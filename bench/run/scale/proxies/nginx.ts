import { join } from 'node:path';
import { PROXY_COOKIE } from '../../../codec/cookie.ts';
import { KEEP_ALIVE_SECONDS } from '../../../limits.ts';
import type { ProxyOrder } from './order.ts';

/** Lines of a block with its name. */
const block = (name: string, lines: readonly string[]): string[] => [
  `${name} {`,
  ...lines.map((line) => `  ${line}`),
  '}',
];

/** Waiting connections that the kernel keeps for it; its own limit is 511. */
const BACKLOG = 4_096;
/** Connections to the servers that it keeps open for the next requests. */
const KEPT = 256;

/**
 * Configuration of nginx. As advised: “WebSocket proxying” (HTTP/1.1 to the servers, Upgrade and Connection passed on),
 * ngx_http_proxy_module (`proxy_buffering off` for answers that stay open, longer time-outs), ngx_http_upstream_module (`keepalive`, and
 * `hash $remote_addr consistent`, since `ip_hash` takes all of a /24 for one client), ngx_http_grpc_module and ngx_stream_proxy_module.
 * With its defaults only what it cannot run without is there.
 *
 * @param streamModule path of the module for TCP, if it has to be loaded
 */
export function nginxConfiguration(order: ProxyOrder, streamModule?: string): string {
  const { carries, connections, folder } = order;
  const isStream = carries === 'TCP';
  return `${[
    ...(isStream && streamModule !== undefined ? [`load_module ${streamModule};`] : []),
    // Worker processes would otherwise become another user, which a user namespace does not have.
    'user root root;',
    'daemon off;',
    'worker_processes 1;',
    `worker_rlimit_nofile ${2 * connections + 100};`,
    `pid ${join(folder, 'nginx.pid')};`,
    'error_log stderr error;',
    ...block('events', [`worker_connections ${2 * connections + 50};`]),
    ...(isStream ? block('stream', streamLines(order)) : block('http', httpLines(order))),
  ].join('\n')}\n`;
}

function httpLines(order: ProxyOrder): string[] {
  const { via, carries, folder, idleSeconds } = order;
  const isAdvised = !via.defaults;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const isGrpc = carries === 'gRPC';
  const seconds = `${idleSeconds}s`;
  const advised = isGrpc
    ? [
        `grpc_read_timeout ${seconds};`,
        `grpc_send_timeout ${seconds};`,
        // A call that stays open is one request body: by default it may have 1 MiB, and a pause of a minute.
        `client_body_timeout ${seconds};`,
        'client_max_body_size 0;',
      ]
    : [
        'proxy_http_version 1.1;',
        'proxy_set_header Host $http_host;',
        'proxy_set_header Upgrade $http_upgrade;',
        'proxy_set_header Connection $connection_upgrade;',
        'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
        'proxy_buffering off;',
        `proxy_read_timeout ${seconds};`,
        `proxy_send_timeout ${seconds};`,
        'client_max_body_size 0;',
      ];
  return [
    'access_log off;',
    ...temporary,
    ...(isAdvised && !isGrpc ? block('map $http_upgrade $connection_upgrade', ['default upgrade;', "'' '';"]) : []),
    ...block('upstream nodes', [
      ...stickyLines(order),
      ...serverLines(order),
      // Closed before the server would close it, so that no request meets a connection that ends.
      ...(isAdvised ? [`keepalive ${KEPT};`, `keepalive_timeout ${KEEP_ALIVE_SECONDS - 5}s;`] : []),
    ]),
    ...block('server', [
      listenLine(order, isGrpc ? ' http2' : ''),
      ...tlsLines(order),
      ...block('location /', [
        isGrpc ? 'grpc_pass grpc://nodes;' : 'proxy_pass http://nodes;',
        ...(isAdvised ? advised : []),
      ]),
    ]),
  ];
}

function streamLines(order: ProxyOrder): string[] {
  const { via, idleSeconds } = order;
  return [
    ...block('upstream nodes', [...stickyLines(order), ...serverLines(order)]),
    ...block('server', [
      listenLine(order),
      ...tlsLines(order),
      'proxy_pass nodes;',
      ...(via.defaults ? [] : [`proxy_timeout ${idleSeconds}s;`]),
    ]),
  ];
}

const STICKY: Readonly<Record<ProxyOrder['via']['sticky'], readonly string[]>> = {
  none: [],
  source: ['hash $remote_addr consistent;'],
  // Name of a session in Engine.IO’s requests. Requests without it are dealt in turn.
  hash: ['hash $arg_sid consistent;'],
  cookie: [`sticky cookie ${PROXY_COOKIE} path=/;`],
};

const stickyLines = ({ via }: ProxyOrder): readonly string[] => STICKY[via.sticky];

/** By default a server is left out for ten seconds after one failure. */
const serverLines = ({ via, upstreams }: ProxyOrder): string[] =>
  upstreams.map(({ host, port }) => `server ${host}:${port}${via.defaults ? '' : ' max_fails=0'};`);

const listenLine = ({ host, port, identity, via }: ProxyOrder, protocol = ''): string =>
  `listen ${host}:${port}${identity === undefined ? '' : ' ssl'}${protocol}${via.defaults ? '' : ` backlog=${BACKLOG}`};`;

/** Before version 1.23.4 TLS 1.3 was not among the defaults. */
const tlsLines = ({ identity, via }: ProxyOrder): string[] =>
  identity === undefined
    ? []
    : [
        `ssl_certificate ${identity};`,
        `ssl_certificate_key ${identity};`,
        ...(via.defaults ? [] : ['ssl_protocols TLSv1.2 TLSv1.3;']),
      ];
