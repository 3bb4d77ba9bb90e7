import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../testing/command.ts';
import { PATIENCE_SECONDS } from '../testing/patience.ts';
import { networkNamespaces, processesWith } from '../testing/processes.ts';
import { countWire, wirePlan } from '../testing/wire-trial.ts';
import { type Link, openLink } from './link.ts';
import { OwnServer } from './own-server.ts';

const node = `'${process.execPath}'`;
const echo = `${node} '${fileURLToPath(new URL('../testing/servers/own-echo.ts', import.meta.url))}'`;
const { signal } = new AbortController();

const folder = mkdtempSync(join(tmpdir(), 'wirebench-link-'));
afterAll(() => rmSync(folder, { recursive: true }));

let link: Link;
beforeAll(async () => {
  link = await openLink('veth');
});
afterAll(() => link.close());

const start = (command: string, startSeconds = PATIENCE_SECONDS): Promise<OwnServer> =>
  OwnServer.start({ command, url: 'ws://HOST:PORT', link, core: undefined, datagrams: false, signal, startSeconds });

describe('a server that a command starts, on the private link', () => {
  const { cases } = wirePlan({ transports: 'ws', exec: `${echo} HOST PORT`, url: 'ws://HOST:PORT/', size: '1024' });

  test.each(cases)('$id: sockets and link carry what the formula says', async (planned) => {
    const { theory, wire, messages, socket } = await countWire(planned, link);
    expect(messages).toMatchObject({ sent: theory.exchanges, delivered: theory.exchanges });
    expect(socket).toMatchObject({ up: theory.up, down: theory.down });
    expect(wire.layer).toBe('link');
    const { packetsUp = 0, packetsDown = 0 } = wire;
    expect(wire.up + wire.down).toBe(theory.up + theory.down + theory.packetBytes * (packetsUp + packetsDown));
  });

  test.each(['stubborn', 'family 1'])('leaves no process behind, not even an orphan (%s)', async (habit) => {
    const mark = `link-${process.pid}-${habit}`;
    const server = await start(`${echo} HOST PORT ${habit} '${mark}'`);
    expect(server.url).toMatch(/^ws:\/\/10\.77\.0\.1:\d{5}$/);
    await until(() => processesWith('setInterval').length > 0);
    await server.end(habit !== 'stubborn');
    expect(processesWith(mark)).toEqual([]);
    expect(server.rssBytes()).toBe(0);
  });

  test('that listens elsewhere is told where, and where it should', async () => {
    const listens = `${node} -e "require('node:net').createServer().listen(3000, '127.0.0.1')"`;
    await expect(start(listens, 1)).rejects.toThrow(
      /did not listen on 10\.77\.0\.1:\d+ within 1 s, but on 127\.0\.0\.1:3000; let it listen .* \(HOST is 10\.77\.0\.1\)/,
    );
  });
});

test.each(['SIGKILL', 'SIGINT'] as const)(
  'nothing is left behind by a command after %s, neither processes nor namespaces',
  async (signal) => {
    const before = networkNamespaces();
    const mark = `killed-${process.pid}-${signal}`;
    const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
    const flags = ['--transports', 'ws', '--url', 'ws://HOST:PORT', '--exec', `${echo} HOST PORT stubborn ${mark}`];
    const measuring = spawn(process.execPath, [cli, 'run', ...flags, '--duration', '60', '--yes', '--out', folder], {
      stdio: 'ignore',
    });
    await until(() => processesWith(mark).length > 2);
    measuring.kill(signal);
    // Ctrl-C again, until the command has noticed that it was pressed twice.
    const again = setInterval(() => measuring.kill(signal), 100);
    await once(measuring, 'exit');
    clearInterval(again);
    await until(() => processesWith(mark).length === 0 && networkNamespaces().length === before.length);
  },
);
