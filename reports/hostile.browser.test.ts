import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MicroRow, Results } from '../bench/results/schema.ts';
import { advise } from './advice/advise.ts';
import { EVEN } from './advice/questions/draft.ts';
import { compare } from './compare/compare.ts';
import { comparisonMarkdown } from './markdown/comparison.ts';
import { decisionRecord } from './markdown/decision-record.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { renderComparison } from './page/document/render.ts';
import { type Reader, startReader } from './page/testing/browser.ts';
import { HARM, madeHostile } from './page/testing/hostile.ts';
import { histogramLog, makeReport, summary, trialsCsv } from './report.ts';
import { adviceText } from './terminal/advice.ts';
import { comparisonText } from './terminal/comparison.ts';
import { ECHO, EVERY_KIND, type Fault, makeResults, SEVEN } from './testing/fixtures.ts';

const fault = (state: Fault['state']): Fault => ({ state, reasons: ['late'] });
const step = (which: MicroRow['step']): MicroRow => ({
  transport: 'ws',
  step: which,
  library: 'ws',
  what: 'frame',
  size: 128,
  samples: 100,
  secondsMedian: 1e-6,
  secondsLow: 1e-6,
  secondsHigh: 2e-6,
});

/** Run with every kind of text: reasons, errors, transports left out, and failed checks of the machine. */
const plain = ((): Results => {
  const made = makeResults({
    transports: {
      ...SEVEN,
      sse: { ...SEVEN.sse, faults: { 1: fault('failed'), 2: fault('suspect') } },
      mqtt: { ...SEVEN.mqtt, lowerBounds: { 1: 0.5 }, fit: 0.9 },
      webrtc: { variant: 'lossy', lost: 4 },
    },
    scenarios: EVERY_KIND,
    trials: 8,
    wire: 'link',
    micro: [step('server decode'), step('server encode')],
    environment: {
      linkReason: 'no',
      checks: [
        { name: 'load', state: 'unfit', observed: 'high', fix: 'wait' },
        { name: 'swap', state: 'note', observed: 'used', fix: 'wait' },
      ],
    },
  });
  const erring = made.cases.map((one) => ({
    ...one,
    trials: one.trials.map((trial) =>
      trial.state === 'failed' ? trial : { ...trial, messages: { ...trial.messages, errors: { reset: 2 } } },
    ),
  }));
  const leftOut = [{ name: 'grpc', kind: 'unavailable' as const, reason: 'none; here' }];
  return { ...made, cases: erring, plan: { ...made.plan, leftOut, objective: 'p99<50ms' } };
})();

const RUNS = {
  'harm in every text': madeHostile(plain),
  'harm in all but the names of transports': madeHostile(plain, { names: false }),
};
const later = madeHostile({
  ...makeResults({ transports: SEVEN, scenarios: [ECHO], trials: 7, seed: 2 }),
  id: 'later',
});

/** Characters that move a cursor, break a line or reverse its direction. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const linesOf = (text: string): string[] => text.split('\n');

let reader: Reader;
beforeAll(async () => {
  reader = await startReader();
});
afterAll(() => reader?.close());

/** Script that lists elements and attributes that no page of ours has. The reader watches requests and console messages. */
const FOREIGN = `[...document.querySelectorAll('*')].flatMap((one) => [
  ...(one.matches('img, iframe, object, embed, link, base, foreignObject, svg svg') ? [one.outerHTML] : []),
  ...[...one.attributes].filter(({ name }) => /^on|^srcdoc$/.test(name)).map(({ name }) => name),
  ...(one.matches('a[href]') && !/^(?:#|https:..(?!evil))/.test(one.getAttribute('href')) ? [one.outerHTML] : []),
])`;
const foreign = (page: Page): Promise<string[]> => page.evaluate<string[]>(FOREIGN);

/** Markdown without its code spans, in which only the closing backticks have a meaning. */
function outsideCode(markdown: string): string {
  const prose = markdown.replaceAll(/^```\n.*?\n```$/gms, '');
  return prose.replaceAll(/\\[^\n]|(`+)[^`].*?(?<!`)\1(?!`)/g, (found) => (found.startsWith('`') ? '' : found));
}

/** Cells of a CSV text (RFC 4180). */
const cellsOf = (csv: string): string[] =>
  [...csv.matchAll(/(?:^|,|\r\n)("(?:[^"]|"")*"|[^,"\r]*)/g)].map(([, cell = '']) => cell);

async function settled(page: Page): Promise<void> {
  await page.locator('.advisor-result[aria-busy="false"]').waitFor();
}

describe.each(Object.entries(RUNS))('%s', (_name, results) => {
  let html: string;
  let analysis: Awaited<ReturnType<typeof makeReport>>['analysis'];
  beforeAll(async () => {
    ({ html, analysis } = await makeReport(results, { resamples: 200 }));
  });

  test('stays text on the page, through everything that the page does with it', async () => {
    expect(html.match(/<script[\s>]/gi)).toHaveLength(4);
    expect(linesOf(html).filter((line) => UNPRINTABLE.test(line))).toEqual([]);
    await reader.open(html, {}, async (page) => {
      const dialogs: string[] = [];
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      const saved = async (button: string): Promise<string> => {
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: button }).click(),
        ]);
        expect(file.suggestedFilename()).toMatch(/^[\w.-]+$/);
        return readFile(await file.path(), 'utf8');
      };
      expect(await page.title()).toContain('javascript:alert(6)');
      expect(await foreign(page)).toEqual([]);

      await page.setInputFiles('#compare input[type=file]', {
        name: `${HARM.replaceAll('\u0000', '')}.json`,
        mimeType: 'text/plain',
        buffer: Buffer.from(JSON.stringify(later)),
      });
      await page.locator('.compared[aria-busy="false"]').waitFor();
      expect(await foreign(page)).toEqual([]);

      await page.evaluate(`location.hash = '#q=all'`);
      await page.locator('#advisor').scrollIntoViewIfNeeded();
      await page.locator('.advisor-questions').waitFor();
      await settled(page);
      const weigh = page.getByRole('button', { name: 'These are my weights' });
      if ((await weigh.count()) > 0) await weigh.click();
      await settled(page);
      expect(await foreign(page)).toEqual([]);

      expect(JSON.parse(await saved('Results (JSON)'))).toMatchObject({ id: results.id });
      expect(await saved('Trials (CSV)')).toBe(trialsCsv(results, analysis));
      await saved('Histograms (.hlog)');
      for (const chart of await page.locator('svg.chart[tabindex]').all()) {
        await chart.focus();
        await page.keyboard.press('ArrowRight');
      }
      expect(await foreign(page)).toEqual([]);
      expect(dialogs).toEqual([]);
    });
  }, 120_000);

  test('contains no control characters in a terminal, and no escape codes but those of colours', () => {
    const comparison = compare(results, later, { resamples: 100 });
    const advice = advise({ results, analysis }, ANSWERS, { draws: 100 });
    const texts = (colour: boolean) => [
      summary(results, analysis, { width: 80, colour }),
      comparisonText(comparison, { width: 80, colour, all: true }),
      adviceText(advice, { width: 80, colour }),
    ];
    for (const text of texts(false)) expect(linesOf(text).filter((line) => UNPRINTABLE.test(line))).toEqual([]);
    for (const text of texts(true)) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's escape code for a colour
      const bare = text.replaceAll(/\u001b\[\d+m/g, '');
      expect(linesOf(bare).filter((line) => UNPRINTABLE.test(line))).toEqual([]);
      expect(bare).not.toContain('[31m]0;title\u0007');
    }
  });

  test('is no markup, link, mention or heading in Markdown', () => {
    const advice = advise({ results, analysis }, ANSWERS, { draws: 100 });
    const record = decisionRecord(advice, { command: 'npm run choose' });
    const texts = [
      summaryMarkdown(results, analysis),
      comparisonMarkdown(compare(results, later, { resamples: 100 }), { all: true }),
      record,
    ];
    for (const text of texts) {
      const live = outsideCode(text);
      expect(linesOf(text).filter((line) => UNPRINTABLE.test(line))).toEqual([]);
      expect(live).not.toMatch(/<(?:img|svg|script|style|!--|http)/i);
      expect(live).not.toMatch(/(?<!\\)\]\((?!https:)|http:\/\/evil|(?<!\\)!\[|@everyone/);
      expect(text).not.toMatch(/^\s*# heading/m);
      // Only the record has code blocks: the command that repeats it, and the one that measures what is missing.
      const blocks = text === record ? (advice.measure === null ? 1 : 2) : 0;
      expect(text.match(/^```/gm) ?? []).toHaveLength(2 * blocks);
    }
  });

  test('is no formula in a spreadsheet, and one line in a log of histograms', async () => {
    const cells = cellsOf(trialsCsv(results, analysis));
    expect(cells.length).toBeGreaterThan(1_000);
    expect(cells.filter((cell) => /^"?[=+@\t\r]/.test(cell))).toEqual([]);
    const log = linesOf(await histogramLog(results)).filter((line) => line !== '');
    expect(log.filter((line) => UNPRINTABLE.test(line))).toEqual([]);
    const known = /^(?:#\[.*\]|"StartTimestamp".*|Tag=[^,\s]+,[\d.]+,[\d.]+,[\d.]+,[A-Za-z0-9+/=]+)$/;
    expect(log.filter((line) => !known.test(line))).toEqual([]);
  });
});

const ANSWERS = {
  preset: null,
  needs: [],
  objective: null,
  weights: EVEN,
  judged: [],
  judgement: true,
  load: { scenario: null, preferred: null, clients: null, rate: null, size: null },
};

test('harm stays text on the page of two runs', async () => {
  const html = await renderComparison(compare(RUNS['harm in every text'], later, { resamples: 100 }));
  expect(linesOf(html).filter((line) => UNPRINTABLE.test(line))).toEqual([]);
  await reader.open(html, {}, async (page) => {
    expect(await foreign(page)).toEqual([]);
    await page.evaluate(`location.hash = '#order=magnitude&columns=delta,p&mark=10'`);
    await page.getByText(/Cliff/).first().waitFor({ state: 'attached' });
    expect(await foreign(page)).toEqual([]);
  });
});
