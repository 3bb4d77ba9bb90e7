import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { objectiveSentence } from '../../../analysis/objective.ts';
import { metric } from '../../../kinds/lookup.ts';
import { inUnit } from '../../../model/format.ts';
import type { MetricId } from '../../../model/metrics.ts';
import { makeReport } from '../../../report.ts';
import { EVERY_KIND, makeResults, SEVEN } from '../../../testing/fixtures.ts';
import { unpackPoints } from '../../charts/points.ts';
import { type Reader, startReader } from '../../testing/browser.ts';

let reader: Reader;
let html: string;
let analysis: Awaited<ReturnType<typeof makeReport>>['analysis'];
beforeAll(async () => {
  const results = makeResults({ transports: SEVEN, scenarios: EVERY_KIND, wire: 'link' });
  [reader, { html, analysis }] = await Promise.all([startReader(), makeReport(results, { resamples: 500 })]);
});
afterAll(() => reader?.close());

const figureOf = (page: Page, id: string): Locator => page.locator(`#${id}`);
const titled = (figure: Locator, title: string): Locator => figure.locator('h3', { hasText: title });
const hashOf = (page: Page): Promise<string> => page.evaluate(() => location.hash);

/** Medians of the analysis by name, in the unit that the page shows. */
const medians = (question: number, id: MetricId): ReadonlyMap<string, string> =>
  new Map(
    analysis.groups[question]?.rows.flatMap(({ name, cells: { [id]: cell } }) =>
      cell.state === 'shown' ? [[name, inUnit(metric(id), cell.median)] as const] : [],
    ),
  );

const seriesOf = (figure: Locator): Promise<{ name: string; packed: string }[]> =>
  figure.locator('svg.chart .series').evaluateAll((all) =>
    all.map((series) => ({
      name: series.getAttribute('data-series') ?? '',
      packed: series.getAttribute('data-points') ?? '',
    })),
  );

describe('medians with their intervals', () => {
  test('caption, chart, table and downloads show the metric and the axis that the reader chooses', async () => {
    const options = { permissions: ['clipboard-read', 'clipboard-write'] };
    await reader.open(html, options, async (page) => {
      const figure = figureOf(page, 'question-1-intervals');
      const usual = await figure.locator('figcaption').textContent();
      await figure.getByLabel('Metric').selectOption({ label: 'Bytes per message' });
      await titled(figure, 'Bytes per message: medians, intervals, trials').waitFor();
      expect(await hashOf(page)).toBe('#metric=bytes');
      expect(await figure.locator('figcaption p').textContent()).toMatch(
        /^By bytes per message, \d of \d other choices? (is|are) /,
      );

      const wanted = medians(0, 'bytes');
      expect(wanted.size).toBeGreaterThan(4);
      const drawn = await seriesOf(figure);
      expect(drawn.map(({ name }) => name).toSorted()).toEqual([...wanted.keys()].toSorted());
      for (const { name, packed } of drawn) {
        expect(unpackPoints(packed)[0]?.text, name).toContain(`median ${wanted.get(name)} B`);
      }
      await figure.locator('summary').click();
      for (const [name, median] of wanted) {
        const row = figure.locator('tbody tr', { has: page.getByRole('rowheader', { name, exact: true }) });
        expect(await row.locator('td').first().textContent()).toBe(median);
      }
      // The best first, the floor last.
      const choices = (await seriesOf(figure)).slice(0, -1).map(({ name }) => Number(wanted.get(name)));
      expect(choices).toEqual(choices.toSorted((a, b) => a - b));
      expect((await seriesOf(figure)).at(-1)?.name).toBe('tcp');

      await figure.getByRole('button', { name: 'Copy CSV' }).click();
      await figure.getByRole('button', { name: 'Copied' }).waitFor();
      const csv = await page.evaluate(() => navigator.clipboard.readText());
      for (const [name, median] of wanted) {
        expect(csv).toContain(`\r\n${name},${median.includes(',') ? `"${median}"` : median},`);
      }
      const arriving = page.waitForEvent('download');
      await figure.getByRole('button', { name: 'Download SVG' }).click();
      const download = await arriving;
      expect(download.suggestedFilename()).toMatch(/-bytes-per-message-medians-intervals-.*\.svg$/);
      expect(await readFile(await download.path(), 'utf8')).toContain('bytes per message, B (log)');

      await figure.getByLabel('Axis').selectOption('linear');
      await figure.locator('text.axis', { hasText: 'bytes per message, B (linear)' }).waitFor();
      expect(await hashOf(page)).toBe('#metric=bytes&axis=linear');
      expect(await figure.locator('text.tick').first().textContent()).toBe('0');
      expect(await figure.locator('details').getAttribute('open')).not.toBeNull();

      await page.goBack();
      await page.goBack();
      await titled(figure, 'p99 latency').waitFor();
      expect(await figure.locator('figcaption').textContent()).toBe(usual);
      expect(await figure.getByLabel('Metric').inputValue()).toBe('p99');
      expect(await figure.locator('svg.chart').count()).toBe(1);
      expect(await figure.getByRole('button', { name: 'Download SVG' }).count()).toBe(1);
    });
  });

  test('by keyboard the form is chosen, keeps the focus, and is read point by point', async () => {
    await reader.open(html, {}, async (page) => {
      const figure = figureOf(page, 'question-1-intervals');
      await figure.getByLabel('Metric').focus();
      await page.keyboard.press('ArrowDown');
      await titled(figure, 'p50 latency').waitFor();
      expect(await figure.getByLabel('Metric').evaluate((control) => control === document.activeElement)).toBe(true);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      expect(await figure.locator('svg.chart').evaluate((chart) => chart === document.activeElement)).toBe(true);
      await page.keyboard.press('ArrowRight');
      const [first] = await seriesOf(figure);
      const [point] = unpackPoints(first?.packed ?? '');
      expect(await page.locator('.tooltip').textContent()).toBe(`${first?.name} ${point?.text}`);
    });
  });

  test('an address applies the choice to every question that has the metric, and to no other', async () => {
    await reader.open(html, {}, async (page) => {
      await page.evaluate(`location.hash = '#question-2-intervals&q=all&metric=bytes'`);
      await titled(figureOf(page, 'question-1-intervals'), 'Bytes per message').waitFor();
      await titled(figureOf(page, 'question-2-intervals'), 'Bytes per message').waitFor();
      expect(await figureOf(page, 'question-3-intervals').locator('h3').textContent()).toMatch(/^Messages per second/);
      expect(await figureOf(page, 'question-4-intervals').locator('h3').textContent()).toMatch(/^Server memory per/);
      await page.evaluate(`location.hash = '#q=all&metric=constructor&axis=__proto__'`);
      await titled(figureOf(page, 'question-1-intervals'), 'p99 latency').waitFor();
      expect(await figureOf(page, 'question-1-intervals').getByLabel('Metric').inputValue()).toBe('p99');
    });
  });
});

test('the distribution as a density has matching rows in chart and table, and can be switched back', async () => {
  await reader.open(html, {}, async (page) => {
    const figure = figureOf(page, 'question-1-distribution');
    const usual = await seriesOf(figure);
    await figure.getByLabel('Show').selectOption('density');
    await titled(figure, 'Density of latency').waitFor();
    expect(await hashOf(page)).toBe('#distribution=density');
    expect(await figure.locator('figcaption p').textContent()).toMatch(/^Pooled over trials, the latencies of /);

    const drawn = await seriesOf(figure);
    expect(drawn.map(({ name }) => name).toSorted()).toEqual(usual.map(({ name }) => name).toSorted());
    for (const { name, packed } of drawn) {
      const points = unpackPoints(packed);
      expect(points.length, name).toBeGreaterThan(0);
      for (const { text } of points) expect(text).toMatch(/^(< )?\d+ % from \S+ to \S+ ms$/);
    }
    for (const { name, packed } of drawn) {
      const row = figure.locator('tbody tr', {
        has: page.getByRole('rowheader', { name, exact: true, includeHidden: true }),
      });
      const cells = await row.locator('td').allTextContents();
      const bins = unpackPoints(packed).map(({ text }) => text.replace(/^(.*) from (.*) to (.*) ms$/, '$2–$3: $1'));
      expect(cells.at(-1)).toBe(bins.join(', '));
      expect(bins).toContain(`${cells[1]}–${cells[2]}: ${cells[3]}`);
      const total = bins.reduce((sum, bin) => sum + Number(bin.replace(/^.*: (.*) %$/, '$1')), 0);
      expect(total, name).toBeGreaterThan(80);
      expect(total, name).toBeLessThan(105);
    }

    await figure.getByLabel('Show').selectOption('cumulative');
    await titled(figure, 'Distribution of latency').waitFor();
    expect(await seriesOf(figure)).toEqual(usual);
    expect(await hashOf(page)).toBe('');
  });
});

test('the reader’s objective is drawn as a line, and the caption says which transports meet it', async () => {
  await reader.open(html, {}, async (page) => {
    const figure = figureOf(page, 'question-1-percentiles');
    const status = figure.getByRole('status');
    const line = figure.locator('svg.chart line.objective');
    const choices = analysis.groups[0]?.rows.filter(({ floor }) => !floor) ?? [];
    // This is the p99 of the second choice.
    const seconds = choices[1]?.curve.find(({ percentile }) => percentile === 0.99)?.seconds ?? Number.NaN;
    await figure.getByLabel('Objective, ms').fill(String(seconds * 1e3));
    await line.waitFor({ state: 'attached' });
    expect(await status.textContent()).toBe(objectiveSentence(choices, (seconds * 1e3) / 1e3));
    expect(await hashOf(page)).toBe(`#objective=${seconds * 1e3}`);

    const points = unpackPoints((await seriesOf(figure))[1]?.packed ?? '');
    const at = points.find(({ text }) => text.startsWith('99 %:'))?.y ?? Number.NaN;
    expect(Math.abs(Number(await line.getAttribute('y1')) - at)).toBeLessThan(0.2);

    await figure.getByLabel('Objective, ms').fill('86400000');
    await status.filter({ hasText: 'The objective lies outside the chart’s axis.' }).waitFor();
    expect(await line.count()).toBe(0);
    await figure.getByLabel('Objective, ms').fill('');
    await expect.poll(() => status.textContent()).toBe('');
    expect(await hashOf(page)).toBe('');
    for (const odd of ['-3', 'soon', '1e999']) {
      await page.evaluate(`location.hash = '#objective=${odd}'`);
      expect(await line.count()).toBe(0);
    }
  });
});

test('without the script there are no choices, and each figure has its first form', async () => {
  await reader.open(html, { javaScriptEnabled: false }, async (page) => {
    expect(await page.locator('.figure-choices').count()).toBeGreaterThan(4);
    expect(await page.locator('.figure-choices:visible').count()).toBe(0);
    await titled(figureOf(page, 'question-1-intervals'), 'p99 latency').waitFor();
  });
});
