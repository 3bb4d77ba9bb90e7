import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { closeBrowser, startReader } from '../reports/page/testing/browser.ts';

/** Opens a report in a browser without a network, once without JavaScript and once with it. Usage: page.ts REPORT */
const html = await readFile(process.argv[2] ?? '', 'utf8');
const reader = await startReader();
try {
  for (const javaScriptEnabled of [false, true]) {
    for (const viewport of [
      { width: 1280, height: 720 },
      { width: 320, height: 640 },
    ]) {
      await reader.open(html, { javaScriptEnabled, viewport }, async (page) => {
        assert.equal(await page.locator('h1').count(), 1);
        assert.ok(await page.locator('h1').isVisible(), 'the answer is visible');
        assert.ok((await page.locator('table:visible').count()) >= 2, 'the decision tables are visible');
        assert.ok((await page.locator('svg:visible').count()) >= 2, 'the charts are visible');
      });
    }
  }
  assert.ok(Buffer.byteLength(html) <= 1_000_000, 'a report is at most a megabyte');
} finally {
  await reader.close();
  await closeBrowser();
}
