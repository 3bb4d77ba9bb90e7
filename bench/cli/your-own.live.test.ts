import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Results } from '../results/schema.ts';
import { endStarted, start } from '../testing/command.ts';
import { wirebench } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-own-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const SHORT = ['--scenarios', 'echo', '--clients', '5', '--rate', '100', '--duration', '0.5', '--warmup', '0.2'];
/** States of a trial whose messages are all accounted for; a busy machine that misses the schedule makes it invalid. */
const MEASURED = [0, 13];
const exampleFolder = fileURLToPath(new URL('../../examples/transport/', import.meta.url));

function resultsIn(out: string): Results {
  return JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
}

test('a foreign server is measured and its sessions are closed; figures of its process are not invented', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const codes: number[] = [];
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('close', (code) => codes.push(code));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/chat`;
  const out = join(folder, 'url');
  try {
    const flags = ['run', '--url', url, '--transports', 'ws', '--trials', '1', '--out', out, ...SHORT];
    const { code, stdout } = await start(flags).ended;
    expect(MEASURED).toContain(code);
    expect(stdout).toContain(url);
    const { cases, plan } = resultsIn(out);
    expect(plan.command).toContain(`--url ${url}`);
    expect(cases).toHaveLength(1);
    expect(cases[0]).toMatchObject({ target: url, tls: false });
    // At least 64 bytes in each direction and a frame's 2 or 6 bytes, counted at the load generator's sockets.
    expect(cases[0]!.trials[0]).toMatchObject({
      messages: { due: 50, delivered: 50, lost: 0 },
      wire: { layer: 'socket', up: 50 * (128 + 8), down: 50 * (128 + 4) },
    });
    // Two sessions dialled the server before the run.
    expect(codes).toEqual(Array(2 + 5).fill(1000));
  } finally {
    server.close();
  }
});

/** Addresses of faulty servers, by fault. */
async function wrongServers() {
  const servers: (Server | WebSocketServer)[] = [];
  const sockets = new Set<Socket>();
  const portOf = async (server: Server | WebSocketServer): Promise<number> => {
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const webSocket = (behave: (socket: WebSocket, message: string) => void): Promise<number> => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => socket.on('message', (data) => behave(socket, String(data))));
    return portOf(server);
  };
  const tcp = (behave: (socket: Socket) => void): Promise<number> => {
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      behave(socket);
    });
    return portOf(server.listen(0, '127.0.0.1'));
  };
  let answered = 0;
  return {
    ports: {
      elsewhere: await tcp((socket) => socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'))),
      twice: await webSocket((socket, message) => [message, message].forEach((one) => void socket.send(one))),
      breaks: await webSocket((socket, message) => {
        if (++answered > 20) socket.terminate();
        else socket.send(message);
      }),
    },
    close(): void {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}

test('errors about a faulty server say what happened and where to look', async () => {
  const { ports, close } = await wrongServers();
  const driven = async (name: string, port: number) => {
    const out = join(folder, name);
    const flags = [
      '--url',
      `ws://me:pass-word@127.0.0.1:${port}/chat?key=se-cret&room`,
      '--transports',
      'ws',
      '--verbose',
    ];
    const { code, stdout, stderr } = await start(['run', ...flags, '--trials', '1', '--out', out, ...SHORT]).ended;
    const written = ['results.json', 'report.html'].map((file) => readFileSync(join(out, file), 'utf8'));
    // An address with credentials must not appear in a report.
    for (const text of [stdout, stderr, ...written]) expect(text).not.toMatch(/pass-word|se-cret/);
    expect(stderr).toContain(`ws://[hidden]@127.0.0.1:${port}/chat?key=[hidden]&[hidden]`);
    return { code, stdout: stdout.replaceAll(/\s+/g, ' '), trial: resultsIn(out).cases[0]?.trials[0] };
  };
  try {
    const nobody = await driven('nobody', 9);
    expect(nobody).toMatchObject({ code: 14, trial: { state: 'failed' } });
    expect(nobody.trial?.reasons.join()).toMatch(/opened at ws:\S+:9\S+ with ws: .*ECONNREFUSED/);
    const elsewhere = await driven('elsewhere', ports.elsewhere);
    expect(elsewhere).toMatchObject({ code: 14, trial: { state: 'failed' } });
    expect(elsewhere.trial?.reasons.join()).toMatch(/opened at .*404/);
    const messages = { due: 50, expected: 50, delivered: 50, lost: 0, duplicated: 50 };
    const twice = await driven('twice', ports.twice);
    expect(twice).toMatchObject({ code: 13, trial: { messages } });
    expect(twice.trial?.reasons.join()).toContain('50 duplicated');
    for (const { stdout } of [nobody, elsewhere, twice]) expect(stdout).toMatch(/Check that the server at \S+ runs/);
    // Every sent message may have come back before the server failed.
    const breaks = await driven('breaks', ports.breaks);
    expect(breaks.code).toBe(14);
    expect(breaks.trial?.reasons.join()).toContain('session lost: WebSocket closed with 1006');
  } finally {
    close();
  }
});

test('another host is measured only with --yes-i-own-this-host', async () => {
  const { code, stderr } = await wirebench(['run', '--url', 'ws://192.0.2.1:9/', '--transports', 'ws', ...SHORT]);
  expect(code).toBe(2);
  expect(stderr).toContain('--yes-i-own-this-host');
});

test.each([
  [['--url', 'nowhere', '--transports', 'ws'], 'whole address'],
  [['--url', 'ws://127.0.0.1:9/'], 'one --transports'],
  [['--url', 'ws://127.0.0.1:9/', '--transports', 'ws', '--tls'], 'leave --tls out'],
  [['--url', 'ws://127.0.0.1:9/', '--transports', 'ws', '--auth', 'HS256'], 'WIREBENCH_TOKEN'],
  [['--ca', 'x.pem'], 'without --url'],
  [['--plugin', 'no-such-file.ts'], 'no-such-file.ts'],
  [['--plugin', join(exampleFolder, 'clients/ndjson.ts')], 'transport'],
])('%j is refused with a remedy', async (flags, word) => {
  const { code, stderr } = await wirebench(['run', ...flags]);
  expect(code).toBe(2);
  expect(stderr).toContain(word);
});

test('a transport from outside the repository is listed and measured', async () => {
  const plugin = join(folder, 'plugin.ts');
  writeFileSync(plugin, `export * from ${JSON.stringify(pathToFileURL(join(exampleFolder, 'ndjson.ts')).href)};\n`);
  const listed = await start(['list', '--plugin', plugin]).ended;
  expect(listed.stdout).toMatch(/ndjson +Newline-delimited JSON/);
  const out = join(folder, 'plugin');
  const flags = ['run', '--plugin', plugin, '--transports', 'ndjson', '--trials', '1', '--out', out, ...SHORT];
  const { code } = await start(flags).ended;
  expect(MEASURED).toContain(code);
  const { cases, plan } = resultsIn(out);
  expect(plan.command).toContain('--plugin');
  expect(cases[0]).toMatchObject({ transport: 'ndjson', trials: [{ messages: { delivered: 50 } }] });
});

/** Writes a plugin with this `transport`; its server is never started. */
function pluginOf(name: string, transport: string): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(
    file,
    `export const transport = { id: '${name}', title: 'Mine', ${transport} };\n` +
      'export function listen(): never { throw new Error("this port is not for us"); }\nexport const connect = listen;\n',
  );
  return file;
}
const promises = "capabilities: { binary: false, ordered: true, reliable: true, upstream: 'request', mostBytes: 4096 }";

test('a plugin must describe a transport as the repository does', async () => {
  const rest =
    "options: { everyMs: 7 }, refusal: /x/, unauthorized: /no/, datagrams: true, variants: [{ id: 'slow', title: 'Slow', ";
  const plugin = pluginOf('telling', `${promises}, ${rest} options: { everyMs: 9 }, unauthorized: /never/ }]`);
  const { stdout } = await start(['list', '--json', '--plugin', plugin]).ended;
  expect(JSON.parse(stdout).transports.at(-1)).toMatchObject({
    id: 'telling',
    capabilities: { mostBytes: 4096, upstream: 'request' },
    options: { everyMs: 7 },
    tls: true,
    tokens: true,
    variants: [{ id: 'slow', options: { everyMs: 9 } }],
  });
});

test('a plugin can declare that it requires tokens, and a variant that it does not', async () => {
  const promised = promises.replace('}', ', auth: true }');
  const variants = "variants: [{ id: 'open', title: 'Open', options: {}, capabilities: { auth: false } }]";
  const plugin = pluginOf('guarded', `${promised}, ${variants}`);
  const { stdout } = await start(['list', '--json', '--plugin', plugin]).ended;
  expect(JSON.parse(stdout).transports.at(-1)).toMatchObject({
    tokens: true,
    variants: [{ id: 'open', tokens: false, capabilities: { mostBytes: 4096, auth: false } }],
  });
});

test('cases that a plugin does not support are left out before anything starts', async () => {
  const plugin = pluginOf('plain', `${promises}, tls: false`);
  const asked = ['--plugin', plugin, '--transports', 'plain'];
  for (const [flags, why] of [
    [['--tls'], 'plain cannot be served over TLS'],
    [['--auth', 'HS256'], 'plain does not check tokens'],
    [['--size', '4097'], 'plain carries no messages larger than 4096 bytes'],
    [['--encoding', 'binary'], 'plain carries no binary messages'],
  ] as const) {
    const { code, stderr } = await start(['run', ...asked, ...SHORT, ...flags]).ended;
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(why) });
  }
  const listed = await start(['list', '--plugin', plugin]).ended;
  expect(listed.stdout).toMatch(/plain +Mine · .*; no\s+TLS; no tokens/);
  const served = await start(['serve', 'plain', '--plugin', plugin, '--tls', '--auth', 'ES256']).ended;
  expect(served.code).toBe(2);
  for (const flag of ['--tls', '--auth']) expect(served.stderr).toContain(`leave ${flag} out`);
});

test('a plugin whose listen throws is a failed trial with its reason', async () => {
  const plugin = pluginOf('throwing', promises);
  const out = join(folder, 'throwing');
  const flags = ['--plugin', plugin, '--transports', 'throwing', '--trials', '1', '--out', out];
  expect((await start(['run', ...flags, ...SHORT]).ended).code).toBe(14);
  expect(resultsIn(out).cases[0]?.trials).toMatchObject([
    { state: 'failed', reasons: ['the server failed: this port is not for us'] },
  ]);
});

test.each([
  ['listen', 'the server failed: listen must resolve with a listener'],
  ['connect', 'a load worker failed: connect must resolve with a session'],
])('a plugin whose %s resolves with nothing is a failed trial with its reason', async (which, reason) => {
  const plugin = join(folder, `empty-${which}.ts`);
  const example = JSON.stringify(pathToFileURL(join(exampleFolder, 'ndjson.ts')).href);
  const other = which === 'listen' ? 'connect' : 'listen';
  writeFileSync(
    plugin,
    `import { transport as like } from ${example};\nexport { ${other} } from ${example};\n` +
      `export const transport = { ...like, id: 'empty' };\nexport const ${which} = async () => undefined;\n`,
  );
  const out = join(folder, `empty-${which}`);
  const flags = ['--plugin', plugin, '--transports', 'empty', '--trials', '1', '--out', out];
  expect((await start(['run', ...flags, ...SHORT]).ended).code).toBe(14);
  expect(resultsIn(out).cases[0]?.trials).toMatchObject([{ reasons: [expect.stringContaining(reason)] }]);
});

test('two variants of a plugin may not have the same id', async () => {
  const variant = "{ id: 'one', title: 'One', options: {} }";
  const plugin = pluginOf('double', `${promises}, variants: [${variant}, ${variant}]`);
  const { code, stderr } = await wirebench(['list', '--plugin', plugin]);
  expect(code).toBe(2);
  expect(stderr).toContain('transport.variants: two variants have the same id');
});

test('a plugin may not take the id of an existing transport', async () => {
  const plugin = join(folder, 'taken.ts');
  const module = pathToFileURL(join(exampleFolder, 'ndjson.ts')).href;
  writeFileSync(
    plugin,
    `import { transport as other } from ${JSON.stringify(module)};\n` +
      `export { listen, connect } from ${JSON.stringify(module)};\nexport const transport = { ...other, id: 'ws' };\n`,
  );
  const { code, stderr } = await wirebench(['list', '--plugin', plugin]);
  expect(code).toBe(2);
  expect(stderr).toContain('already');
});
