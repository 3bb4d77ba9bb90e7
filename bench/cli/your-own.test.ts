import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { endStarted, start } from '../instrument/command.ts';
import type { Results } from '../results/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-own-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const SHORT = ['--scenarios', 'echo', '--clients', '5', '--rate', '100', '--duration', '0.5', '--warmup', '0.2'];
/** Valid, or not because this machine was too busy to keep the timetable: every message is accounted for in both. */
const MEASURED = [0, 13];
const example = fileURLToPath(new URL('../../docs/example/', import.meta.url));

function resultsIn(out: string): Results {
  return JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
}

test('a server that somebody else wrote is driven, told goodbye, and its own figures are not made up', async () => {
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
    // 64 bytes and more each way, with a frame's 2 and 6 bytes, as the load's own sockets count them.
    expect(cases[0]!.trials[0]).toMatchObject({
      messages: { due: 50, delivered: 50, lost: 0 },
      wire: { layer: 'socket', up: 50 * (128 + 8), down: 50 * (128 + 4) },
    });
    expect(codes).toEqual(Array(5).fill(1005));
  } finally {
    server.close();
  }
});

test('another host is driven only by whoever says that it is theirs', async () => {
  const { code, stderr } = await start(['run', '--url', 'ws://192.0.2.1:9/', '--transports', 'ws', ...SHORT]).ended;
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
  [['--plugin', join(example, 'clients/ndjson.ts')], 'transport'],
])('%j is refused with the way out', async (flags, word) => {
  const { code, stderr } = await start(['run', ...flags]).ended;
  expect(code).toBe(2);
  expect(stderr).toContain(word);
});

test('a transport from outside the repository is listed and measured', async () => {
  const plugin = join(folder, 'plugin.ts');
  writeFileSync(plugin, `export * from ${JSON.stringify(pathToFileURL(join(example, 'ndjson.ts')).href)};\n`);
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

test('a plugin may not take the name of a transport that there is', async () => {
  const plugin = join(folder, 'taken.ts');
  const module = pathToFileURL(join(example, 'ndjson.ts')).href;
  writeFileSync(
    plugin,
    `import { transport as other } from ${JSON.stringify(module)};\n` +
      `export { listen, connect } from ${JSON.stringify(module)};\nexport const transport = { ...other, id: 'ws' };\n`,
  );
  const { code, stderr } = await start(['list', '--plugin', plugin]).ended;
  expect(code).toBe(2);
  expect(stderr).toContain('already');
});
