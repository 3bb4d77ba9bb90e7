import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { findTransport } from '../../transports/index.ts';
import { DevTools } from './devtools.ts';
import { findBrowser } from './find.ts';
import { removeStaleProfiles } from './profiles.ts';
import { roleOf } from './tree.ts';
import { originOf, pagesFor, usedBetween } from './workers.ts';

describe('the browser of the machine', () => {
  const there =
    (...paths: readonly string[]) =>
    (path: string) =>
      paths.includes(path);

  test('is the one that the flag names, then that of the environment, then the first on the path', () => {
    const all = there('/a/chromium', '/b/edge', '/usr/bin/chromium');
    const environment = { PATH: '/a:/b', WIREBENCH_CHROMIUM: '/b/edge' };
    expect(findBrowser('/usr/bin/chromium', environment, all)).toEqual({ path: '/usr/bin/chromium' });
    expect(findBrowser('chromium', environment, all)).toEqual({ path: '/a/chromium' });
    expect(findBrowser(null, environment, all)).toEqual({ path: '/b/edge' });
    expect(findBrowser(null, { PATH: '/a:/b' }, all)).toEqual({ path: '/a/chromium' });
    expect(findBrowser(null, { PATH: '/b' }, there('/opt/microsoft/msedge/microsoft-edge'))).toEqual({
      path: '/opt/microsoft/msedge/microsoft-edge',
    });
  });

  test('is missing with the way to get one; a named one is not replaced by another', () => {
    expect(findBrowser(null, { PATH: '/a' }, there())).toEqual({
      missing: expect.stringContaining('apt-get install chromium'),
    });
    expect(findBrowser('/x', { PATH: '/a' }, there('/a/chromium'))).toEqual({
      missing: expect.stringContaining('no program /x, which --browser names'),
    });
    expect(findBrowser(null, { PATH: '/a', WIREBENCH_CHROMIUM: '/x' }, there('/a/chromium'))).toEqual({
      missing: expect.stringContaining('WIREBENCH_CHROMIUM'),
    });
  });
});

describe('DevTools', () => {
  const open = () => {
    const [commands, answers] = [new PassThrough(), new PassThrough()];
    const say = (message: object): void => void answers.write(`${JSON.stringify(message)}\0`);
    return { commands, answers, say, devTools: new DevTools(commands, answers) };
  };

  test('gives each command its answer, in whatever order and pieces they arrive', async () => {
    const { answers, commands, devTools } = open();
    const [first, second] = [devTools.send('A.one', { x: 1 }), devTools.send('B.two', {}, 'page')];
    const text = '{"id":2,"result":{"two":"ä"}}\0{"id":1,"error":{"message":"no"}}\0';
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) answers.write(bytes.subarray(at, at + 7));
    await expect(second).resolves.toEqual({ two: 'ä' });
    await expect(first).rejects.toThrow('A.one: no');
    expect(
      String(commands.read())
        .split('\0')
        .slice(0, 2)
        .map((one) => JSON.parse(one)),
    ).toEqual([
      { id: 1, method: 'A.one', params: { x: 1 } },
      { id: 2, method: 'B.two', params: {}, sessionId: 'page' },
    ]);
  });

  test('passes events on, until nobody listens', async () => {
    const { say, devTools } = open();
    const seen: unknown[] = [];
    const off = devTools.on((method, params, session) => void seen.push([method, params, session]));
    say({ method: 'Page.done', params: { a: 1 }, sessionId: 's' });
    const answered = devTools.send('A.one');
    say({ id: 1, result: {} });
    await answered;
    off();
    say({ method: 'Page.done' });
    const again = devTools.send('A.two');
    say({ id: 2, result: {} });
    await again;
    expect(seen).toEqual([['Page.done', { a: 1 }, 's']]);
  });

  test('rejects what waits, and what is sent later, when the browser has ended', async () => {
    const { devTools } = open();
    const waiting = devTools.send('A.one');
    devTools.fail(new Error('the browser ended'));
    await expect(waiting).rejects.toThrow('the browser ended');
    await expect(devTools.send('A.two')).rejects.toThrow('the browser ended');
  });
});

describe('processes', () => {
  test('are parts of a browser by their command line', () => {
    expect(roleOf('/usr/lib/chromium/chromium --headless')).toBe('browser');
    expect(roleOf('chromium --type=renderer --x')).toBe('renderer');
    expect(roleOf('chromium --type=gpu-process')).toBe('gpu');
    expect(roleOf('chromium --type=utility --utility-sub-type=network.mojom.NetworkService')).toBe('network');
    expect(roleOf('chromium --type=utility --utility-sub-type=storage.mojom.StorageService')).toBe('utility');
  });

  test('use what the readings differ by, and the first takes what younger ones used', () => {
    const one = (pid: number, cpuSeconds: number, memoryBytes: number, role = 'renderer') => ({
      pid,
      role,
      cpuSeconds,
      memoryBytes,
    });
    const known = [one(1, 0, 0, 'browser'), one(2, 0, 0)];
    const used = usedBetween(
      [one(1, 1, 5, 'browser'), one(2, 2, 5)],
      [one(1, 1.5, 6), one(2, 4, 7), one(3, 0.25, 1)],
      known,
    );
    expect(used.map(({ role, cpuSeconds, memoryBytes }) => [role, cpuSeconds, memoryBytes])).toEqual([
      ['browser', 0.75, 7],
      ['renderer', 2, 7],
    ]);
    // One that has ended is there, with nothing.
    expect(usedBetween([one(2, 2, 5)], [], known)).toMatchObject([
      { cpuSeconds: 0 },
      { cpuSeconds: 0, memoryBytes: 0 },
    ]);
  });
});

test('a page has the origin of its server', () => {
  expect(originOf('ws://10.77.0.1:1234/chat')).toBe('http://10.77.0.1:1234');
  expect(originOf('wss://10.77.0.1:1234')).toBe('https://10.77.0.1:1234');
  expect(originOf('http://127.0.0.1:8080/events')).toBe('http://127.0.0.1:8080');
  expect(originOf('https://127.0.0.1:8080/#sha256=00')).toBe('https://127.0.0.1:8080');
});

test.each([
  ['ws', 255, 1],
  ['ws', 256, 2],
  ['sse', 5, 1],
  ['sse', 11, 3],
  ['mqtt:ws', 300, 2],
  ['socketio:polling', 10, 2],
])('%s with %i sessions takes %i page(s)', (name, clients, pages) => {
  expect(pagesFor(findTransport(name)!, clients)).toBe(pages);
});

test('profiles whose makers have ended are removed, and no others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
  try {
    for (const name of ['wirebench-browser-10-ab', 'wirebench-browser-11-cd', 'wirebench-browser', 'other-10-ab']) {
      mkdirSync(join(folder, name, 'deep'), { recursive: true });
    }
    removeStaleProfiles((pid) => pid === 11, folder);
    expect(readdirSync(folder).toSorted()).toEqual(['other-10-ab', 'wirebench-browser', 'wirebench-browser-11-cd']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
