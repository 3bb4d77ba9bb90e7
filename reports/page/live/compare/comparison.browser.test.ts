import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from '../../../compare/compare.ts';
import { BROADCAST, ECHO, makeResults, SEVEN } from '../../../testing/fixtures.ts';
import { renderComparison } from '../../document/render.ts';
import { type Reader, startReader } from '../../testing/browser.ts';

const slower = { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 0.17 * 1.2 }, sse: { ...SEVEN.sse, p50Ms: 0.41 / 2 } };
const run = (seed: number, transports = SEVEN) => ({
  ...makeResults({ transports, scenarios: [ECHO, BROADCAST], trials: 7, seed }),
  id: `run-${seed}`,
});
const comparison = compare(run(1), run(2, slower), { resamples: 500 });

let reader: Reader;
let html: string;
beforeAll(async () => {
  reader = await startReader();
  html = await renderComparison(comparison);
});
afterAll(() => reader.close());

const drawn = (page: Page): Promise<string[]> =>
  page.$$eval('.forest .change', (rows) =>
    rows.map((row) => row.getAttribute('class')?.replace(/.*change-/, '') ?? ''),
  );
const labels = (page: Page): Promise<string[]> =>
  page.$$eval('.forest .change', (rows) => rows.map((row) => row.querySelector('text')?.lastChild?.textContent ?? ''));
const heads = (page: Page): Promise<string[]> =>
  page.$$eval('#comparison table', ([table]) =>
    [...(table?.querySelectorAll('thead th') ?? [])].map((head) => head.textContent),
  );
const spaced = (text: string | null) => text?.replaceAll('\u00a0', ' ');
const controlled = (page: Page) => page.waitForSelector('.compare-controls');

describe('the page of two runs', () => {
  test('has equal text with and without a script, apart from its controls', async () => {
    const without = await reader.open(html, { javaScriptEnabled: false }, async (page) => {
      expect(await page.locator('.compare-controls').count()).toBe(0);
      return page.locator('#comparison').evaluate((one) => one.textContent);
    });
    await reader.open(html, {}, async (page) => {
      await controlled(page);
      const text = await page.locator('#comparison').evaluate((one) => {
        for (const control of one.querySelectorAll('.compare-controls, .figure-tools')) control.remove();
        return one.textContent;
      });
      // Non-breaking spaces are in the markup only.
      expect(spaced(text)).toBe(spaced(without));
    });
  });

  test('hides equivalent and not separated rows, sorts by magnitude, and keeps both in the address', async () => {
    await reader.open(html, {}, async (page) => {
      await controlled(page);
      const all = await drawn(page);
      expect(all.length).toBe(comparison.rows.length);
      await page.getByLabel(/equivalent \d/).uncheck();
      await page.getByLabel(/not separated \d/).uncheck();
      expect(new Set(await drawn(page))).toEqual(new Set(['worse', 'better']));
      expect(await page.locator('.card').first().innerText()).toMatch(/Hidden, as you asked: \d+ of 42 comparisons/);
      expect((await labels(page))[0]).toMatch(/ws p\d\d/);
      // Redrawn charts can be read by keyboard too, and have their buttons once.
      await page.locator('.forest').first().focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('.forest').first().locator('.cursor').count()).toBe(1);
      expect(await page.locator('.figure-tools').count()).toBe(2);

      await page.getByLabel('Order').selectOption('magnitude');
      expect((await labels(page)).slice(0, 2).join()).toMatch(/sse.*sse/);
      expect(new URL(page.url()).hash).toBe('#hide=not-separated,equivalent&order=magnitude');

      await page.reload();
      await controlled(page);
      expect(new Set(await drawn(page))).toEqual(new Set(['worse', 'better']));
      expect(await page.getByLabel(/equivalent \d/).isChecked()).toBe(false);
    });
  });

  test('shows a message if all rows are hidden', async () => {
    await reader.open(html, {}, async (page) => {
      await controlled(page);
      for (const box of await page.locator('.compare-controls fieldset').first().locator('input').all())
        await box.uncheck();
      expect(await drawn(page)).toEqual([]);
      expect(await page.locator('.empty').first().textContent()).toBe(
        'Nothing to draw: every comparison with a verdict is hidden.',
      );
    });
  });

  test('shows expert columns and draws lines', async () => {
    await reader.open(html, {}, async (page) => {
      await controlled(page);
      const usual = await heads(page);
      for (const name of ['effect size (Cliff’s δ)', 'p (Holm)', 'trials', 'interval method'])
        await page.getByLabel(name).check();
      expect((await heads(page)).slice(usual.length).toSorted()).toEqual(
        ['Interval, if wider than 95 % bootstrap', 'Cliff’s δ', 'Trials, base / new', 'p (Holm)'].toSorted(),
      );
      const row = await page
        .locator('#comparison table tbody tr')
        .first()
        .evaluate((one) => one.textContent);
      expect(row).toMatch(/7 \/ 7/);
      expect(row).toMatch(/Welch 99\.29 %/);
      await page.getByLabel('Dashed line where worse by').selectOption('0.2');
      expect(await page.locator('.regression-mark').count()).toBe(comparison.rows.length);
      expect(new URL(page.url()).hash).toMatch(/columns=.*mark=20/);
    });
  });

  test('an anchor in the address scrolls the page and keeps the view', async () => {
    await reader.open(html, {}, async (page) => {
      await controlled(page);
      await page.getByLabel(/equivalent \d/).uncheck();
      const before = await drawn(page);
      await page.evaluate(() => {
        window.location.hash = '#answer';
      });
      expect(await drawn(page)).toEqual(before);
    });
  });

  test.each([320, 1280])('nothing is wider than a window of %i pixels', async (width) => {
    await reader.open(html, { viewport: { width, height: 720 } }, async (page) => {
      await controlled(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  });
});
