import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { until } from '../testing/command.ts';
import { processesWith } from '../testing/processes.ts';
import { type Link, loopback } from './link.ts';
import { NeverListened, OwnServer, type OwnServerSettings } from './own-server.ts';

const node = `'${process.execPath}'`;
const echo = `${node} '${fileURLToPath(new URL('../testing/servers/own-echo.ts', import.meta.url))}'`;

function start(command: string, settings: Partial<OwnServerSettings> = {}): Promise<OwnServer> {
  const { signal } = new AbortController();
  const usual = { url: 'ws://HOST:PORT/chat', link: loopback(), core: undefined, datagrams: false, signal };
  return OwnServer.start({ command, ...usual, ...settings });
}

let marks = 0;
const newMark = (): string => `mark-${process.pid}-${++marks}-`;

describe('a server that a command starts', () => {
  test('has its address in the arguments, in the environment and in the URL', async () => {
    const reads = `require('node:net').createServer().listen(process.env.PORT, process.env.HOST); console.log(process.argv[1])`;
    await using server = await start(`${node} -e "${reads}" HOST:PORT`);
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/chat$/);
  });

  test('counts the CPU time of ended grandchildren, and the memory of all its processes', async () => {
    await using server = await start(`${echo} HOST PORT family 300`);
    const alone = await start(`${echo} HOST PORT`);
    const base = alone.rssBytes();
    await alone.end(true);
    // The grandchild works for 300 ms and ends; the child holds 30 MB.
    await until(() => server.cpuSeconds() > 0.3 && server.rssBytes() > base + 30e6);
  });

  test.each(['stubborn', 'family 1'])('leaves nothing behind when it is stopped (%s)', async (habit) => {
    const mark = newMark();
    const server = await start(`${echo} HOST PORT ${habit} ${mark}`);
    expect(processesWith(mark).length).toBeGreaterThan(0);
    await server.end(habit !== 'stubborn');
    expect(processesWith(mark)).toEqual([]);
    expect(server.rssBytes()).toBe(0);
  });

  test('leaves nothing behind when this process is killed', async () => {
    const mark = newMark();
    const module = pathToFileURL(fileURLToPath(new URL('./own-server.ts', import.meta.url))).href;
    const settings = { command: `${echo} HOST PORT stubborn ${mark}`, url: 'ws://HOST:PORT', datagrams: false };
    const link = { host: '127.0.0.1', serverEnd: [] };
    const script = `
      const { OwnServer } = await import(${JSON.stringify(module)});
      const settings = ${JSON.stringify({ ...settings, link })};
      await OwnServer.start({ ...settings, signal: new AbortController().signal });
      console.log('listens');`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout!, 'data');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await until(() => processesWith(mark).length === 0);
  });

  test.each([
    ['no-such-program-at-all', /ended with code 127; it said: .*not found/],
    ['echo one; exit 4', /ended with code 4; it said: one$/],
    ['kill -KILL $$', /was ended by SIGKILL; it said nothing$/],
    ['sleep 1000 &', /ended with code 0 and left processes in the background; let it stay in the foreground/],
    [`exec ${node} -e "setTimeout(() => {}, 1e6)"`, /did not listen on 127\.0\.0\.1:\d+ within 0\.3 s; let it listen/],
  ])('that does not listen is named with its last words: %s', async (command, reason) => {
    const starting = start(command, { startSeconds: 0.3 });
    await expect(starting).rejects.toThrow(reason);
    await expect(starting).rejects.toBeInstanceOf(NeverListened);
  });

  test('quotes no more than the last lines of a long output, without secrets', async () => {
    const secrets = 'https://me:pass-word@host --api-key=s3cret';
    const starting = start(`TOKEN=se-cret seq 1 100000; echo ${secrets}; exit 1`);
    const error: unknown = await starting.catch((thrown: unknown) => thrown);
    const text = String(error);
    expect(text).toContain('TOKEN=[hidden] seq');
    expect(text).toMatch(/it said: 99992\n/);
    expect(text.slice(0, text.indexOf('it said'))).not.toMatch(/se-cret|pass-word|s3cret/);
    expect(text.length).toBeLessThan(2_500);
  });

  test('is ended when the run is interrupted before it listens', async () => {
    const mark = newMark();
    const controller = new AbortController();
    const starting = start(`sleep 1000; : ${mark}`, { signal: controller.signal });
    await until(() => processesWith(mark).length > 0);
    controller.abort(new Error('stop'));
    await expect(starting).rejects.toThrow('stop');
    expect(processesWith(mark)).toEqual([]);
  });
});

test('a link that cannot be entered is named', async () => {
  const link: Pick<Link, 'host' | 'serverEnd'> = { host: '127.0.0.1', serverEnd: ['no-such-nsenter'] };
  await expect(start('true', { link })).rejects.toThrow(/could not be started: .*no-such-nsenter/);
});
