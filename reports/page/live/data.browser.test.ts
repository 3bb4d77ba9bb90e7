import { readFile } from 'node:fs/promises';
import { HistogramLogReader } from 'hdr-histogram-js';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseResults } from '../../../bench/results/file.ts';
import { pooledLog } from '../../raw/hlog.ts';
import { pooledResponses } from '../../raw/pooled.ts';
import { makeReport, trialsCsv } from '../../report.ts';
import { BROADCAST, ECHO, makeResults, SEVEN } from '../../testing/fixtures.ts';
import { withoutHistograms } from '../document/embedded-data.ts';
import { type Reader, startReader } from '../testing/browser.ts';

const results = makeResults({
  transports: {
    ...SEVEN,
    sse: { ...SEVEN.sse, faults: { 2: { state: 'suspect', reasons: ['the event loop was late'] } } },
  },
  scenarios: [ECHO, BROADCAST],
  trials: 6,
});

let reader: Reader;
let html: string;
let analysis: Awaited<ReturnType<typeof makeReport>>['analysis'];
beforeAll(async () => {
  [reader, { html, analysis }] = await Promise.all([startReader(), makeReport(results, { resamples: 500 })]);
});
afterAll(() => reader.close());

const downloaded = async (page: Page, name: string): Promise<{ file: string; text: string }> => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return { file: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
};

test('downloads hold the measured data and are named after the run', async () => {
  await reader.open(html, {}, async (page) => {
    const json = await downloaded(page, 'Results (JSON)');
    expect(json.file).toBe(`${results.id}-results.json`);
    expect(JSON.parse(json.text)).toEqual(JSON.parse(JSON.stringify(withoutHistograms(results))));
    expect(() => parseResults(json.text, json.file)).toThrow(
      /has no histograms: .* Give the results\.json that the run wrote/,
    );

    const csv = await downloaded(page, 'Trials (CSV)');
    expect(csv).toEqual({ file: `${results.id}-trials.csv`, text: trialsCsv(results, analysis) });

    const log = await downloaded(page, 'Histograms (.hlog)');
    expect(log).toEqual({
      file: `${results.id}-histograms.hlog`,
      text: await pooledLog(results, pooledResponses(results)),
    });
    expect(new HistogramLogReader(log.text).nextIntervalHistogram()?.totalCount).toBeGreaterThan(0);
    await page.getByText(`Created ${log.file}.`).waitFor();
  });
});

test('the filter shows the trials that contain every word, and their number', async () => {
  await reader.open(html, {}, async (page) => {
    const shown = (): Promise<number> => page.locator('#data tbody tr:visible').count();
    const status = page.locator('.trial-filter [role="status"]');
    expect(await status.textContent()).toBe('84 trials');
    expect(await shown()).toBe(0);

    const filter = page.getByLabel('Show trials with');
    await filter.fill('SSE suspect');
    expect(await status.textContent()).toBe('2 of 84 trials');
    expect(await shown()).toBe(2);
    await filter.fill('sse suspect broadcast event');
    expect(await status.textContent()).toBe('1 of 84 trials');
    expect(await page.locator('#data details:visible').count()).toBe(1);
    await filter.fill('nobody');
    expect([await status.textContent(), await shown()]).toEqual(['0 of 84 trials', 0]);
    await filter.fill('');
    expect(await status.textContent()).toBe('84 trials');
    expect(await page.locator('#data details:visible').count()).toBe(2);
  });
});

test('following a link opens the table it leads to', async () => {
  await reader.open(html, {}, async (page) => {
    await page.getByRole('link', { name: 'every trial' }).first().click();
    await page.locator('#trials-1').waitFor({ state: 'visible' });
    expect(await page.locator('#trials-1 tbody tr:visible').count()).toBe(42);
  });
});

test('without a script the tables and the commands are shown, and no dead controls', async () => {
  await reader.open(html, { javaScriptEnabled: false }, async (page) => {
    expect(await page.locator('#data button:visible, #data input:visible').count()).toBe(0);
    expect(await page.locator('#data').innerText()).toContain(
      'npm run report -- results.json --csv trials.csv --hlog histograms.hlog',
    );
    await page.locator('#data summary').first().click();
    expect(await page.locator('#data tbody tr:visible').count()).toBe(42);
  });
});

describe('rows of very many trials', () => {
  const MANY = makeResults({
    transports: { ...SEVEN, sse: { ...SEVEN.sse, faults: { 2: { state: 'suspect', reasons: ['late'] } } } },
    scenarios: Array.from({ length: 8 }, (_, index) => ({ ...ECHO, clients: 10 * (index + 1) })),
    trials: 10,
  });
  const rowsIn = (page: Page): Promise<number> => page.locator('#data tbody tr').count();
  let many: string;
  beforeAll(async () => {
    ({ html: many } = await makeReport(MANY, { resamples: 200 }));
  });

  test('become markup when a table is opened, searched or linked to', async () => {
    await reader.open(many, {}, async (page) => {
      const shown = (): Promise<number> => page.locator('#data tbody tr:visible').count();
      expect(await rowsIn(page)).toBe(0);
      await page.locator('#data summary').nth(2).click();
      await expect.poll(shown).toBe(70);
      await page.locator('#data thead button:visible').first().waitFor();
      await page.getByRole('link', { name: 'every trial' }).first().click();
      await page.locator('#trials-1 table').waitFor({ state: 'visible' });
      await expect.poll(() => rowsIn(page)).toBe(140);
      await page.getByLabel('Show trials with').fill('suspect late');
      await expect.poll(() => page.locator('.trial-filter [role="status"]').textContent()).toBe('8 of 560 trials');
      expect(await shown()).toBe(8);
    });
  });

  test('are printed, and shown without a script', async () => {
    await reader.open(many, {}, async (page) => {
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      expect(await rowsIn(page)).toBe(560);
    });
    await reader.open(many, { javaScriptEnabled: false }, async (page) => {
      expect(await rowsIn(page)).toBe(560);
      await page.locator('#data summary').first().click();
      expect(await page.locator('#data tbody tr:visible').count()).toBe(70);
    });
  });
});

test('a figure that is equal in all trials is shown once, and any other has a column', async () => {
  const { html: page } = await makeReport(
    makeResults({ transports: { a: { lost: 3 }, b: {} }, scenarios: [ECHO], trials: 6 }),
    { resamples: 200 },
  );
  const [, section = ''] = page.split('<div id="trials-1">');
  expect(section).toMatch(/^<p class="?note"?>The same in every trial: Due 1,200 · Sent 1,200 · .*Dup\. 0 · /);
  const heads = [...section.matchAll(/<th scope=col>([^<]*)/g)].map(([, head]) => head);
  expect(heads).toEqual(expect.arrayContaining(['Delivered', 'Lost', 'p50 ms']));
  for (const head of ['Due', 'Dup.', 'Reasons and errors']) expect(heads).not.toContain(head);
});
