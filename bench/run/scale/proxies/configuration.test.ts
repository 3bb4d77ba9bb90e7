import { describe, expect, test } from 'vitest';
import { NO_PROXY, VIAS } from '../../../results/dimensions.ts';
import { parseVia } from '../../../results/via.ts';
import { holdsBack, idleSecondsOf, settingsInForce } from './in-force.ts';
import { type Carried, connectionsFor, type ProxyOrder } from './order.ts';
import { streamOf, whyNoProxy } from './program.ts';
import { configurationOf } from './proxy.ts';

const order = (via: string, carries: Carried, more: Partial<ProxyOrder> = {}): ProxyOrder => ({
  via: parseVia(via) ?? expect.fail(via),
  carries,
  host: '10.0.0.1',
  port: 8_080,
  upstreams: [9_001, 9_002].map((port) => ({ host: '127.0.0.1', port })),
  connections: 1_000,
  idleSeconds: 3_600,
  folder: '/run/proxy',
  ...more,
});
const written = (...of: Parameters<typeof order>): string => configurationOf(order(...of), '/lib/ngx_stream_module.so');

const CARRIED: readonly Carried[] = ['HTTP', 'WebSocket', 'HTTP/2', 'gRPC', 'TCP'];
const proxies = VIAS.filter((one) => one !== NO_PROXY);

describe('a proxy’s configuration', () => {
  test.each(proxies.flatMap((via) => CARRIED.map((carries) => [via, carries] as const)))(
    '%s for %s: listens at the address, names every server, has balanced brackets, and keeps its files in its folder',
    (via, carries) => {
      const text = written(via, carries);
      expect(text).toMatch(/(?:listen|bind) 10\.0\.0\.1:8080\b/);
      for (const port of [9_001, 9_002])
        expect(text).toMatch(new RegExp(`^\\s*server .*127\\.0\\.0\\.1:${port}\\b`, 'm'));
      expect(text.split('{')).toHaveLength(text.split('}').length);
      for (const [path] of text.matchAll(/(?<=\s)\/[\w/.-]+/g)) expect(path).toMatch(/^\/(?:run\/proxy|lib)\/|^\/$/);
      expect(text).not.toContain('undefined');
    },
  );

  test.each([
    [
      'nginx',
      'WebSocket',
      /proxy_http_version 1\.1;[\s\S]*Upgrade \$http_upgrade;[\s\S]*Connection \$connection_upgrade;/,
    ],
    ['nginx', 'HTTP', /proxy_buffering off;/],
    ['nginx', 'gRPC', /listen \S+ http2 .*[\s\S]*client_max_body_size 0;/],
    ['nginx', 'TCP', /^load_module \/lib\/ngx_stream_module\.so;[\s\S]*^stream \{[\s\S]*proxy_timeout 3600s;/m],
    ['haproxy', 'HTTP', /option http-no-delay/],
    ['haproxy', 'WebSocket', /timeout tunnel 3600s/],
    ['haproxy', 'gRPC', /bind \S+ proto h2[\s\S]*server n1 \S+ proto h2/],
    ['haproxy', 'TCP', /mode tcp/],
  ] as const)('%s has for %s what its documentation advises, and its defaults have not', (via, carries, advised) => {
    expect(written(via, carries)).toMatch(advised);
    const parts = /http2|proto h2|load_module|mode tcp/;
    if (!parts.test(advised.source)) expect(written(`${via}:defaults`, carries)).not.toMatch(advised);
  });

  test.each([
    ['nginx', /hash \$remote_addr consistent;/],
    ['nginx:hash', /hash \$arg_sid consistent;/],
    ['nginx:cookie', /sticky cookie wirebench/],
    ['haproxy', /balance source/],
    ['haproxy:hash', /balance url_param sid/],
    ['haproxy:cookie', /balance roundrobin\s+cookie wirebench insert[\s\S]*cookie n1[\s\S]*cookie n2/],
  ])('%s keeps a session at its server, which :none does not', (via, sticky) => {
    expect(written(via, 'HTTP')).toMatch(sticky);
    for (const without of [`${via.split(':')[0]}:none`, `${via.split(':')[0]}:defaults`])
      expect(written(without, 'HTTP')).not.toMatch(sticky);
  });

  test('ends TLS with the certificate in its folder, and is silent of TLS without one', () => {
    for (const via of ['nginx', 'haproxy'])
      for (const carries of CARRIED) {
        const text = written(via, carries, { identity: '/run/proxy/identity.pem' });
        expect(text).toContain('/run/proxy/identity.pem');
        expect(text).toMatch(/(?:listen|bind) \S+ ssl\b/);
        expect(written(via, carries)).not.toContain('ssl');
      }
  });
});

describe('settings in force', () => {
  test.each([
    ['nginx', 'HTTP', 3_600],
    ['nginx:defaults', 'HTTP', 60],
    ['nginx:defaults', 'gRPC', 60],
    ['nginx:defaults', 'TCP', 600],
    ['haproxy', 'WebSocket', 3_600],
    ['haproxy:defaults', 'WebSocket', 50],
    ['haproxy:defaults', 'TCP', 50],
  ] as const)('%s ends a silent session of %s after %i s', (via, carries, seconds) => {
    const of = order(via, carries);
    expect(idleSecondsOf(of, configurationOf(of))).toBe(seconds);
  });

  test('are read from the configuration: a shorter time is found there', () => {
    const of = order('haproxy', 'TCP', { idleSeconds: 2 });
    expect(settingsInForce(of, configurationOf(of), '2.6')).toMatchObject({
      proxy: 'haproxy 2.6',
      proxyIdleSeconds: 2,
      proxyStickiness: 'source',
      proxyServers: 2,
    });
    expect(settingsInForce(of, configurationOf(of), '2.6')).not.toHaveProperty('proxyTls');
  });

  test('tell who may hold back a part of an answer', () => {
    const held = (via: string, carries: Carried) => holdsBack(order(via, carries), written(via, carries));
    expect([held('nginx', 'HTTP'), held('nginx:defaults', 'HTTP')]).toEqual([false, true]);
    expect([held('haproxy', 'HTTP'), held('haproxy:defaults', 'HTTP')]).toEqual([false, true]);
    expect(held('haproxy:defaults', 'TCP')).toBe(false);
  });
});

describe('a machine’s proxies', () => {
  const via = (text: string) => parseVia(text) ?? expect.fail(text);
  const old = { path: '/usr/sbin/nginx', version: '1.22.1', stream: {} };

  test('one that is not installed is unavailable, with the command that installs it', () => {
    for (const name of ['nginx', 'haproxy'])
      expect(whyNoProxy(via(name), 'HTTP', undefined)).toMatchObject({
        kind: 'unavailable',
        reason: expect.stringMatching(new RegExp(`${name} is not installed.*apt-get install ${name}`)),
      });
  });

  test('nginx without its module for TCP is unavailable for TCP alone', () => {
    const { stream: _, ...rest } = old;
    const without = { ...rest, stream: undefined };
    expect(whyNoProxy(via('nginx'), 'TCP', without)?.reason).toMatch(/apt-get install libnginx-mod-stream/);
    expect(whyNoProxy(via('nginx'), 'HTTP', without)).toBeUndefined();
    expect(streamOf('--with-stream --x')).toEqual({});
    expect(streamOf('--modules-path=/m --with-stream=dynamic', () => true)).toEqual({
      module: '/m/ngx_stream_module.so',
    });
    expect(streamOf('--modules-path=/m --with-stream=dynamic', () => false)).toBeUndefined();
  });

  test('nginx has a sticky cookie only since the version that brought it', () => {
    expect(whyNoProxy(via('nginx:cookie'), 'HTTP', old)).toMatchObject({ kind: 'not supported' });
    for (const version of ['1.29.6', '1.30.0', '2.0'])
      expect(whyNoProxy(via('nginx:cookie'), 'HTTP', { ...old, version }), version).toBeUndefined();
    expect(whyNoProxy(via('haproxy:cookie'), 'HTTP', old)).toBeUndefined();
  });

  test('its proxies are prepared for as many connections as their descriptors allow', () => {
    expect(connectionsFor(10, null)).toBe(580);
    expect(connectionsFor(10_000, 20_000)).toBe(9_950);
  });
});
