import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { platformFrom } from '../../../../clients/platform/node.ts';
import { ECHO } from '../../../codec/header.ts';
import { whyNotVia } from '../../../plan/vias.ts';
import { NO_PROXY, VIAS } from '../../../results/dimensions.ts';
import { parseVia, type Via } from '../../../results/via.ts';
import { makeIdentity } from '../../../security/identity.ts';
import { until } from '../../../testing/command.ts';
import { Kit, Peer } from '../../../testing/kit.ts';
import { processesWith } from '../../../testing/processes.ts';
import { needs } from '../../../testing/unavailable.ts';
import {
  findTransport,
  loadClient,
  loadServer,
  nameOf,
  optionsOf,
  proxiedOf,
  type TransportChoice,
  transportChoices,
} from '../../../transports/index.ts';
import { loopback } from '../../link.ts';
import type { Carried, ProxyOrder } from './order.ts';
import { findProxy, whyNoProxy } from './program.ts';
import { argumentsOf, configurationOf, type RunningProxy, startProxy } from './proxy.ts';

await needs('nginxStream', 'haproxy', 'processTable');

const folder = mkdtempSync(join(tmpdir(), 'wirebench-proxies-'));
afterAll(() => rmSync(folder, { recursive: true }));

const viaOf = (text: string): Via => parseVia(text) ?? expect.fail(text);
const choiceOf = (name: string): TransportChoice => findTransport(name) ?? expect.fail(name);
const carriedBy = (choice: TransportChoice): Carried => {
  const carries = proxiedOf(choice);
  return carries === undefined || typeof carries === 'object' ? expect.fail() : carries;
};
const proxies = VIAS.filter((one) => one !== NO_PROXY).map(viaOf);

describe('configurations are accepted by the programs themselves', () => {
  test.each(['nginx', 'haproxy'] as const)('%s', async (name) => {
    const identity = join(folder, 'identity.pem');
    const { certificate, key } = await makeIdentity(['127.0.0.1']);
    writeFileSync(identity, `${certificate}\n${key}\n`);
    const program = findProxy(name) ?? expect.fail();
    for (const via of proxies.filter(({ proxy }) => proxy === name))
      for (const carries of ['HTTP', 'WebSocket', 'HTTP/2', 'gRPC', 'TCP'] as const)
        for (const secured of [{}, { identity }]) {
          // Each protocol in the usual form and by default, each kind of stickiness once, and TLS once a protocol: a check takes long.
          const isUsual = via.sticky === (via.defaults ? 'none' : 'source');
          if (!isUsual && (carries !== 'HTTP' || via.defaults)) continue;
          if ('identity' in secured && (!isUsual || via.defaults)) continue;
          if (whyNoProxy(via, carries, program) !== undefined) continue;
          const order: ProxyOrder = {
            via,
            carries,
            host: '127.0.0.1',
            port: 45_000,
            upstreams: [1, 2].map((port) => ({ host: '127.0.0.1', port })),
            connections: 100,
            idleSeconds: 3_600,
            folder,
            ...secured,
          };
          const text = configurationOf(order, program.stream?.module);
          const file = join(folder, 'checked.conf');
          writeFileSync(file, text);
          const { status, stderr } = spawnSync(program.path, argumentsOf(order, file, true), { encoding: 'utf8' });
          expect(
            [status, stderr.replaceAll(/^.*(?:syntax is ok|test is successful).*\n/gm, '')],
            `${text}\n${stderr}`,
          ).toEqual([0, '']);
        }
  });
});

/** Servers of a transport in this process, and a proxy before them. */
async function behind(
  kit: Kit,
  name: string,
  via: string,
  { servers = 1, idleSeconds }: { servers?: number; idleSeconds?: number } = {},
): Promise<{ url: string; proxy: RunningProxy }> {
  const choice = choiceOf(name);
  const module = await loadServer(choice.entry);
  const listeners = [];
  for (let at = 0; at < servers; at++) listeners.push(await kit.listen(module, { options: optionsOf(choice) }));
  const proxy = await startProxy({
    via: viaOf(via),
    carries: carriedBy(choice),
    host: '127.0.0.1',
    port: 0,
    upstreams: listeners.map(({ url }) => ({ host: '127.0.0.1', port: Number(new URL(url).port) })),
    connections: 100,
    link: loopback(),
    core: undefined,
    ...(idleSeconds === undefined ? {} : { idleSeconds }),
    signal: new AbortController().signal,
  });
  kit.use(proxy.server);
  const url = (listeners[0]?.url ?? '').replace(/:\d+/, `:${proxy.port}`);
  return { url, proxy };
}

/** Opens a session, from the first source address unless another one is named, and keeps what it receives. */
async function dial(kit: Kit, name: string, url: string, source = '127.0.0.1', peer = new Peer()): Promise<Peer> {
  const choice = choiceOf(name);
  const client = await loadClient(choice.entry);
  return kit.connect(client, url, { options: optionsOf(choice), platform: platformFrom(source) }, peer);
}

const echoed = (text: string): string => `${ECHO}${'0'.repeat(11)}${text}`;

const tried = transportChoices().filter((choice) => {
  const { variant } = choice;
  return typeof proxiedOf(choice) === 'string' && (variant === null || variant.proxied !== undefined);
});

describe('a session goes through', () => {
  test.each([
    ['nginx', tried],
    ['haproxy', tried],
    ['nginx:defaults', ['sse', 'grpc', 'tcp'].map(choiceOf)],
    ['haproxy:defaults', ['ws', 'sse', 'grpc', 'tcp'].map(choiceOf)],
  ] as const)('%s, with every transport that can', async (via, choices) => {
    const can = choices.filter((choice) => whyNotVia(choice, viaOf(via), false) === undefined);
    expect(can.length).toBeGreaterThan(2);
    await Promise.all(
      can.map(async (choice) => {
        await using kit = new Kit();
        const { url } = await behind(kit, nameOf(choice), via);
        const peer = await dial(kit, nameOf(choice), url);
        await peer.send(echoed('through'));
        expect(await peer.has(1), nameOf(choice)).toEqual([echoed('through')]);
        expect(peer.losses).toEqual([]);
      }),
    );
  });
});

describe('of two servers behind a proxy', () => {
  const ASKS_ELSEWHERE = /Session ID unknown/;

  test.each(['haproxy:none', 'nginx:none', 'haproxy:hash', 'nginx:hash'])(
    '%s sends the second request of socketio:polling to the other: 400, as its documentation says',
    async (via) => {
      await using kit = new Kit();
      const { url } = await behind(kit, 'socketio:polling', via, { servers: 2 });
      let refused = '';
      // A hash of the session’s id gives the server of the first request by chance, but not to each of several.
      for (let tries = 0; tries < 40 && refused === ''; tries++)
        refused = await dial(kit, 'socketio:polling', url).then(() => '', String);
      expect(refused).toMatch(ASKS_ELSEWHERE);
    },
  );

  test.each([
    ['socketio:polling', 'haproxy'],
    ['socketio:polling', 'nginx'],
    ['socketio:polling', 'haproxy:cookie'],
    ['socketio:upgrade', 'haproxy:cookie'],
    ['sse', 'haproxy:cookie'],
    ['long-polling', 'haproxy:cookie'],
    ['graphql:sse', 'haproxy:cookie'],
  ])('%s stays at its server via %s', async (name, via) => {
    await using kit = new Kit();
    const { url } = await behind(kit, name, via, { servers: 2 });
    for (let at = 1; at <= 4; at++) {
      const peer = await dial(kit, name, url, `127.0.0.${at}`);
      for (const text of ['a', 'b', 'c']) await peer.send(echoed(text));
      expect(await peer.has(3)).toEqual(['a', 'b', 'c'].map(echoed));
    }
  });

  test.each(['ws', 'tcp', 'mqtt', 'grpc'])('%s has one connection a session and needs no stickiness', async (name) => {
    await using kit = new Kit();
    const { url } = await behind(kit, name, 'haproxy:none', { servers: 2 });
    for (let at = 1; at <= 2; at++) {
      const peer = await dial(kit, name, url);
      for (const text of ['a', 'b', 'c']) await peer.send(echoed(text));
      expect(await peer.has(3)).toEqual(['a', 'b', 'c'].map(echoed));
    }
  });
});

describe('an idle session', () => {
  test.each([
    ['ws', 'nginx'],
    ['ws', 'haproxy'],
    ['tcp', 'nginx'],
    ['sse', 'haproxy'],
  ])('%s via %s ends by the proxy’s time-out, which is in the settings in force', async (name, via) => {
    await using kit = new Kit();
    const { url, proxy } = await behind(kit, name, via, { idleSeconds: 1 });
    expect(proxy.effective).toMatchObject({ proxyIdleSeconds: 1, proxy: proxy.name });
    const ended = Promise.withResolvers<void>();
    class Ending extends Peer {
      override lost(reason: Error): void {
        super.lost(reason);
        ended.resolve();
      }
    }
    await dial(kit, name, url, '127.0.0.1', new Ending());
    await ended.promise;
  });
});

test('a proxy that cannot start says why, and leaves nothing', async () => {
  const order = { via: viaOf('haproxy'), carries: 'TCP', host: '127.0.0.1', connections: 10 } as const;
  const settings = { ...order, link: loopback(), core: undefined, signal: new AbortController().signal };
  const upstreams = [{ host: 'no.such.host.invalid', port: 1 }];
  await expect(startProxy({ ...settings, port: 0, upstreams })).rejects.toThrow(
    /the proxy \(.*could not resolve address/s,
  );
  expect(leftFolders(process.pid)).toEqual([]);
});

const leftFolders = (pid: number): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`wirebench-proxy-${pid}-`));

/** Program that starts a proxy and then waits to be killed. */
const started = (proxy: string, link: string): string => `
  import { startProxy } from ${JSON.stringify(new URL('./proxy.ts', import.meta.url).href)};
  import { openLink } from ${JSON.stringify(new URL('../../link.ts', import.meta.url).href)};
  const link = await openLink('${link}');
  await startProxy({
    via: { proxy: '${proxy}', defaults: false, sticky: 'source' }, carries: 'HTTP', host: link.host, port: 0,
    upstreams: [{ host: '127.0.0.1', port: 1 }], connections: 100, link, core: undefined,
    signal: new AbortController().signal,
  });
  setInterval(() => {}, 1_000);
`;

describe('nothing is left of a command that was killed', () => {
  test.each([
    ['nginx', 'loopback'],
    ['haproxy', 'loopback'],
    ['nginx', 'auto'],
  ])('%s on %s', async (proxy, link) => {
    const flags = ['--input-type=module', '--eval', started(proxy, link)];
    const child = spawn(process.execPath, flags, { stdio: 'ignore' });
    const pid = child.pid ?? expect.fail();
    const mark = `wirebench-proxy-${pid}-`;
    try {
      await until(() => processesWith(mark).length > 1 && leftFolders(pid).length === 1);
    } finally {
      child.kill('SIGKILL');
    }
    await until(() => processesWith(mark).length === 0 && leftFolders(pid).length === 0);
  });
});
