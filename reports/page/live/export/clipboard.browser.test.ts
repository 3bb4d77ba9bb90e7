import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeReport } from '../../../report.ts';
import { makeResults, SEVEN } from '../../../testing/fixtures.ts';
import { type Reader, startReader } from '../../testing/browser.ts';

let reader: Reader;
let html: string;

beforeAll(async () => {
  reader = await startReader();
  html = (
    await makeReport(makeResults({ transports: { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} } }), { resamples: 200 })
  ).html;
});
afterAll(() => reader.close());

const WITH_CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };

describe('copying facts of a run', () => {
  test('the environment has one fact per line, and the command that repeats the run', async () => {
    const text = await reader.open(html, WITH_CLIPBOARD, async (page) => {
      const copy = page.getByRole('button', { name: 'Copy the environment' });
      await copy.click();
      await page.locator('.copy', { has: copy }).getByText('Copied.').waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    });
    const lines = text.split('\n');
    expect(lines).toContain('CPU: Invented CPU @ 2.50GHz');
    expect(lines).toContain('Node: v24.21.0');
    expect(lines).toContain('ws: 8.23.0');
    expect(lines.at(-1)).toBe('Command: npm run bench -- --seed 1');
  });

  test('the command is copied alone', async () => {
    const text = await reader.open(html, WITH_CLIPBOARD, async (page) => {
      const copy = page.getByRole('button', { name: 'Copy the command' });
      await copy.click();
      await page.locator('.copy', { has: copy }).getByText('Copied.').waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    });
    expect(text).toBe('npm run bench -- --seed 1');
  });

  test('without a script there is no dead button, and all facts are shown', async () => {
    const { buttons, facts } = await reader.open(html, { javaScriptEnabled: false }, async (page) => ({
      buttons: await page.getByRole('button', { name: /^Copy the/ }).count(),
      facts: await page.locator('#environment').innerText(),
    }));
    expect(buttons).toBe(0);
    expect(facts).toContain('Invented CPU @ 2.50GHz');
    expect(facts).toContain('npm run bench -- --seed 1');
  });
});
