import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriersOn, colourBarriersOn } from '../../../reports/page/testing/barriers.ts';
import { parseResults } from '../../results/file.ts';
import { endStarted, start, until } from '../../testing/command.ts';
import { chromiumPath } from '../../testing/needs.ts';
import { childrenOf } from '../../testing/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-lab-'));
let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(async () => {
  await browser?.close();
  endStarted();
  rmSync(folder, { recursive: true });
});

const PATIENCE_MS = 60_000;

/** Starts the lab and resolves once it has printed its address. */
async function startLab(...flags: readonly string[]) {
  const lab = start(['lab', '--json', '--out', folder, ...flags]);
  await until(() => lab.said.stderr.includes('Ctrl-C stops') || lab.child.exitCode !== null);
  const { urls }: { urls: string[] } = JSON.parse(lab.said.stdout);
  return { ...lab, urls, url: urls[0]! };
}

/** Chooses exactly these transports. */
async function choose(page: Page, names: readonly string[]): Promise<void> {
  const boxes = page.locator('.lab-boxes').first();
  while ((await boxes.locator('input:checked').count()) > 0) await boxes.locator('input:checked').first().click();
  for (const name of names) await boxes.getByRole('checkbox', { name: new RegExp(`^${name}\\b`) }).check();
}

const lane = (page: Page, name: string) => page.getByRole('article', { name, exact: true });

/** True once nobody listens at an address of the loopback. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });

test('two transports, traffic, a cut, recovery, results and their report; Ctrl-C leaves nothing', async () => {
  const { child, ended, url } = await startLab();
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  expect(await barriersOn(page)).toEqual([]);

  await choose(page, ['ws', 'sse']);
  await page.getByLabel('Message size, bytes').fill('64');
  await page.getByLabel('Messages a second').fill('10');
  const dialled: number[] = [];
  page.on('websocket', (socket) => dialled.push(Number(new URL(socket.url()).port)));
  await page.getByRole('button', { name: 'Start' }).click();
  for (const name of ['ws', 'sse']) {
    await expect.poll(() => lane(page, name).innerText(), { timeout: PATIENCE_MS }).toMatch(/answered\n+[1-9]\d* of/);
    await expect.poll(() => lane(page, name).innerText(), { timeout: PATIENCE_MS }).toMatch(/up, a message\n+\d+ B/);
    await expect.poll(() => page.locator('.lab-frames tbody').innerText(), { timeout: PATIENCE_MS }).toContain(name);
  }
  expect(await page.locator('.lab-frames tbody').innerText()).toMatch(/WebSocket text\s+\d+\s+EAAAA/);
  expect(childrenOf(child.pid)).toHaveLength(2);

  // Long enough for the silence to be noticed, whatever else the machine does.
  await page.getByLabel('Seconds of the cut').fill('8');
  await page.getByRole('button', { name: 'Cut the path' }).click();
  await page.getByText(/cut for \d+ s more/).waitFor();
  for (const name of ['ws', 'sse']) {
    await lane(page, name)
      .getByText(/reconnecting: nothing arrived for 3000 ms/)
      .waitFor();
  }
  await page.getByText('the path is there').waitFor();
  for (const name of ['ws', 'sse']) {
    const again = lane(page, name)
      .getByRole('listitem')
      .filter({ hasText: /s open$/ });
    await expect.poll(() => again.count(), { timeout: PATIENCE_MS }).toBeGreaterThan(1);
  }
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    expect(await barriersOn(page), colorScheme).toEqual([]);
    expect(await colourBarriersOn(page), colorScheme).toEqual([]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  }

  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Keep as results' }).click();
  const link = page.getByRole('link', { name: 'Open the report' });
  await link.waitFor();
  const path = await page.locator('.lab-kept code').innerText();
  const results = parseResults(readFileSync(path, 'utf8'), path);
  expect(results.environment.lab).toMatchObject({
    browser: expect.stringMatching(/^Chromium \d+$/),
    path: 'proxy',
    cuts: [{ kind: 'silent', seconds: 8 }],
  });
  expect(results.cases.map(({ id }) => id)).toEqual(['ws/echo/c1/r10/s64/text', 'sse/echo/c1/r10/s64/text']);
  for (const { trials } of results.cases) {
    const [trial] = trials;
    if (trial === undefined || trial.state === 'failed') throw new Error('a lane was measured');
    expect(trial.broken).toContainEqual({ rule: 'network-kept', text: 'the path was cut by hand for 8 s (silent)' });
    expect(trial.broken?.map(({ rule }) => rule)).not.toContain('accounting-closes');
    expect(trial.messages.unsent).toBeGreaterThan(0);
    expect(trial.wire.up).toBeGreaterThan(trial.messages.delivered * 64);
    expect(trial.notMeasured?.map((one) => one.path)).toContain('usage.generator');
  }
  const [report] = await Promise.all([context.waitForEvent('page'), link.click()]);
  await report
    .getByText(/Made by hand in the lab/)
    .first()
    .waitFor();
  expect(await report.title()).toMatch(/^Wirebench/);
  expect(errors).toEqual([]);

  await context.close();
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
  expect(childrenOf(child.pid)).toEqual([]);
  expect(dialled.length).toBeGreaterThan(1);
  for (const port of [...dialled, Number(new URL(url).port)]) expect(await isFree(port), `${port}`).toBe(true);
}, 300_000);

describe('on the local network', () => {
  /** Status of a request to the lab. */
  const ask = (
    url: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
  ) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = request(url, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.once('error', reject);
      asked.end(method === 'POST' ? '{}' : undefined);
    });

  test('the token admits, and without it every request and every session is refused', async () => {
    const { child, ended, said, urls } = await startLab('--public');
    const url = urls.find((one) => one.startsWith('http://127.0.0.1'))!;
    const { origin, search } = new URL(url);
    expect(search).toMatch(/^\?token=[\w-]{24}$/);
    expect(said.stderr).toMatch(/[█▀▄]{5}/);
    expect(await ask(url)).toBe(200);
    for (const path of ['/', '/api/events', '/kept/1/report.html', '/?token=wrong']) {
      expect(await ask(`${origin}${path}`), path).toBe(401);
    }
    for (const path of ['/api/start', '/api/window', '/api/cut', '/api/stop', '/api/keep']) {
      expect(await ask(`${origin}${path}`, { method: 'POST' }), path).toBe(401);
      expect(await ask(`${origin}${path}`, { method: 'POST', headers: { origin } }), path).toBe(401);
    }
    expect(await ask(url, { headers: { host: 'evil.example' } })).toBe(403);

    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(url);
    await choose(page, ['ws', 'sse']);
    const opened = page.waitForEvent('websocket');
    await page.getByRole('button', { name: 'Start' }).click();
    for (const name of ['ws', 'sse']) {
      await expect.poll(() => lane(page, name).innerText(), { timeout: PATIENCE_MS }).toMatch(/answered\n+[1-9]\d* of/);
    }
    const session = new URL((await opened).url());
    expect(session.searchParams.get('access_token')).toMatch(/^ey/);
    const handshake = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    const dial = (address: string, from: string) => ask(address, { headers: { ...handshake, origin: from } });
    expect(await dial(`http://${session.host}/`, origin)).toBe(401);
    expect(await dial(`http://${session.host}/${session.search}`, 'http://evil.example')).toBe(403);
    await page.close();
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  }, 180_000);
});

test('a port that is taken, and flags that exclude each other', async () => {
  const { child, url, ended } = await startLab();
  const second = await start(['lab', '--port', new URL(url).port]).ended;
  expect(second).toMatchObject({ code: 14, stderr: expect.stringContaining('is taken; name another with --port') });
  const both = await start(['lab', '--public', '--inside']).ended;
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('exclude each other') });
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
  expect(existsSync(folder)).toBe(true);
}, 120_000);
