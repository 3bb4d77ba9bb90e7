import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Results } from '../results/schema.ts';
import { wirebench } from '../testing/in-process.ts';
import { Kit } from '../testing/kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-foreign-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHORT = { scenarios: 'echo', clients: 4, rate: 100, duration: 0.3, warmup: 0.1, trials: 1 };

/** Runs the command line with settings in a file, and reads what it has written. */
async function runWith(name: string, settings: object) {
  const [config, out] = [join(folder, `${name}.json`), join(folder, name)];
  writeFileSync(config, JSON.stringify({ ...SHORT, ...settings }));
  const ended = await wirebench(['run', '--config', config, '--out', out]);
  return { ...ended, results: JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results };
}

test('a transport of a plugin at an address in a file: its answers are learned, said and recorded', async () => {
  await using kit = new Kit();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.write('""\n');
    socket.setEncoding('utf8').on('data', (lines: string) => socket.write(lines.replaceAll(/^"/gm, '"→ ')));
  });
  kit.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plugin = fileURLToPath(new URL('../../examples/transport/ndjson.ts', import.meta.url));
  const { code, stderr, results } = await runWith('plugin', { plugin, transports: 'ndjson', url });
  // A busy machine misses the schedule.
  expect([0, 13]).toContain(code);
  expect(stderr).toContain('answers carry the prefix "→ "');
  expect(results.cases[0]).toMatchObject({
    answers: { prefix: '→ ', suffix: '' },
    trials: [{ messages: { due: 30, delivered: 30, lost: 0, corrupt: 0 } }],
  });
});

test('a server that goes after it was dialled: the first trial says so, and the others are not tried', async () => {
  await using kit = new Kit();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  kit.defer(() => server.close());
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  let gone = 0;
  server.on('connection', (socket) => {
    socket.on('message', (data) => socket.send(`${data}`));
    socket.on('close', () => {
      // The two sessions that dialled it are all that it serves.
      if (++gone === 2) server.close();
    });
  });
  const { code, results } = await runWith('gone', { transports: 'ws', url, size: '64,128' });
  expect(code).toBe(14);
  const reasons = results.cases.flatMap(({ trials }) => trials.map((trial) => trial.reasons.join()));
  expect(reasons.toSorted()).toEqual([
    expect.stringMatching(/^not all sessions could be opened at ws:\S+ with ws: .*ECONNREFUSED/),
    expect.stringMatching(/^not tried, because an earlier attempt failed: no session could be opened.*ECONNREFUSED/),
  ]);
});

test('a server that greets, answers in the other frames and cuts large messages: the small ones are measured', async () => {
  await using kit = new Kit();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  kit.defer(() => server.close());
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  server.on('connection', (socket) => {
    socket.send('hello');
    socket.on('message', (data) => socket.send(Buffer.from(`<${data}`.slice(0, 200))));
  });
  const { code, stderr, results } = await runWith('cuts', { transports: 'ws', url, size: '64,1024' });
  expect(code).toBe(14);
  expect(stderr).toMatch(/Not measured: ws\/echo\S+s1024\S*: a message of 1024 bytes came back with 199/);
  const [small, large] = results.cases.toSorted((a, b) => a.size - b.size);
  expect(small).toMatchObject({
    answers: { prefix: '<', frames: 'binary', greetings: 1 },
    effective: { 'answers.prefix': '"<"', 'answers.frames': 'binary', 'answers.greetings': 1 },
    trials: [{ messages: { delivered: 30, corrupt: 0 } }],
  });
  expect(large?.trials).toMatchObject([{ state: 'failed', reasons: [expect.stringContaining('--size 199 or less')] }]);
});

test('a run that is interrupted while it dials a silent server ends at once', async () => {
  await using kit = new Kit();
  const interruption = new AbortController();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    interruption.abort();
  });
  kit.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { signal: interrupted } = interruption;
  const { code, stderr } = await wirebench(['run', '--url', url, '--transports', 'ws'], { interrupted });
  expect(code).toBe(130);
  expect(stderr).not.toContain('Not measured');
});
