import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from '../../compare/compare.ts';
import { makeReport } from '../../report.ts';
import { BROADCAST, ECHO, EVERY_KIND, makeResults, type RunSpec, SEVEN, WIRE } from '../../testing/fixtures.ts';
import { RECOVERY_RUN } from '../../testing/recovery.ts';
import { OPENED, type Reader, startReader } from '../testing/browser.ts';
import { FIRST_SCREEN } from '../testing/states.ts';
import { renderComparison } from './render.ts';

/** Time for a browser to lay out long pages at every width on a busy machine. */
const TIMEOUT_MS = 240_000;

let reader: Reader;
beforeAll(async () => {
  reader = await startReader();
}, TIMEOUT_MS);
afterAll(() => reader.close());

const report = (spec: RunSpec) => async () => (await makeReport(makeResults(spec), { resamples: 200 })).html;

const PAGES: Record<string, () => Promise<string>> = {
  'every kind': report({ transports: SEVEN, scenarios: EVERY_KIND, wire: 'link' }),
  'from small to large': report({
    transports: SEVEN,
    wire: 'link',
    scenarios: [300, 4800].flatMap((rate) => [
      { ...ECHO, rate },
      { ...ECHO, clients: rate },
      { ...WIRE, size: rate },
    ]),
  }),
  'faults and slow readers': report(RECOVERY_RUN),
  'messages lost': report({
    transports: { ...SEVEN, mqtt: { ...SEVEN.mqtt, lost: 37 } },
    scenarios: [ECHO, BROADCAST],
  }),
  'an invalid run': report(FIRST_SCREEN.invalid.spec),
  'a single trial': report(FIRST_SCREEN['a single trial'].spec),
  'one failed': report(FIRST_SCREEN['one failed'].spec),
  '30 transports': report(FIRST_SCREEN['30 transports in a tie, twice'].spec),
  'names without an end': report({
    transports: {
      ['long-'.repeat(60)]: { title: 'A title that is no shorter '.repeat(8) },
      ['Zusammengesetztername'.repeat(15)]: { p50Ms: 2 },
      'שקע רשת': { title: 'مقبس الويب', p50Ms: 3 },
    },
    scenarios: [...EVERY_KIND, { ...ECHO, scenario: 'scenario-'.repeat(30) }],
  }),
  'no data': report({ transports: {} }),
  'two runs compared': () =>
    renderComparison(
      compare(
        makeResults({ transports: SEVEN, scenarios: EVERY_KIND }),
        makeResults({ transports: { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 4 } }, scenarios: EVERY_KIND, seed: 2 }),
        { resamples: 200 },
      ),
    ),
};

const WIDTHS = [320, 360, 640, 1280, 2400];

/** Script that lists elements wider than the screen, and those whose content overflows although they do not scroll. */
const TOO_WIDE = `[...document.querySelectorAll('body *')]
  .filter((one) => !one.closest('svg, select, .visually-hidden, .skip, dialog, .sections ul'))
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    const isOutside = width > 0 && !one.parentElement.closest('.scroll') && (left < -1 || right > innerWidth + 1);
    const { display, overflowX } = getComputedStyle(one);
    const isFull = display !== 'inline' && overflowX === 'visible' && one.scrollWidth > one.clientWidth + 1;
    return isOutside || (isFull && one.clientWidth > 0);
  })
  .map((one) => one.closest('section[id]')?.id + ': ' + one.outerHTML.slice(0, 80))`;

/** Landscape A4 without its margins, in CSS pixels. */
const SHEET = { width: Math.floor((297 - 24) * (96 / 25.4)), height: Math.floor((210 - 24) * (96 / 25.4)) };

/** Script that measures each figure without its table, which may continue on the next page. */
const FIGURE_HEIGHTS = `[...document.querySelectorAll('.figures > figure:has(> details)')].map((one) => ({
  title: one.querySelector('h3').textContent,
  height: one.querySelector('details').previousElementSibling.getBoundingClientRect().bottom - one.getBoundingClientRect().top,
}))`;

describe.each(Object.entries(PAGES))('%s', (_name, html) => {
  test(
    'fits every section into the screen, from 320 to 2400 pixels',
    async () => {
      await reader.open(await html(), {}, async (page) => {
        await page.evaluate(OPENED);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 720 });
          expect(await page.evaluate<number>('document.documentElement.scrollWidth'), `${width} px`).toBe(width);
          expect(await page.evaluate<string[]>(TOO_WIDE), `${width} px`).toEqual([]);
        }
      });
    },
    TIMEOUT_MS,
  );
});

test(
  'on paper no figure of a default run is taller than a page, and its numbers are beside it',
  async () => {
    const html = await report({ transports: SEVEN, scenarios: EVERY_KIND, wire: 'link' })();
    await reader.open(html, { viewport: SHEET }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      const heights = await page.evaluate<{ title: string; height: number }[]>(FIGURE_HEIGHTS);
      expect(heights.length).toBeGreaterThan(10);
      for (const { title, height } of heights) expect(height, title).toBeLessThan(SHEET.height);
      const chart = await page.locator('.figures figure svg.chart').first().boundingBox();
      const table = await page.locator('.figures figure table').first().boundingBox();
      if (chart === null || table === null) throw new Error('a figure has a chart and a table');
      expect(table.x).toBeGreaterThanOrEqual(chart.x + chart.width);
      expect(table.y).toBeLessThan(chart.y + chart.height);
    });
  },
  TIMEOUT_MS,
);

test('a table wider than the screen fades at the edge until its end is scrolled into view', async () => {
  const html = await report({ transports: SEVEN })();
  await reader.open(html, { viewport: { width: 360, height: 740 } }, async (page) => {
    const SCROLLER = `document.querySelector('.scroll:has(> table.decision)')`;
    await page.locator('table.decision').first().scrollIntoViewIfNeeded();
    const fade = () => page.evaluate<string>(`getComputedStyle(${SCROLLER}).getPropertyValue('--beyond')`);
    await expect.poll(fade).toBe('30px');
    await page.evaluate(`${SCROLLER}.scrollTo({ left: 10_000 })`);
    await expect.poll(fade).toBe('0px');
    await page.evaluate(`${SCROLLER}.scrollTo({ left: 0 })`);
    await expect.poll(fade).toBe('30px');
    await page.setViewportSize({ width: 1400, height: 740 });
    await expect.poll(fade).toBe('0px');
  });
});
