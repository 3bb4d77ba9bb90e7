import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../needs.ts';

/**
 * Program in the place of the browser that `lab --inside` starts, with that browser's flags: it opens the page in a Chromium without a
 * window, runs two transports over a network, cuts the path, and writes down what the page then shows. Its file is DRIVEN.
 */
const PATIENCE_MS = 60_000;
const file = process.env.DRIVEN ?? '';
const given = process.argv.slice(2);
const url = given.at(-1) ?? '';
const args = given.filter((flag) => flag.startsWith('--unsafely') || flag === '--no-sandbox');

async function drive(): Promise<string> {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...args, '--disable-gpu'] });
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
