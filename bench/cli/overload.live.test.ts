import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodeFrame, frameDecoder } from '../codec/frame.ts';
import type { Results } from '../results/schema.ts';
import { endStarted, start } from '../testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-overload-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const resultsIn = (out: string): Results => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));

test.concurrent('a plugin that delivers one message at a time is overloaded, which is no failure', async () => {
  const modules = new URL('../../', import.meta.url);
  const plugin = join(folder, 'stop-and-wait.ts');
  writeFileSync(
    plugin,
    `import { listen as listenTcp } from '${modules}servers/tcp.ts';
     export { connect } from '${modules}clients/tcp.ts';
     export const transport = {
       id: 'slow', title: 'Stop and wait', variants: [],
       capabilities: { binary: true, ordered: true, reliable: true, upstream: 'connection' },
     };
     export function listen(application, settings) {
       let turn = Promise.resolve();
       return listenTcp((message, reply, broadcast) => {
         const kept = typeof message === 'string' ? message : Buffer.from(message);
         turn = turn.then(() => new Promise((resolve) => setTimeout(resolve, 10))).then(() => application(kept, reply, broadcast));
       }, settings);
     }`,
  );
  const out = join(folder, 'plugin');
  const load = ['--clients', '1', '--rate', '3000', '--duration', '0.5', '--warmup', '0', '--trials', '1'];
  const { code, stdout, stderr } = await start([
    'run',
    ...['--plugin', plugin, '--transports', 'slow', '--scenarios', 'echo', '--link', 'loopback', '--out', out],
    ...load,
  ]).ended;
  // A busy machine that misses the schedule makes the trial invalid, and what is overdue is still no loss.
  expect([0, 13]).toContain(code);
  const [trial] = resultsIn(out).cases[0]?.trials ?? [];
  if (trial === undefined || trial.state === 'failed') throw new Error('not measured');
  expect(trial.messages.overdue).toBe(trial.messages.lost);
  expect(trial.messages.overdue).toBeGreaterThan(500);
  expect(trial.overload?.sustainedRate).toBeLessThan(111);
  // A trial that is not valid has no figures.
  expect(stderr).toMatch(code === 0 ? /overloaded: \d+ msg\/s {2}p50 ≥ / : /invalid {2}schedule kept/);
  if (code === 0) expect(stdout.replaceAll(/\s+/g, ' ')).toContain('slow (echo) was overloaded in 1 of 1 valid trial');
});

test.concurrent('a configuration file says that a broadcast reaches the others', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    socket.write(encodeFrame(''));
    const publish = (message: Uint8Array): void => {
      const frame = encodeFrame(String(message));
      for (const other of sockets) if (other !== socket) other.write(frame);
    };
    socket.on(
      'data',
      frameDecoder(1_000, publish, () => {}),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = join(folder, 'others.json');
  const settings = { transports: 'tcp', scenarios: 'broadcast', reaches: 'others', clients: 4, rate: 100, trials: 1 };
  const url = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(config, JSON.stringify({ ...settings, url, duration: 0.5, warmup: 0.3 }));
  const out = join(folder, 'others');
  try {
    const { code, stdout } = await start(['run', '--config', config, '--out', out]).ended;
    expect([0, 13]).toContain(code);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('broadcast to 4 clients at 100 msg/s of 128 B');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('to all but the sender');
    const { cases, plan } = resultsIn(out);
    expect(plan.command).toContain('--reaches others');
    expect(plan.runId).toMatch(/^[\w-]{4}$/);
    expect(cases[0]).toMatchObject({
      reaches: 'others',
      trials: [{ messages: { sent: 50, expected: 150, delivered: 150, lost: 0, unexpected: 0, foreign: 0 } }],
    });
  } finally {
    server.close();
  }
});
