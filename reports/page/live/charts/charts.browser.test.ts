import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from '../../../compare/compare.ts';
import { makeReport } from '../../../report.ts';
import { ECHO, EVERY_KIND, makeResults, SEVEN, type TransportSpec } from '../../../testing/fixtures.ts';
import { RECOVERY_RUN } from '../../../testing/recovery.ts';
import { unpackPoints } from '../../charts/points.ts';
import { renderComparison } from '../../document/render.ts';
import { type Reader, startReader } from '../../testing/browser.ts';

let reader: Reader;
beforeAll(async () => {
  reader = await startReader();
});
afterAll(() => reader?.close());

const render = async (spec: Parameters<typeof makeResults>[0]): Promise<string> =>
  (await makeReport(makeResults(spec), { resamples: 500 })).html;

const everyKind = () => render({ transports: SEVEN, scenarios: EVERY_KIND, wire: 'link' });
const twoRuns = () =>
  renderComparison(
    compare(makeResults({ transports: SEVEN }), makeResults({ transports: SEVEN, seed: 2 }), { resamples: 500 }),
  );

/** Script that shows all questions. */
const ALL_QUESTIONS = `location.hash = '#q=all'`;

/** Announcement after a key, once it has settled; the test controls the page's clock. */
async function announcedAfter(page: Page, key: string): Promise<string> {
  await page.keyboard.press(key);
  await page.clock.runFor(1_000);
  return (await page.locator('#announcement').textContent()) ?? '';
}

const focusedChart = (page: Page): Promise<number> =>
  page.evaluate(() => [...document.querySelectorAll('svg.chart')].findIndex((chart) => chart.matches(':focus')));

type Chart = { readonly label: string; readonly series: { readonly name: string; readonly packed: string }[] };

const chartsIn = (page: Page): Promise<Chart[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('svg.chart')].map((chart) => ({
      label: chart.getAttribute('aria-label') ?? '',
      series: [...chart.querySelectorAll('.series')].map((series) => ({
        name: series.getAttribute('data-series') ?? '',
        packed: series.getAttribute('data-points') ?? '',
      })),
    })),
  );

describe.each([
  ['a report of every kind', everyKind, 7],
  ['a report of faults and slow readers', () => render(RECOVERY_RUN), 6],
  ['a comparison', twoRuns, 1],
])('%s', (_name, html, minCharts) => {
  test('by keyboard alone every chart is reached, each of its points announced, and the chart left again', async () => {
    await reader.open(await html(), {}, async (page) => {
      await page.clock.install();
      // This key shows all questions.
      await page.keyboard.press('p');
      const charts = await chartsIn(page);
      expect(charts.length).toBeGreaterThanOrEqual(minCharts);
      const read = new Set<number>();
      for (let presses = 0; presses < 500 && read.size < charts.length; presses++) {
        await page.keyboard.press('Tab');
        const index = await focusedChart(page);
        const chart = charts[index];
        if (chart === undefined || read.has(index)) continue;
        read.add(index);
        const drawn = chart.series.map(({ name, packed }) => ({ name, points: unpackPoints(packed) }));
        expect(drawn.length).toBeGreaterThan(0);
        for (const [place, { name, points }] of drawn.entries()) {
          expect(points.length, `${chart.label}: ${name}`).toBeGreaterThan(0);
          for (const [step, { text }] of points.entries()) {
            if (step === 0 && place > 0) await page.keyboard.press('ArrowDown');
            const announced = await announcedAfter(page, step > 0 || place === 0 ? 'ArrowRight' : 'Home');
            expect(announced).toBe(`${name}, ${text}; ${step + 1} of ${points.length}`);
            expect(await page.locator('.tooltip').textContent()).toBe(`${name} ${text}`);
          }
        }
        await page.keyboard.press('Escape');
        expect(await page.locator('.tooltip').isVisible()).toBe(false);
        expect(await page.locator('.cursor').count()).toBe(0);
        await page.keyboard.press('Tab');
        expect(await focusedChart(page)).not.toBe(index);
        await page.keyboard.press('Shift+Tab');
      }
      expect(read.size).toBe(charts.length);
      // The clock stays with the page.
      await page.close();
    });
  }, 120_000);

  test('each chart has a descriptive name, and none of its content is in the accessibility tree', async () => {
    await reader.open(await html(), {}, async (page) => {
      await page.evaluate(ALL_QUESTIONS);
      for (const chart of await page.locator('svg.chart').all()) {
        const name = (await chart.getAttribute('aria-label')) ?? '';
        expect(name).toMatch(/^.+: .+\.$/);
        const tree = await chart.ariaSnapshot();
        expect(tree.split('\n'), 'the chart itself and nothing in it').toHaveLength(1);
        expect(tree).toContain('application');
      }
    });
  });
});

const MANY: Record<string, TransportSpec> = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`t${index}`, { p50Ms: 1 + index / 4, floor: index === 0 }]),
);

const CURVES = 'figure:has(h3:text-is("Latency by percentile")) svg.chart';

const namesIn = (chart: Locator, which: string): Promise<string[]> =>
  chart.locator(which).evaluateAll((all) => all.map((series) => series.getAttribute('data-series') ?? ''));
const colouredIn = async (chart: Locator) => new Set(await namesIn(chart, '.series:not(.dimmed)'));

describe('highlighting', () => {
  test('leaders and floor stand out among many series in every chart, until the reader chooses others', async () => {
    const html = await render({ transports: MANY, scenarios: [ECHO, { ...ECHO, scenario: 'broadcast' }] });
    await reader.open(html, {}, async (page) => {
      await page.evaluate(ALL_QUESTIONS);
      const [first, second] = [page.locator(CURVES).nth(0), page.locator(CURVES).nth(1)];
      const own = await colouredIn(first);
      expect(own).toEqual(new Set(['t0', 't1', 't2', 't3']));

      await first.locator('.series[data-series="t12"] text.label').click();
      const chosen = await colouredIn(first);
      expect(chosen.size).toBe(4);
      expect(chosen).toContain('t12');
      expect(await colouredIn(second)).toEqual(chosen);

      await second.locator('.series[data-series="t12"] text.label').click();
      expect(await colouredIn(first)).not.toContain('t12');

      await first.focus();
      await page.keyboard.press('0');
      expect(await colouredIn(first)).toEqual(own);
    });
  });

  test('keys add and remove highlights; after the last is removed no series is grey', async () => {
    await reader.open(await render({ transports: SEVEN }), {}, async (page) => {
      const chart = page.locator(CURVES);
      const names = await namesIn(chart, '.series');
      expect(await colouredIn(chart)).toEqual(new Set(names));
      await chart.focus();
      await page.keyboard.press('2');
      expect(await colouredIn(chart)).toEqual(new Set([names[1]]));
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      expect(await colouredIn(chart)).toEqual(new Set([names[0], names[1]]));
      await page.keyboard.press('Enter');
      await page.keyboard.press('2');
      expect(await colouredIn(chart)).toEqual(new Set(names));
    });
  });
});

test('the pointer shows the texts that the keyboard reads, and Escape hides them', async () => {
  await reader.open(await render({ transports: SEVEN }), {}, async (page) => {
    const chart = page.locator(CURVES);
    const packed = (await chart.locator('.series').nth(2).getAttribute('data-points')) ?? '';
    const name = await chart.locator('.series').nth(2).getAttribute('data-series');
    const [point] = unpackPoints(packed).slice(-1);
    const at = await chart.evaluate((svg: SVGSVGElement, { x, y }) => {
      svg.scrollIntoView();
      const place = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM() ?? undefined);
      return { x: place.x, y: place.y };
    }, point ?? { x: 0, y: 0 });
    await page.mouse.move(at.x, at.y);
    expect(await page.locator('.tooltip').textContent()).toBe(`${name} ${point?.text}`);
    await page.keyboard.press('Escape');
    expect(await page.locator('.tooltip').isVisible()).toBe(false);
  });
});

describe('copies and downloads', () => {
  test('give every figure’s table as CSV that is safe to open, and its chart as a self-contained file', async () => {
    const html = await render({ transports: { '=1+1': {}, ...SEVEN }, scenarios: EVERY_KIND, wire: 'link' });
    const options = { permissions: ['clipboard-read', 'clipboard-write'] };
    await reader.open(html, options, async (page) => {
      await page.evaluate(ALL_QUESTIONS);
      const figures = page.locator('figure:has(svg.chart)');
      const count = await figures.count();
      expect(count).toBeGreaterThanOrEqual(7);
      const names = new Set<string>();
      let quoted = 0;
      for (let index = 0; index < count; index++) {
        const figure = figures.nth(index);
        await figure.getByRole('button', { name: 'Copy CSV' }).click();
        await figure.getByRole('button', { name: 'Copied' }).waitFor();
        const csv = await page.evaluate(() => navigator.clipboard.readText());
        const lines = csv.trimEnd().split('\r\n');
        expect(lines).toHaveLength(await figure.locator('table tr').count());
        expect(lines[0]).toMatch(/^Transport,/);
        expect(lines.filter((line) => /^[=+@]/.test(line))).toEqual([]);
        // A figure of lost messages lists only the transports that lost some.
        const listed = (await figure.locator('tbody th').allTextContents()).some((text) => text.trim() === '=1+1');
        if (listed) expect(csv).toContain("\r\n'=1+1,");
        if (listed) quoted++;

        const arriving = page.waitForEvent('download');
        await figure.getByRole('button', { name: 'Download SVG' }).click();
        const download = await arriving;
        names.add(download.suggestedFilename());
        const svg = await readFile(await download.path(), 'utf8');
        expect(svg).toMatch(
          /^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/,
        );
        expect(svg).not.toMatch(/class=|var\(|color\(|data-|href=|NaN|<script/);
      }
      expect(quoted).toBeGreaterThanOrEqual(count - 1);
      expect([...names].every((name) => /^wirebench-[a-z0-9-]+\.svg$/.test(name))).toBe(true);
    });
  });
});
