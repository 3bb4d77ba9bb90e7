import { Buffer } from 'node:buffer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from '../../compare/compare.ts';
import { makeReport } from '../../report.ts';
import { EVERY_KIND, type Fault, makeResults, type RunSpec, SEVEN } from '../../testing/fixtures.ts';
import { RECOVERY_RUN } from '../../testing/recovery.ts';
import { barriersOn, colourBarriersOn } from '../testing/barriers.ts';
import { OPENED, type Reader, startReader } from '../testing/browser.ts';
import { FIRST_SCREEN } from '../testing/states.ts';
import { renderComparison } from './render.ts';

let reader: Reader;
beforeAll(async () => {
  reader = await startReader();
});
afterAll(() => reader?.close());

const HOSTILE = '</script><img src=x onerror=alert(1)>';
const failed: Fault = { state: 'failed', reasons: ['</td><script>alert(3)</script>'] };

const report = (spec: RunSpec) => async () => (await makeReport(makeResults(spec), { resamples: 500 })).html;

const PAGES: Record<string, () => Promise<string>> = {
  'a clear winner': report(FIRST_SCREEN['a clear winner'].spec),
  'a tie': report(FIRST_SCREEN['a tie of three'].spec),
  'one failed': report(FIRST_SCREEN['one failed'].spec),
  'an invalid run': report(FIRST_SCREEN.invalid.spec),
  'a quick look': report(FIRST_SCREEN['a single trial'].spec),
  '20 cases': report(FIRST_SCREEN['20 cases'].spec),
  'every kind': report({ transports: SEVEN, scenarios: EVERY_KIND, wire: 'link' }),
  'faults and slow readers': report(RECOVERY_RUN),
  'hostile names': report({
    transports: {
      [HOSTILE]: { title: '"><svg onload=alert(2)>' },
      'x\u202egnp.exe\u0007': { p50Ms: 2, faults: { 0: failed } },
      ['long-'.repeat(60)]: { p50Ms: 3 },
    },
    scenarios: EVERY_KIND,
  }),
  'two runs compared': () =>
    renderComparison(
      compare(
        makeResults({ transports: SEVEN }),
        makeResults({ transports: { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 4 } } }),
        { resamples: 500 },
      ),
    ),
};

const MODES = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  'forced colours': { colorScheme: 'dark', forcedColors: 'active' },
} as const;

/**
 * Colours and widths in which a page is checked. Colours do not depend on the width and the layout does not depend on the colours, so
 * each is tried with one of the other.
 */
const VIEWS: readonly { mode: keyof typeof MODES; width: number; check: typeof barriersOn }[] = [
  { mode: 'light', width: 1280, check: barriersOn },
  { mode: 'light', width: 1280, check: colourBarriersOn },
  { mode: 'light', width: 320, check: barriersOn },
  { mode: 'dark', width: 320, check: colourBarriersOn },
  { mode: 'forced colours', width: 1280, check: colourBarriersOn },
];

describe.each(Object.entries(PAGES))('%s', (_name, html) => {
  test('has no barriers: light, dark, forced colours, wide and narrow, with all details open', async () => {
    await reader.open(await html(), {}, async (page) => {
      await page.evaluate(OPENED);
      for (const { mode, width, check } of VIEWS) {
        await page.emulateMedia(MODES[mode]);
        await page.setViewportSize({ width, height: 720 });
        expect.soft(await check(page), `${mode}, ${width} px`).toEqual([]);
      }
    });
  }, 120_000);
});

/** Steps of using the page, in order, each of which shows something new. */
const STEPS: Record<string, (page: Page) => Promise<void>> = {
  'the list of keys': async (page) => {
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
  },
  'another run, with every column': async (page) => {
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    const other = makeResults({ transports: { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 4 } } });
    await give(page, JSON.stringify({ ...other, id: 'another' }));
    await page.locator('.compared[aria-busy="false"]').waitFor();
    for (const box of await page.locator('#compare input[type=checkbox]').all()) await box.check();
    await page.evaluate(`for (const details of document.querySelectorAll('.compared details')) details.open = true;`);
  },
  'a file that is no run': async (page) => {
    await give(page, 'nothing');
    await page.locator('.refusal', { hasText: 'is not JSON' }).waitFor();
  },
  'advice, asked by a use': async (page) => {
    await page.locator('#advisor').scrollIntoViewIfNeeded();
    await page.getByLabel('Live dashboard', { exact: true }).check();
    await page.locator('.advisor-result[aria-busy="false"] .advisor-part').first().waitFor();
  },
  'advice whose weights were changed': async (page) => {
    await page.getByRole('button', { name: 'Equal' }).click();
    await page.locator('.advisor-result[aria-busy="false"]').waitFor();
  },
  'a filter without a hit': async (page) => {
    await page.getByLabel('Show trials with').fill('nobody');
  },
  'a table that was sorted': async (page) => {
    // A table gets its buttons when it comes near the screen.
    await page.locator('.decision').first().scrollIntoViewIfNeeded();
    await page.locator('.decision th button').nth(2).click();
  },
  'a point of a chart': async (page) => {
    await page.locator('svg.chart').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.tooltip').waitFor();
  },
};

const give = (page: Page, text: string): Promise<void> =>
  page.setInputFiles('#compare input[type=file]', {
    name: 'given.json',
    mimeType: 'text/plain',
    buffer: Buffer.from(text),
  });

test.each([
  ['light', 1280],
  ['dark', 320],
  ['forced colours', 1280],
] as const)(
  'the page has no barriers while it is used: %s, %i px',
  async (mode, width) => {
    const html = await report({ transports: SEVEN })();
    await reader.open(html, { ...MODES[mode], viewport: { width, height: 720 } }, async (page) => {
      for (const [name, step] of Object.entries(STEPS)) {
        await step(page);
        if (mode === 'light') expect(await barriersOn(page), name).toEqual([]);
        expect(await colourBarriersOn(page), name).toEqual([]);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth'), name).toBe(width);
      }
    });
  },
  240_000,
);

test('figures in their other forms have no barriers', async () => {
  const html = await report({ transports: SEVEN, scenarios: EVERY_KIND, wire: 'link' })();
  await reader.open(html, {}, async (page) => {
    await page.evaluate(OPENED);
    await page.evaluate(`location.hash = '#q=all&metric=bytes&axis=linear&distribution=density&objective=2.5'`);
    await page.locator('.objective-said:not(:empty)').first().waitFor();
    await page.getByRole('heading', { name: 'Density of latency' }).first().waitFor();
    await page.getByRole('heading', { name: 'Bytes per message: medians' }).first().waitFor();
    await page.evaluate(`for (const details of document.querySelectorAll('details')) details.open = true;`);
    expect(await barriersOn(page)).toEqual([]);
    for (const [mode, media] of Object.entries(MODES)) {
      await page.emulateMedia(media);
      expect(await colourBarriersOn(page), mode).toEqual([]);
    }
  });
}, 120_000);

test('the check itself finds a barrier', async () => {
  const html = '<!doctype html><html lang="en"><title>x</title><main><h1>x</h1><button></button></main></html>';
  await reader.open(html, {}, async (page) => {
    expect(await barriersOn(page)).toEqual([expect.stringContaining('button-name')]);
  });
});

test('the check of colours finds a faint text once for each look, and again where its colours change', async () => {
  const faint = '<p style="color: #bbb">faint</p>';
  const html = `<!doctype html><html lang="en"><title>x</title><main>
    <style>@media (prefers-color-scheme: dark) { .late { color: #333; background: #222 } }</style>
    <h1>x</h1><p>dark</p><p>dark</p>${faint}${faint}<p class="late">plain</p>
    <p>A long sentence in which nothing but a shade of black tells a reader that there is a
    <a href="#x" style="color: #111; text-decoration: none">link</a>.</p></main></html>`;
  await reader.open(html, {}, async (page) => {
    expect(await colourBarriersOn(page)).toEqual([
      expect.stringMatching(/color-contrast: .*\(1\): .*faint/),
      expect.stringMatching(/link-in-text-block: .*\(1\): .*link/),
    ]);
    expect(await colourBarriersOn(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colourBarriersOn(page)).toEqual([expect.stringMatching(/color-contrast: .*\(1\): .*late/)]);
    await page.evaluate(`document.querySelectorAll('p')[1].style.color = '#ddd'`);
    expect(await colourBarriersOn(page)).toEqual([expect.stringMatching(/color-contrast: .*\(1\): .*dark/)]);
  });
});
