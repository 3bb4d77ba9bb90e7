import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../needs.ts';

/**
 * Program in the place of the browser that `lab --inside` starts, at its end of the link: it opens the page DRIVEN_URL in a
 * Chromium without a window, runs three transports over a network, cuts the path, and writes what the page then shows to the file DRIVEN.
 */
const PATIENCE_MS = 60_000;
const { DRIVEN: file = '', DRIVEN_URL: url = '' } = process.env;
const args = ['--no-sandbox', '--disable-gpu', `--unsafely-treat-insecure-origin-as-secure=${new URL(url).origin}`];

async function drive(): Promise<string> {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(url);
    const form = await page.locator('.lab-in-force').innerText();
    await page.getByRole('checkbox', { name: /^webrtc\b/ }).check();
    await page.getByLabel('Network').selectOption('fast-4g');
    await page.getByRole('button', { name: 'Start' }).click();
    const answered = page.getByText(/[1-9]\d* of \d+/);
    for (const at of [0, 1, 2]) await answered.nth(at).waitFor();
    await page.getByLabel('Seconds of the cut').fill('6');
    await page.getByRole('button', { name: 'Cut the path' }).click();
    await page
      .getByText(/reconnecting: nothing arrived for 3000 ms/)
      .first()
      .waitFor();
    await page.getByText('the path is there').waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: /s open$/ })
      .nth(3)
      .waitFor();
    return [form, ...(await page.getByRole('article').allInnerTexts())].join('\n');
  } finally {
    await browser.close();
  }
}

// Before the end of this process, which ends the lab.
writeFileSync(file, await drive().catch((error: unknown) => `failed: ${String(error)}`));
