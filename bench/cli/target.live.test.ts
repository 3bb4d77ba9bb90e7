import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server as SocketServer } from 'socket.io';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { platform } from '../../clients/platform/node.ts';
import { connect } from '../../clients/socketio.ts';
import type { Options } from '../contract.ts';
import type { Results } from '../results/schema.ts';
import { endStarted, start } from '../testing/command.ts';
import { wirebench } from '../testing/in-process.ts';
import { Peer } from '../testing/kit.ts';
import { PATIENCE_MS } from '../testing/patience.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-target-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

/** Prints the plan of a run in this process. @param token of WIREBENCH_TOKEN */
function planned(flags: readonly string[], token = '') {
  return wirebench(['run', '--plan', ...flags], { environment: { WIREBENCH_TOKEN: token } });
}

const at = (transport: string, url: string): string[] => ['--transports', transport, '--url', url];

/** Writes a configuration file and returns its flags. */
function configured(settings: object): string[] {
  const file = join(folder, `${Math.random()}.json`);
  writeFileSync(file, JSON.stringify(settings));
  return ['--config', file];
}

/** Writes a plugin that declares these addresses. */
function pluginOf(id: string, addresses: string): string[] {
  const file = join(folder, `${id}.ts`);
  writeFileSync(
    file,
    `export const transport = { id: '${id}', title: 'Mine', ${addresses}
      capabilities: { binary: false, ordered: true, reliable: true, upstream: 'connection' } };
    export const listen = () => { throw new Error('not for us'); };\nexport const connect = listen;\n`,
  );
  return ['--plugin', file];
}

const declared = "addresses: { schemes: [{ name: 'mine', tls: false }, { name: 'mines', tls: true, port: 99 }] },";

describe('the scheme', () => {
  test.each([
    [at('grpc', 'https://127.0.0.1:9'), 'grpc takes grpc:, grpcs:'],
    [at('grpc', 'wss://127.0.0.1:9'), 'grpc takes grpc:, grpcs:'],
    [at('tcp', 'https://127.0.0.1:9'), 'tcp takes tcp:, tls:, ssl:'],
    [at('tcp', 'mqtts://127.0.0.1:9'), 'tcp takes tcp:, tls:, ssl:'],
    [at('mqtt', 'https://127.0.0.1:9'), 'mqtt takes mqtt:, mqtts:, tcp:, tls:, ssl:'],
    [at('mqtt', 'grpcs://127.0.0.1:9'), 'mqtt takes mqtt:, mqtts:, tcp:, tls:, ssl:'],
    [at('ws', 'mqtt://127.0.0.1:9'), 'ws takes ws:, wss:'],
    [at('sse:h2', 'ws://127.0.0.1:9'), 'sse:h2 takes http:, https:'],
    [configured({ transports: ['long-polling', 'tcp'], url: 'WSS://127.0.0.1:9' }), 'long-polling takes http:, https:'],
    [[...pluginOf('speaks', declared), ...at('speaks', 'https://127.0.0.1')], 'speaks takes mine:, mines:'],
  ])('%j is refused with those that the transport takes, token or not', async (flags, problem) => {
    for (const token of ['', 'secret']) {
      const { code, stdout, stderr } = await planned(flags, token);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(problem);
    }
  });

  test.each([
    [at('mqtt', 'ssl://127.0.0.1:9'), true, 'mqtts://127.0.0.1:9'],
    [at('ws', 'WSS://[::1]:9/'), true, 'wss://[::1]:9/'],
    [configured({ transports: 'graphql', url: 'HTTPS://127.0.0.1/graphql' }), true, 'wss://127.0.0.1/graphql'],
    [[...pluginOf('mines', declared), ...at('mines', 'MINES://127.0.0.1')], true, 'mines://127.0.0.1:99'],
  ])('%j is recorded as it is dialled', async (flags, tls, target) => {
    const { code, stdout } = await planned(flags);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect({ code, tls: text.includes('over TLS') }).toEqual({ code: 0, tls });
    expect(text).toContain(`at ${target}`);
  });
});

describe('a token', () => {
  test.each([
    at('ws', 'ws://192.0.2.1:9/'),
    at('mqtt', 'tcp://192.0.2.1'),
    at('grpc', 'GRPC://[2001:db8::1]:9'),
    configured({ transports: ['sse'], url: 'http://192.0.2.1/events' }),
    [...pluginOf('plain', declared), ...at('plain', 'mine://192.0.2.1:9')],
    [...pluginOf('silent', ''), ...at('silent', 'https://192.0.2.1:9')],
  ])('%j does not leave this machine in plain text, whoever owns the host', async (...flags) => {
    const { code, stderr } = await planned([...flags, '--yes-i-own-this-host'], 'secret');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /WIREBENCH_TOKEN would go to \S+ in plain text; (use a scheme that means TLS|let the plugin)/,
    );
  });

  test('both faults of an address are reported at once', async () => {
    const { code, stderr } = await planned(at('ws', 'ws://me:pass-word@192.0.2.1:9/'), 'secret');
    expect(code).toBe(2);
    for (const part of ['--yes-i-own-this-host', 'in plain text', 'room for one of them'])
      expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/pass-word|secret/);
  });

  test.each([
    [at('ws', 'wss://192.0.2.1:9/'), ['--yes-i-own-this-host'], false],
    [at('grpc', 'grpc://[::1]:9'), [], true],
  ])('%j is used; the plan says where it is in plain text', async (flags, more, plain) => {
    const { code, stdout } = await planned([...flags, ...more], 'secret');
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ').includes('The token of WIREBENCH_TOKEN is sent in plain text')).toBe(plain);
  });
});

describe('what is secret about an address', () => {
  const secrets = /pass-word|se-cret|bWU6cGFzcy13b3Jk/;

  test.each([
    at('ws', 'ws:\\\\me:pass-word@127.0.0.1:9\\?key=se-cret'),
    at('ws', 'wS:me:pass-word@127.0.0.1:9?key=se-cret'),
    at('tcp', 'tcp://me:pass-word@127.0.0.1:9/?key=se-cret#x'),
    at('ws', 'ws://me:pass-word@127.0.0.1:99999/'),
    at('ws', 'me:pass-word@127.0.0.1'),
    configured({ transports: 'mqtt', url: 'mqtt://me:pass-word@h o s t' }),
  ])('%j is in no output, whether the address is taken or refused', async (...flags) => {
    const { stdout, stderr } = await planned([...flags, '--json']);
    expect(stdout + stderr).not.toMatch(secrets);
  });

  /** Measures a server that repeats what it was sent. Returns all output and files. */
  async function measured(transport: string, scheme: string, server: Server) {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `${scheme}://me:pass-word@127.0.0.1:${(server.address() as AddressInfo).port}/base?key=se-cret`;
    const out = join(folder, transport);
    const flags = [...at(transport, url), '--quick', '--scenarios', 'echo', '--clients', '2', '--rate', '50'];
    const { code, stdout, stderr } = await start(['run', ...flags, '--out', out, '--verbose', '--ndjson']).ended;
    const [results = '', report = ''] = ['results.json', 'report.html'].map((file) =>
      readFileSync(join(out, file), 'utf8'),
    );
    expect(code).toBe(14);
    for (const text of [stdout, stderr, results, report]) expect(text).not.toMatch(secrets);
    return results;
  }

  test('is in no results, report or error when a server refuses a session and repeats it', async () => {
    await using server = createServer((request, response) => {
      response.writeHead(403).end(`no ${request.headers.authorization}, me:pass-word, ${request.url}`);
    });
    const results = await measured('long-polling', 'http', server);
    expect(results).toMatch(/answered with 403: no Basic \[hidden\].*\/base\/sessions\?key=\[hidden\]/);
  });

  test('is in no results, report or error when a server ends a session and repeats it', async () => {
    await using server = createServer();
    let count = 0;
    new WebSocketServer({ server }).on('connection', (socket, { url, headers }) =>
      socket.on('message', (data) => {
        if (++count > 60) socket.close(4000, `${url}, ${headers.authorization}, pass-word`);
        else socket.send(String(data));
      }),
    );
    const results = await measured('ws', 'ws', server);
    expect(results).toMatch(/4000 \/base\?key=\[hidden\], Basic \[hidden\], \[hidden\]/);
  });
});

test('an error of a Socket.IO server names the endpoint and the namespace that were asked for', async () => {
  const http = createServer();
  const io = new SocketServer(http, { path: '/rt' });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const { port } = http.address() as AddressInfo;
  const settings = { encoding: 'text', platform, signal: AbortSignal.timeout(PATIENCE_MS) } as const;
  const dial = (options: Options) => connect(`http://127.0.0.1:${port}/nowhere`, new Peer(), { ...settings, options });
  try {
    await expect(dial({ path: '/rt' })).rejects.toThrow('Invalid namespace, at endpoint /rt, namespace /nowhere');
    await expect(dial({})).rejects.toThrow(/ error: .*, at endpoint \/socket\.io, namespace \/nowhere$/);
  } finally {
    await io.close();
  }
});

test('a stock Socket.IO server on another path and namespace is measured', async () => {
  const http = createServer();
  const io = new SocketServer(http, { path: '/chat/socket.io/' });
  io.of('/rücken').on('connection', (socket) => socket.on('m', (message) => socket.emit('m', message)));
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/rücken`;
  const out = join(folder, 'socketio');
  try {
    const asked = { url, transports: ['socketio', 'socketio:polling'], option: { path: '/chat/socket.io' } };
    const short = ['--trials', '1', '--duration', '0.5', '--warmup', '0.1'];
    const flags = [...short, '--scenarios', 'echo', '--clients', '2', '--rate', '50', '--out', out];
    const { code } = await start(['run', ...configured(asked), ...flags]).ended;
    expect([0, 13]).toContain(code);
    const { cases, plan } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    expect(plan.command).toContain("--option 'path=/chat/socket.io'");
    expect(cases).toHaveLength(2);
    for (const one of cases) {
      expect(one).toMatchObject({ effective: { path: '/chat/socket.io' }, trials: [{ messages: { delivered: 25 } }] });
    }
  } finally {
    await io.close();
  }
});
