import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Results } from '../../../../bench/results/schema.ts';
import { textOf } from '../../../analysis/sentences.ts';
import { compare } from '../../../compare/compare.ts';
import { makeReport } from '../../../report.ts';
import { ECHO, EVERY_KIND, makeResults, type RunSpec, SEVEN } from '../../../testing/fixtures.ts';
import { withoutHistograms } from '../../document/embedded-data.ts';
import { renderComparison } from '../../document/render.ts';
import { type Reader, startReader } from '../../testing/browser.ts';

const run = (spec: Partial<RunSpec> = {}, changes: Partial<Results> = {}): Results => ({
  ...makeResults({ transports: SEVEN, trials: 7, ...spec }),
  id: `run-${spec.seed ?? 1}`,
  ...changes,
});
const slower = { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 0.17 * 1.2, lowerBounds: { 2: 0.5 } } };
const report = async (results: Results): Promise<string> => (await makeReport(results, { resamples: 100 })).html;

const own = run({ scenarios: EVERY_KIND });
const later = run(
  { scenarios: EVERY_KIND, transports: slower, seed: 2, wire: 'link' },
  { startedAt: '2026-11-24T06:18:00.000Z' },
);

type Given = { readonly name: string; readonly text: string };
const json = (results: unknown, name = 'results.json'): Given => ({ name, text: JSON.stringify(results) });

async function give(page: Page, { name, text }: Given): Promise<void> {
  await page.setInputFiles('#compare input[type=file]', { name, mimeType: 'text/plain', buffer: Buffer.from(text) });
}

/** Drops files, which are made in the page, on its body. */
const drop = (page: Page, files: readonly Given[]): Promise<void> =>
  page.evaluate((those) => {
    const dataTransfer = new DataTransfer();
    for (const { name, text } of those) dataTransfer.items.add(new File([text], name));
    for (const kind of ['dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, files);

const refusal = async (page: Page): Promise<string> => (await page.locator('.refusal').textContent()) ?? '';
const claim = async (page: Page): Promise<string> => (await page.locator('.compared .claim').textContent()) ?? '';
/** Rows of all tables, also of collapsed ones, with ordinary instead of non-breaking spaces. */
const tablesIn = (page: Page, selector: string): Promise<string[]> =>
  page.$$eval(`${selector} tr`, (rows) =>
    rows.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').replaceAll('\u00a0', ' ')).join(' | ')),
  );
const headlineOf = (base: Results, next: Results): string =>
  textOf(compare(base, next).headline).replaceAll('\u00a0', ' ');
const spaced = (text: string): string => text.replaceAll('\u00a0', ' ');

let reader: Reader;
let ownPage: string;
let small: string;
beforeAll(async () => {
  reader = await startReader();
  ownPage = await report(own);
  small = await report(run({ transports: { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} } }));
});
afterAll(() => reader.close());

describe('a run dropped on a report', () => {
  /** Tables of the page that the command line makes of the two files. */
  let expected: string[];
  beforeAll(async () => {
    const html = await renderComparison(compare(own, later));
    expected = await reader.open(html, { javaScriptEnabled: false }, (page) => tablesIn(page, '#comparison'));
  });

  const inPage = (given: Given) =>
    reader.open(ownPage, {}, async (page) => {
      await give(page, given);
      await page.waitForSelector('.compared');
      return { tables: await tablesIn(page, '.compared'), claim: await claim(page) };
    });

  test('gets the verdicts of the command line, figure by figure, from a results.json decoded in the browser', async () => {
    const found = await inPage(json(later));
    expect(expected.length).toBeGreaterThan(120);
    expect(found.tables).toEqual(expected);
    expect(spaced(found.claim)).toBe(headlineOf(own, later));
  });

  test('gets the verdicts of the command line from a report, by its embedded analysis', async () => {
    expect((await inPage({ name: 'report.html', text: await report(later) })).tables).toEqual(expected);
  });

  test('is rejected without histograms if it is a report whose analysis cannot be used', async () => {
    const useless = gzipSync(JSON.stringify({ groups: [{ rows: [null, { caseId: 'ws', cells: 3 }] }] })).toString(
      'base64',
    );
    const html = (await report(later)).replace(/(id="carried-analysis">)[^<]*/, `$1${useless}`);
    expect(html).toContain(useless);
    const without = 'has no histograms, and verdicts are computed from them. Drop the results.json that the run wrote.';
    await reader.open(ownPage, {}, async (page) => {
      await give(page, { name: 'report.html', text: html });
      await page.getByText(`report.html ${without}`).waitFor();
      await give(page, json(withoutHistograms(later), 'taken.json'));
      await page.getByText(`taken.json ${without}`).waitFor();
      await give(page, json(later, 'whole.json'));
      await page.waitForSelector('.compared');
    });
  });
});

describe('the base', () => {
  test('is the older run, until the reader exchanges the roles', async () => {
    const mine = run({}, { startedAt: '2026-11-23T10:00:00Z' });
    const older = run({ seed: 2, transports: slower }, { startedAt: '2026-11-22T10:00:00Z' });
    await reader.open(await report(mine), {}, async (page) => {
      await give(page, json(older, 'older.json'));
      await page.waitForSelector('.compared');
      expect(spaced(await claim(page))).toBe(headlineOf(older, mine));
      expect(await page.getByLabel('the new one').isChecked()).toBe(true);
      expect(await page.locator('.compared').innerText()).toMatch(
        /Base \(older\.json\).*run-2[\s\S]*New \(this page’s run\).*run-1/,
      );

      await page.getByLabel('the base', { exact: true }).check();
      await page.locator('.compared[aria-busy="false"]', { hasText: 'New (older.json)' }).waitFor();
      expect(spaced(await claim(page))).toBe(headlineOf(mine, older));
      // The chosen control keeps the focus.
      expect(await page.getByLabel('the base', { exact: true }).evaluate((one) => one === document.activeElement)).toBe(
        true,
      );
      expect(await page.locator('.compared[aria-busy="true"]').count()).toBe(0);

      await page.getByRole('button', { name: 'Close comparison' }).click();
      expect(await page.locator('.compared').count()).toBe(0);
    });
  });
});

describe('runs that may not be compared', () => {
  test.each<[string, Results, RegExp, RegExp]>([
    [
      'another question',
      run({ scenarios: [{ ...ECHO, size: 1024 }], seed: 2 }),
      /no verdicts: no case/,
      /message size 1024 B → 128 B/,
    ],
    [
      'another machine',
      run({ environment: { cpu: 'Other', node: 'v26.0.0' }, seed: 2 }),
      /The environments differ, so the machine may be the cause\./,
      /processor.*Other/,
    ],
    ['an invalid run', run({ done: 0, state: 'interrupted', seed: 2 }), /no verdicts, because/, /interrupted/i],
    ['the same run', run(), /Against the base run: 12 equivalent/, /Both files hold the same run/],
  ])('%s', async (_, other, verdict, why) => {
    await reader.open(small, {}, async (page) => {
      await give(page, json(other));
      await page.waitForSelector('.compared');
      expect(await claim(page)).toMatch(verdict);
      expect(await page.locator('.compared').innerText()).toMatch(why);
    });
  });
});

describe('files that are no run', () => {
  const fitting = json(run({ transports: { ws: SEVEN.ws ?? {} }, seed: 2 }), 'fitting.json');
  const spoilt = { ...own, plan: { ...own.plan, seed: 'one' } };

  /** Cuts a histogram of the third trial of the second case. */
  const spoiltHistogram = (name: 'response' | 'connect'): Results => ({
    ...own,
    cases: own.cases.map((one, index) => ({
      ...one,
      trials: one.trials.map((trial) =>
        index !== 1 || trial.block !== 2 || trial.state === 'failed'
          ? trial
          : { ...trial, latency: { ...trial.latency, [name]: trial.latency[name].slice(0, 60) } },
      ),
    })),
  });

  test.each<[string, () => Given | Promise<Given>, RegExp]>([
    ['no JSON', () => ({ name: 'notes.txt', text: 'hello' }), /notes\.txt is not JSON\. Drop the results\.json/],
    [
      'JSON that ends in the middle',
      () => ({ name: 'r.json', text: JSON.stringify(own).slice(0, -101) }),
      /r\.json ends in the middle\. Drop/,
    ],
    [
      'a compressed run',
      () => ({ name: 'r.json.gz', text: gzipSync('{}').toString('latin1') }),
      /r\.json\.gz is (compressed|not JSON)/,
    ],
    [
      'two runs',
      () => ({ name: 'two.json', text: `${JSON.stringify(own)}\n${JSON.stringify(own)}` }),
      /several documents/,
    ],
    ...(['response', 'connect'] as const).map((name): [string, () => Given, RegExp] => [
      `a run with a damaged histogram “${name}”`,
      () => json(spoiltHistogram(name), 'r.json'),
      new RegExp(`^Not compared: r\\.json is damaged: the histogram “${name}” of trial 3 of \\S+ cannot be decoded`),
    ]),
    ['nothing', () => ({ name: 'empty.json', text: '' }), /empty\.json is empty\. Drop/],
    [
      'other JSON',
      () => json({ name: 'wirebench' }, 'package.json'),
      /package\.json contains no Wirebench run\. Drop the results\.json/,
    ],
    ['null', () => json(null), /contains no Wirebench run/],
    [
      'the next version',
      () => json({ ...own, schema: 'wirebench/2' }),
      /has schema "wirebench\/2", but this page reads wirebench\/1\. Create this page again with the version/,
    ],
    [
      'a comparison',
      () => json({ schema: 'wirebench-comparison/1' }),
      /contains "wirebench-comparison\/1", not the results of a run/,
    ],
    [
      'a run with a fault',
      () => json(spoilt),
      /does not match schema wirebench\/1: plan\.seed: expected integer, found string/,
    ],
    [
      'some page',
      () => ({ name: 'a.html', text: '<!doctype html><title>a</title></html>' }),
      /is a page without an embedded run.*Drop the results\.json beside/,
    ],
    [
      'the page of two runs',
      async () => ({ name: 'c.html', text: await renderComparison(compare(own, own, { resamples: 50 })) }),
      /compares two runs/,
    ],
    [
      'a report cut off in its markup',
      () => ({ name: 'r.html', text: ownPage.slice(0, 20_000) }),
      /is incomplete: the end of the report is missing/,
    ],
    [
      'a report cut off in its data',
      () => ({ name: 'r.html', text: ownPage.slice(0, ownPage.indexOf('carried-results') + 5_000) }),
      /is incomplete: the end of the report is missing/,
    ],
    [
      'a report with altered data',
      () => ({ name: 'r.html', text: ownPage.replace(/(id="carried-results">.{2000}).{4}/, '$1AAAA') }),
      /is damaged: its embedded run cannot be decompressed/,
    ],
  ])('%s is rejected with advice, and the page keeps working', async (_, given, message) => {
    const bad = await given();
    await reader.open(small, {}, async (page) => {
      await give(page, bad);
      await page.waitForSelector('.refusal');
      expect(await refusal(page)).toMatch(message);
      await give(page, fitting);
      await page.waitForSelector('.compared');
      expect(await page.locator('.refusal').count()).toBe(0);
    });
  });

  test('200 MB are rejected before they are read', async () => {
    await reader.open(small, {}, async (page) => {
      await page.evaluate(() => {
        const megabyte = new Uint8Array(1e6);
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(
          new File(
            Array.from({ length: 200 }, () => megabyte),
            'huge.json',
          ),
        );
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      });
      await page.waitForSelector('.refusal');
      expect(await refusal(page)).toMatch(
        /huge\.json has 200 MB.*at most 100 MB.*npm run compare -- base\.json new\.json/,
      );
    });
  });

  test('a small page that decompresses to more than any run is rejected', async () => {
    const bomb = gzipSync(Buffer.alloc(120e6, ' ')).toString('base64');
    await reader.open(small, {}, async (page) => {
      await give(page, {
        name: 'bomb.html',
        text: `<script type="text/plain" id="carried-results">${bomb}</script></html>`,
      });
      await page.waitForSelector('.refusal');
      expect(await refusal(page)).toMatch(/bomb\.html is damaged/);
    });
  });
});

describe('dropping', () => {
  const other = json(run({ seed: 2, transports: { ws: SEVEN.ws ?? {} } }), 'dropped.json');

  test('works anywhere on the page, which shows that it accepts files but nothing else', async () => {
    await reader.open(small, {}, async (page) => {
      const offered = () => page.evaluate(() => document.documentElement.classList.contains('drop-offered'));
      await page.evaluate(() => {
        const text = new DataTransfer();
        text.setData('text/plain', 'a selection');
        document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer: text, bubbles: true, cancelable: true }));
      });
      expect(await offered()).toBe(false);
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['x'], 'x.json'));
        document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }));
      });
      expect(await offered()).toBe(true);
      await page.evaluate(() => document.body.dispatchEvent(new DragEvent('dragleave', { bubbles: true })));
      expect(await offered()).toBe(false);

      await drop(page, [other]);
      await page.waitForSelector('.compared');
      expect(await offered()).toBe(false);
      expect(await page.locator('.compared').innerText()).toContain('dropped.json');
    });
  });

  test('rejects several files at once', async () => {
    await reader.open(small, {}, async (page) => {
      await drop(page, [other, other]);
      await page.waitForSelector('.refusal');
      expect(await refusal(page)).toMatch(/2 files were dropped\. Drop only the one/);
    });
  });

  test('uses the last of two files dropped in quick succession', async () => {
    await reader.open(small, {}, async (page) => {
      await drop(page, [json(later, 'first.json')]);
      await drop(page, [other]);
      await page.waitForSelector('.compared');
      expect(await page.locator('.compared').innerText()).toContain('dropped.json');
      expect(await page.locator('.compared').innerText()).not.toContain('first.json');
    });
  });

  test('shows names from outside as inert text', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const transports = { [evil]: {}, ws: SEVEN.ws ?? {} };
    const hostile = run({ transports, seed: 2, environment: { cpu: evil } }, { id: evil });
    await reader.open(small, {}, async (page) => {
      await give(page, json(hostile, `${evil}.json`));
      await page.waitForSelector('.compared');
      expect(await page.locator('.compared').innerText()).toContain(evil);
      expect(await page.locator('img').count()).toBe(0);
    });
  });
});

test('without a script the section gives the command that compares runs, and shows no dead control', async () => {
  await reader.open(small, { javaScriptEnabled: false }, async (page) => {
    expect(await page.locator('#compare').innerText()).toContain('npm run compare -- base.json new.json');
    expect(await page.locator('#compare :is(input, button, select)').count()).toBe(0);
  });
});

test('by keyboard alone the file chooser, the roles and the filters are reached in order', async () => {
  await reader.open(small, {}, async (page) => {
    await give(page, json(later));
    await page.waitForSelector('.compared');
    await page.locator('#compare input[type=file]').focus();
    const reached: string[] = [];
    for (let step = 0; step < 8; step++) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(() => document.activeElement?.closest('label, button')?.textContent?.trim() ?? ''),
      );
    }
    expect(reached.slice(0, 2)).toEqual(['the base', 'Close comparison']);
    expect(reached.join()).toMatch(/worse.*equivalent/);
  });
});
