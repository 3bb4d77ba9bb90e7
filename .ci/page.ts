import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/** Opens a report from its file in a browser without JavaScript and without a network. Usage: page.ts REPORT */
const file = resolve(process.argv[2] ?? '');
const quiet = ['no-first-run', 'disable-background-networking', 'disable-component-update', 'disable-sync'];
const args = ['no-sandbox', 'disable-gpu', 'disable-quic', ...quiet].map((flag) => `--${flag}`);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
try {
  for (const viewport of [
    { width: 1280, height: 720 },
    { width: 320, height: 640 },
  ]) {
    const context = await browser.newContext({ javaScriptEnabled: false, offline: true, viewport });
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    assert.deepEqual(requests, [pathToFileURL(file).href], 'a report asks for nothing but itself');
    assert.deepEqual(complaints, [], 'the browser has nothing to complain of');
    assert.equal(await page.locator('h1').count(), 1);
    assert.ok(await page.locator('h1').isVisible(), 'the answer is visible');
    assert.ok((await page.locator('table:visible').count()) >= 2, 'the decision tables are visible');
    assert.ok((await page.locator('svg:visible').count()) >= 2, 'the charts are visible');
    await context.close();
  }
  assert.ok(statSync(file).size <= 1_000_000, 'a report is at most a megabyte');
} finally {
  await browser.close();
}
