import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Watched } from '../../testing/network/watched.ts';

const script = fileURLToPath(new URL('../../testing/network/trial-over-link.ts', import.meta.url));
const HOLDER = 'read -r _';
const WORKER = 'load/worker.ts';
const SERVER = 'servers/main.ts';
const RELAY = 'networks/relay.ts';
/** Processes of a trial: three namespaces, the relay, the server and a load worker. */
const PROCESSES = [HOLDER, HOLDER, HOLDER, RELAY, SERVER, WORKER];

describe.concurrent('nothing is left of a trial over a network', { timeout: 180_000 }, () => {
  test('that ends by itself', async () => {
    const watched = new Watched([script], PROCESSES);
    await watched.measuring();
    expect(watched.namespaces.size).toBe(4);
    expect(await watched.left()).toEqual({ code: 0, processes: [], namespaces: [], logs: [] });
  });

  test('whose link cannot be made', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wirebench-ip-'));
    try {
      const ip = execFileSync('sh', ['-c', 'command -v ip'], { encoding: 'utf8' }).trim();
      const failing = join(folder, 'ip');
      writeFileSync(failing, `#!/bin/sh\ncase "$*" in *vxlan*) exit 1 ;; esac\nexec ${ip} "$@"\n`);
      chmodSync(failing, 0o755);
      const watched = new Watched([script], PROCESSES, {
        ...process.env,
        PATH: `${folder}${delimiter}${process.env.PATH}`,
      });
      expect(await watched.left()).toEqual({ code: 1, processes: [], namespaces: [], logs: [] });
      expect(watched.idsOf(HOLDER)).toHaveLength(3);
      expect(watched.idsOf(SERVER)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.for([
    ['relay', RELAY, 0],
    ['server’s namespace', HOLDER, 0],
    ['generator’s namespace', HOLDER, 1],
    ['relay’s namespace', HOLDER, 2],
    ['server', SERVER, 0],
    ['load worker', WORKER, 0],
    ['parent', script, 0],
  ] as const)('whose %s is killed', async ([, command, at]) => {
    const watched = new Watched([script], PROCESSES);
    await watched.measuring();
    process.kill(watched.idsOf(command)[at]!, 'SIGKILL');
    expect(await watched.left()).toMatchObject({ processes: [], namespaces: [], logs: [] });
  });
});
