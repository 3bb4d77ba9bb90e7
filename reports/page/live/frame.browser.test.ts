import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeReport } from '../../report.ts';
import { BROADCAST, ECHO, makeResults, type RunSpec, SEVEN } from '../../testing/fixtures.ts';
import { type Reader, startReader } from '../testing/browser.ts';

const FIVE = [10, 20, 40, 80, 160].map((clients) => ({ ...ECHO, clients }));
const HOSTILE = '</script><img src=x onerror=alert(1)>';

/** Selector of the page's heading of the first level, which depends on the answer in front. */
const FIRST_LEVEL = 'h1:not([aria-level="2"]), [aria-level="1"]:not(h1)';

/** Time for a browser to start and the page's script to be bundled on a busy machine. */
const TIMEOUT_MS = 120_000;

let reader: Reader;
let two: string;
let five: string;
beforeAll(async () => {
  reader = await startReader();
  [two, five] = await Promise.all([
    htmlOf({ transports: SEVEN, scenarios: [ECHO, BROADCAST] }),
    htmlOf({ transports: SEVEN, scenarios: FIVE }),
  ]);
}, TIMEOUT_MS);
afterAll(() => reader.close());

const htmlOf = async (spec: RunSpec) => (await makeReport(makeResults(spec), { resamples: 200 })).html;
const hashOf = (page: Page) => page.evaluate(() => location.hash);
/** Numbers of the questions whose sections are visible. */
const shownIn = (page: Page) =>
  page
    .locator('[data-question]')
    .evaluateAll((all) =>
      all.filter((one) => one.firstElementChild?.checkVisibility()).map((one) => one.dataset.question),
    );
const answersIn = (page: Page) =>
  page
    .locator('.answer-grid [data-answer]')
    .evaluateAll((answers) => answers.filter((one) => one.checkVisibility()).map((one) => one.dataset.answer));
const namesIn = (page: Page, table = 0) =>
  page.locator('table.decision').nth(table).locator('tbody tr .row-name > bdi').allTextContents();
/** Opens the document at an address, as a reader does who was sent it. */
const openAt = async (page: Page, hash: string) => {
  const url = page.url().replace(/#.*/, '');
  await page.goto('about:blank');
  await page.goto(`${url}${hash}`);
};

describe('the question in front', () => {
  test('both of two are shown, either can be chosen alone, and back shows both again', () =>
    reader.open(two, {}, async (page) => {
      expect([await shownIn(page), await answersIn(page)]).toEqual([
        ['1', '2'],
        ['1', '2'],
      ]);
      await page.locator('.question-picker label', { hasText: 'broadcast' }).click();
      expect([await shownIn(page), await answersIn(page), await hashOf(page)]).toEqual([['2'], ['2'], '#q=2']);
      await page.goBack();
      expect([await shownIn(page), await answersIn(page), await hashOf(page)]).toEqual([['1', '2'], ['1', '2'], '']);
      await page.goForward();
      expect(await shownIn(page)).toEqual(['2']);
      expect(await page.getByRole('radio', { name: 'broadcast' }).isChecked()).toBe(true);
    }));

  test('the first of many is shown; the others can be picked, listed, linked to and sent as an address', () =>
    reader.open(five, {}, async (page) => {
      expect([await shownIn(page), await answersIn(page)]).toEqual([['1'], ['1']]);
      await page.getByLabel('Question', { exact: true }).selectOption('4');
      expect([await shownIn(page), await answersIn(page), await hashOf(page)]).toEqual([['4'], ['4'], '#q=4']);
      expect(await page.locator(FIRST_LEVEL).textContent()).toContain('80 clients');
      await page.locator('#questions a').nth(1).click();
      expect([await shownIn(page), await answersIn(page), await hashOf(page)]).toEqual([['2'], ['2'], '#q=2']);
      await page.locator('nav a[href="#question-3"]').click();
      await page.waitForFunction(() => location.hash === '#question-3&q=3');
      expect([await shownIn(page), await answersIn(page)]).toEqual([['3'], ['3']]);
      await page.locator('nav a[href="#trust"]').click();
      await page.waitForFunction(() => location.hash === '#trust&q=3');
      expect(await page.locator('#trust').evaluate((one) => one.getBoundingClientRect().top)).toBeLessThan(720);
      await page.goBack();
      await page.goBack();
      await page.waitForFunction(() => location.hash === '#q=2');
      expect([await shownIn(page), await answersIn(page)]).toEqual([['2'], ['2']]);
      await page.getByLabel('Question', { exact: true }).selectOption('all');
      expect([await shownIn(page), await answersIn(page)]).toEqual([['1', '2', '3', '4', '5'], ['1']]);
      expect(await page.locator(FIRST_LEVEL).count()).toBe(1);

      await openAt(page, '#trust&q=5');
      expect([await shownIn(page), await answersIn(page)]).toEqual([['5'], ['5']]);
      expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
      await openAt(page, '#question-2');
      expect(await shownIn(page)).toEqual(['2']);
      await openAt(page, '#q=999&sort=nothing&theme=pink&q=%E0%A4%A&constructor=x');
      expect(await shownIn(page)).toEqual(['1']);
    }));

  test('without a script all questions are shown, each with its answer, and no control', () =>
    reader.open(five, { javaScriptEnabled: false }, async (page) => {
      for (const number of [1, 2, 3, 4, 5]) {
        await expectVisible(page, `[data-answer="${number}"] .claim`);
        await expectVisible(page, `[data-question="${number}"] table.decision`);
        await expectVisible(page, `[data-question="${number}"] svg.chart`);
      }
      expect(await page.locator('.needs-script >> visible=true').count()).toBe(0);
      expect(await page.locator('button >> visible=true').count()).toBe(0);
      expect(await page.locator('nav a >> visible=true').count()).toBeGreaterThan(5);
    }));
});

/** Policy with which Jenkins serves the files of a build. */
const STRICT = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'";

test('where a server forbids the style and the script, charts can be read, and no control is shown', () =>
  reader.open(two, {}, async (own) => {
    // A page of its own, because the browser reports what it blocks.
    const page = await own.context().newPage();
    await page.route('http://report.test/', (route) =>
      route.fulfill({ body: two, headers: { 'content-type': 'text/html', 'content-security-policy': STRICT } }),
    );
    await page.goto('http://report.test/');
    const drawn = (selector: string) =>
      page.locator(`svg.chart ${selector}`).evaluateAll((shapes) =>
        shapes.map((shape) => {
          const { fill, stroke } = getComputedStyle(shape);
          return `${fill === 'none' ? 'open' : 'filled'} ${stroke === 'none' ? 'without a line' : 'with a line'}`;
        }),
      );
    // The page's own style would give series their colours.
    expect(await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor)).toBe(
      'rgba(0, 0, 0, 0)',
    );
    expect(new Set(await drawn('path.series-line'))).toEqual(new Set(['open with a line']));
    expect((await drawn('line')).filter((one) => one.endsWith('without a line'))).toEqual([]);
    expect(
      await page
        .locator('svg.chart text')
        .first()
        .evaluate((text) => getComputedStyle(text).fontSize),
    ).toBe('12px');
    expect(await page.locator('button >> visible=true').count()).toBe(0);
    await page.close();
  }));

const expectVisible = async (page: Page, selector: string) =>
  expect(await page.locator(selector).first().isVisible(), selector).toBe(true);

describe('sorting', () => {
  test('sorts by a column, in both directions, every table that has it; the floor stays last', () =>
    reader.open(two, {}, async (page) => {
      const before = await namesIn(page);
      expect(before[0]).toBe('ws');
      expect(before.at(-1)).toBe('tcp');
      const head = (table: number) => page.locator('table.decision').nth(table).locator('th[data-metric="connect"]');
      await head(0).getByRole('button').click();
      expect(await head(0).getAttribute('aria-sort')).toBe('ascending');
      expect(await page.locator('table.decision').first().locator('[aria-sort]').count()).toBe(1);
      const sorted = ['ws', 'sse', 'long-polling', 'socketio', 'mqtt', 'graphql', 'tcp'];
      expect(await namesIn(page)).toEqual(sorted);
      await head(0).getByRole('button').press('Enter');
      expect(await head(0).getAttribute('aria-sort')).toBe('descending');
      expect(await namesIn(page)).toEqual([...sorted.slice(0, -1).toReversed(), 'tcp']);
      expect(await hashOf(page)).toBe('#sort=-connect');
      await head(1).scrollIntoViewIfNeeded();
      await head(1).getByRole('button').waitFor();
      expect(await namesIn(page, 1)).toEqual([...sorted.slice(0, -1).toReversed(), 'tcp']);
      await page.goBack();
      await page.goBack();
      expect(await namesIn(page)).toEqual(before);
      await openAt(page, '#sort=-name');
      await head(0).getByRole('button').waitFor();
      expect((await namesIn(page)).slice(0, 2)).toEqual(['ws', 'sse'].toSorted().toReversed());
    }));

  test('a collapsed table can be sorted once it is open', () =>
    reader.open(two, {}, async (page) => {
      const trials = page.locator('details', { has: page.locator('table.trials') }).first();
      expect(await trials.getByRole('button').count()).toBe(0);
      await trials.locator('summary').click();
      const order = trials.getByRole('button', { name: 'Order' });
      await order.click();
      const column = (await trials.locator('thead th').allTextContents()).indexOf('Order');
      const values = await trials.locator(`tbody tr td:nth-child(${column + 1})`).allTextContents();
      expect(values.map(Number)).toEqual(values.map(Number).toSorted((a, b) => a - b));
      expect(await hashOf(page)).toBe('');
    }));
});

describe('the theme', () => {
  const groundOf = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const LIGHT = 'rgb(246, 247, 249)';
  const DARK = 'rgb(16, 19, 24)';

  test.each(['light', 'dark'] as const)('follows the system, %s, until the reader chooses another', (colorScheme) =>
    reader.open(two, { colorScheme }, async (page) => {
      const [own, other] = colorScheme === 'light' ? [LIGHT, DARK] : [DARK, LIGHT];
      const opposite = colorScheme === 'light' ? 'dark' : 'light';
      expect(await groundOf(page)).toBe(own);
      await page.getByLabel('Theme').selectOption(opposite);
      expect([await groundOf(page), await hashOf(page)]).toEqual([other, `#theme=${opposite}`]);
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe(opposite);
      await page.getByLabel('Theme').selectOption('system');
      expect([await groundOf(page), await hashOf(page)]).toEqual([own, '']);
      await openAt(page, `#theme=${opposite}`);
      expect(await groundOf(page)).toBe(other);
    }),
  );
});

describe('on paper', () => {
  test('everything is open, light and uncut, without the controls that only a screen needs', () =>
    reader.open(five, { colorScheme: 'dark' }, async (page) => {
      await page.getByLabel('Theme').selectOption('dark');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
      for (const selector of ['nav', '.actions', '.question-picker', 'dialog']) {
        expect(await page.locator(selector).first().isVisible(), selector).toBe(false);
      }
      const closed = await page
        .locator('details:not([open])')
        .evaluateAll(
          (all) =>
            all.filter((one) => one.lastElementChild?.checkVisibility({ contentVisibilityAuto: true }) !== true).length,
        );
      expect(closed).toBe(0);
      for (const number of [1, 2, 3, 4, 5]) await expectVisible(page, `[data-question="${number}"] table.decision`);
      const sheet = (297 - 24) * (96 / 25.4);
      await page.setViewportSize({ width: Math.floor(sheet), height: 700 });
      const wide = await page
        .locator('figure svg.chart, table')
        .evaluateAll(
          (all, width) =>
            all
              .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
              .map((one) => one.outerHTML.slice(0, 60)),
          sheet,
        );
      expect(wide).toEqual([]);
      const pdf = await page.pdf({ preferCSSPageSize: true });
      const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      expect(pages).toBeGreaterThan(5);
    }));
});

describe('buttons and keys', () => {
  test('the summary is copied as Markdown', () =>
    reader.open(two, { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      await page.getByRole('button', { name: 'Copy summary' }).click();
      await page.getByText('Summary copied as Markdown').waitFor();
      const text = await page.evaluate(() => navigator.clipboard.readText());
      expect(text).toMatch(/^## Wirebench\n\nFor echo with 100 clients .*: use \*\*ws\*\*/);
      expect(text).toContain('### broadcast to 100 clients');
    }));

  test('the help opens by key or button, lists the keys, and returns the focus', () =>
    reader.open(five, {}, async (page) => {
      const dialog = page.getByRole('dialog', { name: 'Keys' });
      const link = page.locator('nav a').first();
      await link.focus();
      await page.keyboard.press('?');
      expect(await dialog.isVisible()).toBe(true);
      await page.keyboard.press('n');
      expect(await shownIn(page)).toEqual(['1']);
      await page.keyboard.press('Escape');
      expect(await dialog.isVisible()).toBe(false);
      expect(await link.evaluate((one) => one === document.activeElement)).toBe(true);

      await page.keyboard.press('n');
      expect(await shownIn(page)).toEqual(['2']);
      await page.keyboard.press('p');
      await page.keyboard.press('p');
      expect(await shownIn(page)).toEqual(['1', '2', '3', '4', '5']);

      const button = page.getByRole('button', { name: 'Keyboard help' });
      await button.click();
      await dialog.getByRole('checkbox').uncheck();
      await dialog.getByRole('button', { name: 'Close' }).click();
      expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
      await page.keyboard.press('?');
      expect(await dialog.isVisible()).toBe(false);
      expect(await hashOf(page)).toBe('#q=all&keys=off');
    }));

  test('the section being read is marked, and the first Tab skips to the answer', () =>
    reader.open(two, {}, async (page) => {
      const current = page.locator('nav [aria-current]');
      await current.waitFor();
      expect(await current.allTextContents()).toEqual(['Answer']);
      await page.locator('nav a[href="#trust"]').click();
      await page.locator('nav a[href="#trust"][aria-current="location"]').waitFor();
      expect(await current.count()).toBe(1);
      await expectVisible(page, 'nav');
      // Content above the section grows without a scroll event.
      await page.evaluate(() => {
        document.documentElement.style.overflowAnchor = 'none';
        const tall = document.createElement('div');
        tall.style.height = '90000px';
        document.querySelector('#answer')?.append(tall);
      });
      await page.locator('nav a[href="#answer"][aria-current="location"]').waitFor();
      await page.goto(page.url().replace(/#.*/, ''));
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the answer');
    }));

  test('on a narrow screen nothing is wider than the screen, and the bar stays in place', () =>
    reader.open(five, { viewport: { width: 320, height: 640 } }, async (page) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
      await page.locator('#trust').scrollIntoViewIfNeeded();
      expect(await page.locator('nav').evaluate((one) => one.getBoundingClientRect().top)).toBe(0);
    }));
});

test('hostile names stay text in the browser', async () => {
  const html = await htmlOf({
    transports: {
      [HOSTILE]: { title: '"><svg onload=alert(2)>', p50Ms: 2 },
      '"onmouseover="alert(3)': {},
      '\u202egnp': {},
    },
    scenarios: [
      { ...ECHO, scenario: HOSTILE },
      { ...ECHO, scenario: '<script>alert(4)</script>' },
      { ...ECHO, scenario: 'c' },
    ],
    environment: { cpu: '<img src=x onerror=alert(5)>' },
  });
  await reader.open(html, { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    const dialogs: string[] = [];
    page.on('dialog', async (dialog) => {
      dialogs.push(dialog.message());
      await dialog.dismiss();
    });
    await page.getByLabel('Question', { exact: true }).selectOption('2');
    await page.locator('table.decision button >> visible=true').first().waitFor();
    for (const button of await page.locator('table.decision >> visible=true').first().getByRole('button').all())
      await button.click();
    await page.getByRole('button', { name: 'Copy summary' }).click();
    await page.getByText('Summary copied as Markdown').waitFor();
    for (const summary of await page.locator('summary >> visible=true').all()) await summary.click();
    await page.locator('#answer').hover();
    await openAt(
      page,
      `#${encodeURIComponent(HOSTILE)}&q=${encodeURIComponent(HOSTILE)}&sort=${encodeURIComponent(HOSTILE)}`,
    );
    expect(dialogs).toEqual([]);
    expect(await page.locator('img, [onload], [onerror], [onmouseover], iframe, object').count()).toBe(0);
    expect(await page.locator('script:not([type="text/plain"])').count()).toBe(1);
    expect(await page.getByText(HOSTILE).count()).toBeGreaterThan(0);
  });
});

test('with many cases the answer precedes the heavy parts, and parts out of sight are not laid out', async () => {
  const transports = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`t${index}`, { p50Ms: 1 + index / 5 }]),
  );
  const html = await htmlOf({ transports, scenarios: FIVE });
  const answerEnds = html.indexOf('</article>');
  expect(html.indexOf('<h1')).toBeLessThan(60_000);
  expect(answerEnds).toBeLessThan(html.indexOf('<table'));
  for (const heavy of ['id="carried-results"', '<figure', '<script>'])
    expect(html.indexOf(heavy)).toBeGreaterThan(answerEnds);
  await reader.open(html, {}, async (page) => {
    await page.getByLabel('Question', { exact: true }).selectOption('all');
    const visibility = await page
      .locator('[data-question]')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).contentVisibility));
    expect(visibility).toEqual(['visible', 'visible', 'auto', 'auto', 'auto']);
    expect(await page.locator('table.decision button').count()).toBeLessThan(20);
  });
});
