import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import * as sse from '../../servers/sse.ts';
import { makeIdentity } from '../security/identity.ts';
import { Kit, within } from '../testing/kit.ts';
import { withPrograms } from '../testing/needs.ts';
import { figuresOf, measureForeign } from '../testing/single-trial.ts';
import { needs } from '../testing/unavailable.ts';

/** Folder for a program's files, removed with the kit. */
function folderFor(kit: Kit, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'wirebench-programs-'));
  kit.defer(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Port that no program has. If one takes it first, the program that wants it says so. */
async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a program and waits until it accepts connections at a port. */
async function serve(kit: Kit, port: number, program: string, ...args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { env: withPrograms(), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  kit.defer(async () => {
    child.kill();
    await ended;
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const accepts = async (): Promise<void> => {
    while (!(await isOpen(port))) {
      if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`);
      await sleep(20);
    }
  };
  await within(accepts(), () => `${program} to accept connections: ${said}`);
}

function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy());
}

describe('python3-websockets', async () => {
  await needs('python', 'websockets');
  const ECHO = `
import asyncio, sys, websockets
async def echo(socket, path=None):
    async for message in socket:
        await socket.send(message)
async def main():
    async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1])):
        await asyncio.Future()
asyncio.run(main())
`;
  test('an echo server is measured with text and with bytes', async () => {
    await using kit = new Kit();
    const port = await freePort();
    await serve(kit, port, 'python3', '-c', ECHO, String(port));
    const measured = await measureForeign(`ws://127.0.0.1:${port}/any`, 'ws', { encoding: 'text,binary' });
    expect(measured).toHaveLength(2);
    for (const one of measured) expect(one).toMatchObject(figuresOf());
  });
});

describe('mosquitto', async () => {
  await needs('broker');

  async function mosquitto(kit: Kit, lines: (folder: string) => readonly string[], files = {}): Promise<number> {
    const port = await freePort();
    const folder = folderFor(kit, files);
    // A broker that root starts would give up its rights and could not read the folder.
    const config = ['user root', `listener ${port} 127.0.0.1`, 'allow_anonymous true', ...lines(folder)];
    writeFileSync(join(folder, 'mosquitto.conf'), `${config.join('\n')}\n`);
    await serve(kit, port, 'mosquitto', '-c', join(folder, 'mosquitto.conf'));
    return port;
  }

  test.for([
    ['mqtt', 'echo,broadcast', 'text'],
    ['mqtt:qos1', 'echo', 'binary'],
    ['mqtt:qos2', 'broadcast', 'text'],
  ] as const)('%s is measured: %s, %s', async ([transport, scenarios, encoding]) => {
    await using kit = new Kit();
    const port = await mosquitto(kit, () => []);
    for (const { planned, trial } of await measureForeign(`mqtt://127.0.0.1:${port}`, transport, {
      scenarios,
      encoding,
    }))
      expect({ trial }).toMatchObject(figuresOf(planned.scenario.reaches === 'sender' ? 1 : planned.clients));
  });

  test('it is measured over TLS', async () => {
    await using kit = new Kit();
    const { certificate, key } = await makeIdentity(['127.0.0.1']);
    const files = { 'cert.pem': certificate, 'key.pem': key };
    const port = await mosquitto(kit, (folder) => [`certfile ${folder}/cert.pem`, `keyfile ${folder}/key.pem`], files);
    const security = { authority: certificate };
    const [one] = await measureForeign(`mqtts://127.0.0.1:${port}`, 'mqtt', {}, security);
    expect(one).toMatchObject({ planned: { tls: expect.anything() }, ...figuresOf() });
    const [untrusted] = await measureForeign(`mqtts://127.0.0.1:${port}`, 'mqtt');
    expect(untrusted?.trial.reasons.join()).toMatch(/no session could be opened at mqtts:.*self.signed certificate/);
  });

  test('topics that its access rules do not allow are named', async () => {
    await using kit = new Kit();
    const files = { acl: 'topic readwrite weather/#\n' };
    const port = await mosquitto(kit, (folder) => [`acl_file ${folder}/acl`], files);
    const [one] = await measureForeign(`mqtt://127.0.0.1:${port}`, 'mqtt');
    expect(one?.trial.reasons.join()).toMatch(/access rules.*wirebench\//);
  });

  test('a broker that wants a password says so', async () => {
    await using kit = new Kit();
    const port = await mosquitto(kit, () => ['allow_anonymous false']);
    const [one] = await measureForeign(`mqtt://127.0.0.1:${port}`, 'mqtt');
    expect(one?.trial.reasons.join()).toMatch(/no session could be opened.*[Nn]ot authorized/);
  });
});

describe('nginx in front of a server', async () => {
  await needs('nginx');

  async function nginx(kit: Kit, target: string, ...directives: readonly string[]): Promise<number> {
    const port = await freePort();
    const folder = folderFor(kit);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
http { access_log off; ${paths.join(' ')} server { listen 127.0.0.1:${port}; location / {
proxy_pass ${target}; proxy_http_version 1.1; ${directives.join(' ')} } } }`,
    );
    await serve(kit, port, 'nginx', '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr');
    return port;
  }

  async function echo(kit: Kit): Promise<string> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    kit.defer(() => server.close());
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(`Echo: ${data}`)));
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('ws is measured through it', async () => {
    await using kit = new Kit();
    const upgrade = ['proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection upgrade;'];
    const port = await nginx(kit, await echo(kit), ...upgrade);
    const [one] = await measureForeign(`ws://127.0.0.1:${port}/`, 'ws');
    expect(one).toMatchObject({ planned: { answers: { prefix: 'Echo: ' } }, ...figuresOf() });
  });

  test('a proxy that does not pass the upgrade on is named by its answer', async () => {
    await using kit = new Kit();
    const port = await nginx(kit, await echo(kit));
    const [one] = await measureForeign(`ws://127.0.0.1:${port}/`, 'ws');
    expect(one?.trial.reasons.join()).toMatch(/no session could be opened.*426/);
  });

  test.for([
    ['as the server asks it not to buffer', []],
    ['with buffers of its own', ['proxy_ignore_headers X-Accel-Buffering;']],
  ] as const)('an event stream is measured through it, %s', async ([, directives]) => {
    await using kit = new Kit();
    const { url } = await kit.listen(sse);
    const [one] = await measureForeign(`http://127.0.0.1:${await nginx(kit, url, ...directives)}`, 'sse');
    expect(one).toMatchObject(figuresOf());
  });
});
