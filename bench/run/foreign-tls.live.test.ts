import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { parseResults } from '../results/file.ts';
import { makeIdentity } from '../security/identity.ts';
import { endStarted, start } from '../testing/command.ts';
import { planTrial, singleTrial } from '../testing/single-trial.ts';
import { clientModule } from '../transports/index.ts';
import { runTrial } from './trial.ts';

/** Bytes that TLS adds to a record: RFC 8446 §5.2 and §5.3; RFC 5246 §6.2.3.3 with RFC 5288 §3. */
const RECORD_BYTES = { 'TLSv1.3': 5 + 1 + 16, 'TLSv1.2': 5 + 8 + 16 } as const;
/** Bytes of a WebSocket frame's head, without and with a mask (RFC 6455 §5.2). */
const [DOWN_BYTES, UP_BYTES] = [2, 6];
const SIZE = 64;
/** Messages of a trial of `wire`. */
const MESSAGES = 200;

const folder = mkdtempSync(join(tmpdir(), 'wirebench-foreign-tls-'));
const identity = await makeIdentity(['127.0.0.1']);
const servers: ReturnType<typeof createServer>[] = [];
const ports = new Map<string, number>();

beforeAll(async () => {
  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    const server = createServer({
      cert: identity.certificate,
      key: identity.key,
      minVersion: version,
      maxVersion: version,
    });
    new WebSocketServer({ server }).on('connection', (socket) =>
      socket.on('message', (data, binary) => socket.send(data, { binary })),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    servers.push(server);
    ports.set(version, (server.address() as AddressInfo).port);
  }
});
afterAll(() => {
  endStarted();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

/** Runs a trial of WebSocket at the server that speaks this version of TLS. */
function trialAt(version: string, { module, sources = [] }: { module?: string; sources?: readonly string[] } = {}) {
  const target = `wss://127.0.0.1:${ports.get(version)}/`;
  // Messages one at a time, so that no two share a record.
  const planned = planTrial('ws', 'wire', { size: SIZE, target });
  const entry = module === undefined ? planned.entry : { ...planned.entry, module };
  const security = { server: {}, client: { authority: identity.certificate } };
  const ways = sources.map((source) => ({ source }));
  return runTrial({ ...planned, entry }, singleTrial({ security, ways }));
}

test.each([
  ['TLSv1.3', []],
  ['TLSv1.2', []],
  ['TLSv1.2', ['127.0.0.4']],
] as const)(
  '%s from %j: the protocol is in the settings in force, and each message is a record',
  async (version, sources) => {
    const { trial, effective } = await trialAt(version, { sources });
    expect(effective).toMatchObject({ tls: version });
    const record = SIZE + RECORD_BYTES[version];
    expect(trial).toMatchObject({
      messages: { sent: MESSAGES, delivered: MESSAGES },
      wire: { layer: 'socket', up: MESSAGES * (UP_BYTES + record), down: MESSAGES * (DOWN_BYTES + record) },
    });
    // The request with its answer is a fraction of the handshake.
    if (trial.state !== 'failed') expect(trial.wire.setupDown).toBeGreaterThan(500);
  },
);

test('the results of a client from outside, given by a configuration file, have what its connections were', async () => {
  const module = JSON.stringify(clientModule(planTrial('ws', 'echo').entry));
  writeFileSync(
    join(folder, 'mine.ts'),
    `import { connect as like } from ${module};\n` +
      "export const capabilities = { binary: true, ordered: true, reliable: true, upstream: 'connection' };\n" +
      "export const transport = { id: 'mine', title: 'Mine', capabilities };\n" +
      'export const listen = () => Promise.reject(new Error("not needed"));\n' +
      "export const connect = (url, receiver, settings) => like(url.replace('mine:', 'wss:'), receiver, settings);\n",
  );
  writeFileSync(join(folder, 'ca.pem'), identity.certificate);
  const url = `mine://127.0.0.1:${ports.get('TLSv1.3')}/`;
  const settings = {
    plugin: join(folder, 'mine.ts'),
    transports: 'mine',
    url,
    scenarios: 'wire',
    size: SIZE,
    trials: 1,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(settings));
  const out = join(folder, 'out');
  const flags = ['--config', join(folder, 'config.json'), '--ca', join(folder, 'ca.pem'), '--out', out];
  const { code, stderr } = await start(['run', ...flags]).ended;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { cases } = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
  const record = SIZE + RECORD_BYTES['TLSv1.3'];
  expect(cases).toMatchObject([
    { tls: true, effective: { tls: 'TLSv1.3' }, trials: [{ wire: { up: MESSAGES * (UP_BYTES + record) } }] },
  ]);
});

test('bytes of a client from outside that opens TLS in its own way are not measured', async () => {
  const file = join(folder, 'own.ts');
  const like = JSON.stringify(clientModule(planTrial('ws', 'echo').entry));
  writeFileSync(
    file,
    `import { WebSocket } from ${JSON.stringify(import.meta.resolve('ws'))};\nimport { connect as like } from ${like};\n` +
      'export const connect = (url, receiver, settings) => like(url, receiver, { ...settings, platform: { WebSocket } });\n',
  );
  const { trial, effective } = await trialAt('TLSv1.3', { module: pathToFileURL(file).href });
  expect(effective).toMatchObject({ tls: 'TLSv1.3' });
  expect(trial).toMatchObject({ messages: { delivered: MESSAGES } });
  expect('notMeasured' in trial && trial.notMeasured).toContainEqual({
    path: 'wire',
    reason: expect.stringContaining('opens TLS without its platform'),
  });
});
