import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Watched } from '../../testing/network/watched.ts';

const cli = fileURLToPath(new URL('../../cli.ts', import.meta.url));
const HOLDER = 'read -r _';
const WORKER = 'load/worker.ts';
const SERVER = 'servers/main.ts';
const RELAY = 'networks/relay.ts';
const PUBLISHER = 'load/publisher/process.ts';
/** Processes of a recovery whose fault a relay makes. */
const PROCESSES = [HOLDER, HOLDER, HOLDER, RELAY, SERVER, WORKER, PUBLISHER];
const NOTHING = { processes: [], namespaces: [], logs: [] };

const folder = mkdtempSync(join(tmpdir(), 'wirebench-recovery-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Command that measures one recovery, whose path is dead for a while. */
function measure(name: string, outage: string): Watched {
  const settings = `run --scenarios recovery --fault blackhole --transports ws --clients 4 --trials 1 --outage ${outage}`;
  return new Watched([cli, ...settings.split(' '), '--out', join(folder, name)], PROCESSES);
}

describe.concurrent('nothing is left of a recovery', { timeout: 240_000 }, () => {
  test('that ends by itself', async () => {
    const watched = measure('success', '1s');
    await watched.measuring();
    await vi.waitUntil(() => watched.logs().length === 1, { timeout: 60_000, interval: 20 });
    expect(await watched.left()).toMatchObject(NOTHING);
  });

  test('that is interrupted twice', async () => {
    const watched = measure('interrupted', '60s');
    await watched.measuring();
    watched.child.kill('SIGINT');
    watched.child.kill('SIGINT');
    expect(await watched.left()).toMatchObject(NOTHING);
    expect(watched.child.exitCode === 0).toBe(false);
  });

  test.for([
    ['command', cli, 0],
    ['publisher', PUBLISHER, 0],
    ['relay', RELAY, 0],
    ['server', SERVER, 0],
    ['load worker', WORKER, 0],
    ['server’s namespace', HOLDER, 0],
  ] as const)('whose %s is killed', async ([name, command, at]) => {
    const watched = measure(name, '4s');
    await watched.measuring();
    process.kill(watched.idsOf(command)[at]!, 'SIGKILL');
    expect(await watched.left()).toMatchObject(NOTHING);
  });
});
