import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorText } from '../../../bench/error-text.ts';
import { readResults } from '../../../bench/results/file.ts';
import { whyUnmet } from '../../../bench/testing/needs.ts';
import { root } from '../../../bench/testing/sources.ts';
import { unavailable } from '../../../bench/testing/unavailable.ts';
import { makeReport } from '../../report.ts';
import { startFirefox } from '../testing/others/firefox.ts';
import type { OtherBrowser } from '../testing/others/shape.ts';
import { startWebKit } from '../testing/others/webkit.ts';

const results = join(root, 'docs/example-run/results.json');
let folder: string;
let report: string;
let later: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wirebench-others-'));
  report = join(folder, 'report.html');
  await writeFile(report, (await makeReport(readResults(results))).html);
  later = join(folder, 'later.json');
  await writeFile(later, JSON.stringify({ ...JSON.parse(await readFile(results, 'utf8')), id: 'later' }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const BROWSERS = [
  { name: 'Firefox', need: 'firefox', start: startFirefox },
  { name: 'WebKit', need: 'webkit', start: startWebKit },
] as const;

/** Time for a page to do what a key asked for. WebKit draws without a graphics card here, and other tests use the cores too. */
const SOON = { timeout: 60_000 };
const LONG = 240_000;

/** Tabs on a page are far fewer than this. */
const TABS = 400;

describe.each(BROWSERS)('the example report in $name', { timeout: LONG }, async ({ need, start }) => {
  const lacking = await whyUnmet(need);
  const started = lacking ?? (await start().catch((error: unknown) => `it does not start: ${errorText(error)}`));
  unavailable(typeof started === 'string' ? started : undefined);
  const browser = started as OtherBrowser;
  afterAll(async () => {
    if (typeof started !== 'string') await started[Symbol.asyncDispose]();
  });

  /** Number of elements that a selector finds and that take room on the page. */
  const shown = (selector: string): Promise<number> =>
    browser.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width > 0 && height > 0 && getComputedStyle(one).visibility === 'visible';
      }).length`,
    );
  const focusIsIn = (selector: string): Promise<boolean> =>
    browser.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`);
  const tabTo = async (selector: string): Promise<void> => {
    for (let step = 0; step < TABS; step++) {
      await browser.press('Tab');
      if (await focusIsIn(selector)) return;
    }
    throw new Error(`${TABS} times Tab do not lead to ${selector}`);
  };

  test('shows verdicts, tables and charts', async () => {
    await browser.open(report);
    expect(await browser.evaluate('document.documentElement.className')).toContain('live');
    expect(await browser.evaluate('document.querySelectorAll("h1").length')).toBe(1);
    expect(await shown('h1')).toBe(1);
    expect(await shown('.claim')).toBe(2);
    expect(await shown('table.decision')).toBe(2);
    expect(await shown('table.decision tbody th')).toBeGreaterThan(10);
    expect(await shown('.figures figure svg')).toBeGreaterThan(10);
    expect(await shown('.figures figure svg :is(path, line, rect, use)')).toBeGreaterThan(100);
    expect(await browser.complaints()).toEqual([]);
  });

  test('by keyboard the picker brings a question to the front', async () => {
    await browser.open(report);
    expect(await shown('[data-question]')).toBe(2);
    await tabTo('.question-picker input');
    await browser.press('ArrowRight');
    await expect.poll(() => shown('[data-question="2"]'), SOON).toBe(0);
    expect(await shown('[data-question="1"]')).toBe(1);
    expect(await browser.evaluate('location.hash')).toContain('q=1');
    await browser.press('ArrowRight');
    await expect.poll(() => shown('[data-question="1"]'), SOON).toBe(0);
    expect(await shown('[data-question="2"]')).toBe(1);
    expect(await browser.complaints()).toEqual([]);
  });

  test('by keyboard a table is sorted, and the other way round', async () => {
    await browser.open(report);
    const names = (): Promise<string[]> =>
      browser.evaluate(
        `[...document.querySelector('table.decision').tBodies[0].rows]
          .filter((row) => !row.matches('.floor') && ![...row.cells].some(({ colSpan }) => colSpan > 1))
          .map((row) => row.cells[0].textContent)`,
      );
    const byAlphabet = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
    const before = await names();
    await tabTo('table.decision button.sort');
    await browser.press('Enter');
    await expect.poll(names, SOON).toEqual(before.toSorted(byAlphabet));
    expect(before).not.toEqual(before.toSorted(byAlphabet));
    await browser.press('Enter');
    await expect.poll(names, SOON).toEqual(before.toSorted(byAlphabet).toReversed());
    expect(await browser.evaluate('document.querySelector("table.decision th").getAttribute("aria-sort")')).toBe(
      'descending',
    );
    expect(await browser.complaints()).toEqual([]);
  });

  test('by keyboard another run is compared, and the comparison filtered', async () => {
    await browser.open(report);
    await tabTo('#compare input[type=file]');
    await browser.chooseFile(later);
    await expect.poll(() => shown('.compared .claim'), SOON).toBe(1);
    expect(await browser.evaluate('document.querySelector(".compared").textContent')).toContain('later.json');
    const rows = await shown('.compared table tr');
    await tabTo('.compare-controls input[type=checkbox]');
    await browser.press('Space');
    await expect.poll(() => shown('.compared table tr'), SOON).toBeLessThan(rows);
    await browser.press('Space');
    await expect.poll(() => shown('.compared table tr'), SOON).toBe(rows);
    expect(await browser.complaints()).toEqual([]);
  });
});
