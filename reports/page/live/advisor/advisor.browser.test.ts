import { readFile } from 'node:fs/promises';
import { source } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advise } from '../../../advice/advise.ts';
import type { Advice, Answers } from '../../../advice/model.ts';
import { EVEN } from '../../../advice/questions/draft.ts';
import { PRESETS } from '../../../advice/questions/presets.ts';
import { makeReport } from '../../../report.ts';
import { BROADCAST, ECHO, IDLE, makeResults, type RunSpec, SEVEN } from '../../../testing/fixtures.ts';
import { type Reader, startReader } from '../../testing/browser.ts';

const HOSTILE = '</script><img src=x onerror=alert(1)>';
const RUN: RunSpec = { transports: SEVEN, scenarios: [ECHO, BROADCAST, IDLE] };
const ONE = `a[href^="#question-1-"]`;

let reader: Reader;
let html: string;
let advised: (answers: Answers) => Advice;

beforeAll(async () => {
  reader = await startReader();
  const results = makeResults(RUN);
  const report = await makeReport(results, { resamples: 1_000 });
  html = report.html;
  // The page embeds the analysis as JSON.
  const analysis: typeof report.analysis = JSON.parse(JSON.stringify(report.analysis));
  advised = (answers) => advise({ results, analysis }, answers);
});

afterAll(() => reader.close());

const blank: Answers = {
  preset: null,
  needs: [],
  objective: null,
  weights: EVEN,
  judged: [],
  judgement: true,
  load: { scenario: null, preferred: null, clients: null, rate: null, size: null },
};

function presetAnswers(id: string, more: Partial<Answers> = {}): Answers {
  const preset = PRESETS.find((one) => one.id === id);
  if (preset === undefined) throw new Error(`no preset ${id}`);
  const { needs, weights, scenario } = preset;
  const { percentile, seconds } = preset.objective;
  const objective = { percentile, seconds };
  return { ...blank, preset: id, needs, weights, objective, load: { ...blank.load, preferred: scenario }, ...more };
}

/** Scrolls to the questions, which are drawn when they come near. */
async function ask(page: Page): Promise<void> {
  await page.locator('#advisor').scrollIntoViewIfNeeded();
  await page.locator('.advisor-questions').waitFor();
  await settled(page);
}

/** Waits until all draws are made for the current answers. */
async function settled(page: Page): Promise<void> {
  await page.locator('.advisor-result[aria-busy="false"]').waitFor();
}

const heading = (page: Page) => page.locator('.advisor-heading').innerText();
const choose = async (page: Page, title: string): Promise<void> => {
  await page.getByLabel(title, { exact: true }).check();
  await settled(page);
};

async function download(page: Page, button: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return readFile(await file.path(), 'utf8');
}

const advice = async (page: Page): Promise<unknown> => rounded(JSON.parse(await download(page, 'Download JSON')));
const asDocument = (one: Advice): unknown =>
  rounded(JSON.parse(JSON.stringify({ schema: 'wirebench-advice/1', ...one })));

/** Rounds numbers, because two builds of an engine may differ in the last digit of an exponential. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one)]));
}

describe('answers give the advice that the command line gives', () => {
  test.each([
    ['a preset', '#for=dashboard', presetAnswers('dashboard')],
    [
      'browser only, binary, a lossy network',
      '#need=browser,binary,lossy&weights=p99:100',
      { ...blank, needs: ['browser', 'binary', 'lossy'], weights: { ...EVEN, ...onlyOf('p99', 100) } },
    ],
    [
      'server push alone through strict proxies',
      '#need=http-only,push-only&weights=p99:50,bytes:50',
      { ...blank, needs: ['http-only', 'push-only'], weights: { ...onlyOf('p99', 50), bytes: 50 } },
    ],
    ['telemetry from devices', '#for=telemetry&judgement=no', presetAnswers('telemetry', { judgement: false })],
    [
      'an existing GraphQL schema',
      '#for=chat&need=browser,graphql&slo=p99:40',
      presetAnswers('chat', { needs: ['browser', 'graphql'], objective: { percentile: 99, seconds: 0.04 } }),
    ],
    [
      '100,000 idle clients',
      '#for=notifications&clients=100000&rate=0',
      presetAnswers('notifications', {
        load: { scenario: null, preferred: 'broadcast', clients: 100_000, rate: 0, size: null },
      }),
    ],
  ] satisfies [string, string, Answers][])('%s', async (_name, hash, answers) => {
    const expected = advised(answers);
    await reader.open(html, {}, async (page) => {
      await page.evaluate((text) => {
        location.hash = text;
      }, hash);
      await ask(page);
      expect(await heading(page)).toBe(expected.heading);
      expect(await advice(page)).toEqual(asDocument(expected));
      const record = await download(page, 'Download record (Markdown)');
      expect(record.split('\n')[0]).toBe(`# Which real-time transport: ${expected.heading}`);
      for (const { name, needs } of expected.options.filter((one) => one.needs.some(({ value }) => value === 'no'))) {
        const line = page.locator('.advisor-out li', { has: page.locator('s', { hasText: new RegExp(`^${name}$`) }) });
        expect(await line.innerText()).toContain(needs.find(({ value }) => value === 'no')?.source.clause);
      }
    });
  });
});

function onlyOf(id: keyof typeof EVEN, weight: number): typeof EVEN {
  return { p99: 0, throughput: 0, bytes: 0, cpu: 0, memory: 0, simplicity: 0, features: 0, [id]: weight };
}

test('after every preset each badge has the colours of its rating', async () => {
  await reader.open(html, {}, async (page) => {
    await ask(page);
    const seen = new Set<string>();
    // Forwards and backwards, so that options move up and down the list.
    for (const { title } of [...PRESETS, ...PRESETS.toReversed()]) {
      await choose(page, title);
      const badges = await page.$$eval('.advisor-option', (options) =>
        options.map((option) => {
          const coloursOf = (one: Element): string => {
            const { color, backgroundColor } = getComputedStyle(one.querySelector('.advisor-rating') ?? one);
            return `${color} on ${backgroundColor}`;
          };
          const found = coloursOf(option);
          // A copy is styled afresh.
          const copy = option.cloneNode(true) as Element;
          option.after(copy);
          const wanted = coloursOf(copy);
          copy.remove();
          return { rating: option.querySelector('.advisor-rating')?.textContent ?? '', found, wanted };
        }),
      );
      for (const { rating, found, wanted } of badges) {
        expect(found, `${title}: ${rating}`).toBe(wanted);
        seen.add(`${rating}: ${found}`);
      }
    }
    const ratings = [...seen].map((one) => one.split(':')[0]);
    expect(new Set(ratings).size).toBe(ratings.length);
    expect(ratings.length).toBeGreaterThan(3);
  });
});

test('before weights are given, no cost is shown, but options are ruled out', async () => {
  await reader.open(html, {}, async (page) => {
    await ask(page);
    expect(await heading(page)).toBe('6 of 6 options meet these needs.');
    await page.locator('[data-need="upstream"]').check();
    await page.getByText('4 of 6 options meet these needs.').waitFor();
    const result = page.locator('.advisor-result');
    expect(await result.innerText()).not.toMatch(/Use|Consider|Avoid|×|\bms\b|draws/);
    expect(await page.locator('.advisor-out s').allInnerTexts()).toEqual(['long-polling', 'sse']);
    await page.getByRole('button', { name: 'show the result' }).click();
    await settled(page);
    expect(await result.innerText()).toContain('Measurement:');
    await page.getByRole('button', { name: 'Decision record' }).waitFor();
    // Each reason links to the chart with its figure.
    expect(await result.locator(ONE).count()).toBeGreaterThan(0);
  });
});

test('a link contains every answer, and following it gives the result again', async () => {
  const kept = await reader.open(html, {}, async (page) => {
    await ask(page);
    await choose(page, 'Live dashboard');
    await page.locator('[data-need="http-only"]').check();
    await page.getByLabel('Clients', { exact: true }).fill('60');
    await page.locator('input[type="number"][data-weight="bytes"]').fill('55');
    await page.getByLabel('Ignore judgement').check();
    await page.locator('.advisor-load-text', { hasText: 'You gave 60 clients' }).waitFor();
    await settled(page);
    return { hash: await page.evaluate(() => location.hash), heading: await heading(page) };
  });
  expect(kept.hash).toMatch(/^#for=dashboard&/);
  await reader.open(html, {}, async (page) => {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, kept.hash);
    await ask(page);
    expect(await heading(page)).toBe(kept.heading);
    expect(await page.getByLabel('Live dashboard').isChecked()).toBe(true);
    expect(await page.locator('[data-need="http-only"]').isChecked()).toBe(true);
    expect(await page.locator('input[type="range"][data-weight="bytes"]').inputValue()).toBe('55');
    expect(await page.getByLabel('Clients', { exact: true }).inputValue()).toBe('60');
    expect(await page.getByLabel('Ignore judgement').isChecked()).toBe(true);
  });
});

test.each([true, false])('record and link are copied, or selected for copying (clipboard: %s)', async (allowed) => {
  await reader.open(html, {}, async (page) => {
    await page.evaluate((may) => {
      const written: string[] = [];
      const clipboard = {
        writeText: (text: string) => (may ? Promise.resolve(void written.push(text)) : Promise.reject(new Error('no'))),
      };
      Object.defineProperty(navigator, 'clipboard', { value: clipboard });
      Object.assign(window, { written });
    }, allowed);
    await ask(page);
    await choose(page, 'Chat');
    const copied = (): Promise<unknown> =>
      page.evaluate((may) => {
        const { activeElement } = document;
        if (may) return Reflect.get(window, 'written').at(-1);
        return activeElement instanceof HTMLTextAreaElement ? activeElement.value : null;
      }, allowed);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.locator('.advisor-export [role="status"]', { hasText: 'Link' }).waitFor();
    expect(await copied()).toBe(`${page.url().replace(/#.*/, '')}#advisor&for=chat`);
    await page.getByRole('button', { name: 'Copy decision record' }).click();
    await page.locator('.advisor-export [role="status"]', { hasText: 'Decision record' }).waitFor();
    expect(await copied()).toMatch(/^# Which real-time transport: /);
  });
});

test('by keyboard alone a reader chooses, sets weights, and hears the answer', async () => {
  await reader.open(html, {}, async (page) => {
    await ask(page);
    await page.getByLabel('Something else').focus();
    await page.keyboard.press('ArrowRight');
    await settled(page);
    expect(await page.getByLabel('Chat', { exact: true }).isChecked()).toBe(true);
    const first = await heading(page);
    await page.locator('[role="status"]', { hasText: first }).waitFor({ state: 'attached' });
    // The next tab stop after the uses is the first need.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.locator('[data-need="browser"]:not(:checked)').waitFor();
    await page.locator('input[type="range"][data-weight="p99"]').focus();
    await page.keyboard.press('End');
    await page.locator('input[type="number"][data-weight="p99"]').waitFor();
    expect(await page.locator('input[type="number"][data-weight="p99"]').inputValue()).toBe('100');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('number');
  });
});

test('contradictory or unreadable answers give the reason instead of advice', async () => {
  await reader.open(html, {}, async (page) => {
    // Only an address can contain both.
    await page.evaluate(() => {
      location.hash = '#for=dashboard&need=browser,upstream,push-only';
    });
    await ask(page);
    await page.locator('.advisor-result .advisor-problem').waitFor();
    expect(await page.locator('.advisor-result').innerText()).toContain(
      'These two needs exclude each other: either clients send',
    );
    expect(await page.locator('.advisor-options').count()).toBe(0);
    await page.locator('[data-need-open="upstream"]').check();
    await page.locator('.advisor-options').waitFor();
    await page.getByLabel('Clients', { exact: true }).fill('many');
    await page.locator('input[name="advisor-clients"][aria-invalid="true"]').waitFor();
    expect(await page.locator('.advisor-result').innerText()).toContain('Enter a whole number of at least 1');
  });
});

test('a reason links to the chart with its figure, also in a question that is not in front', async () => {
  await reader.open(html, {}, async (page) => {
    await ask(page);
    await choose(page, 'Live dashboard');
    const links = page.locator('.advisor-reasons a[href^="#question-"]');
    const anchors = await links.evaluateAll((all) =>
      all.map((link) => [link.getAttribute('href')?.slice(1) ?? '', link.textContent ?? '']),
    );
    const expected = { p99: 'intervals', bytes: 'bytes', 'server CPU': 'effort' };
    for (const [start, kind] of Object.entries(expected)) {
      const those = anchors.filter(([, text]) => text?.startsWith(start));
      expect(those.length, start).toBeGreaterThan(0);
      for (const [anchor] of those) expect(anchor).toBe(`question-2-${kind}`);
    }
    // The first question is in front, and the second, which was judged, is hidden.
    const chart = page.locator('#question-2-bytes');
    expect(await chart.isVisible()).toBe(false);
    const option = page.locator('.advisor-option', { has: page.locator('a[href="#question-2-bytes"]') }).first();
    if (await option.locator('details').count()) await option.locator('summary').click();
    await option.locator('a[href="#question-2-bytes"]').focus();
    await page.keyboard.press('Enter');
    await chart.waitFor({ state: 'visible' });
    await page.waitForFunction(() => {
      const { top = -1 } = document.getElementById('question-2-bytes')?.getBoundingClientRect() ?? {};
      return top >= 0 && top < innerHeight;
    });
    expect(new URL(page.url()).hash).toMatch(/^#question-2-bytes&.*for=dashboard/);
    // A chart that can show any metric is switched to the reason's.
    await page.getByText('Every figure that was weighed').evaluate((summary) => {
      for (const details of summary.closest('.advisor-result')?.querySelectorAll('details') ?? []) {
        details.setAttribute('open', '');
      }
    });
    await page.locator('.advisor-reasons a', { hasText: 'server memory' }).first().click();
    await page.locator('#question-2-intervals h3', { hasText: /memory/i }).waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#question-2-intervals&.*metric=memory/);
    await page.locator('.advisor-reasons a', { hasText: 'p99 latency' }).first().click();
    await page.locator('#question-2-intervals h3', { hasText: /p99/ }).waitFor();
    expect(new URL(page.url()).hash).not.toContain('metric=');
  });
});

test('a need and its opposite are one question, which can also be left open', async () => {
  await reader.open(html, {}, async (page) => {
    await ask(page);
    await choose(page, 'Live dashboard');
    const asked = () => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('need'));
    expect(await page.locator('[data-need="push-only"]').isChecked()).toBe(true);
    await page.locator('[data-need="upstream"]').check();
    await page.locator('[data-need="push-only"]:not(:checked)').waitFor();
    await settled(page);
    expect(await asked()).toBe('browser,upstream');
    expect(await page.locator('.advisor-out s').allInnerTexts()).toEqual(['long-polling', 'sse']);
    // With the arrow key, the selection wraps around to the third choice.
    await page.locator('[data-need="upstream"]').focus();
    await page.keyboard.press('ArrowUp');
    await page.locator('[data-need-open="upstream"]:checked').waitFor();
    expect(await asked()).toBe('browser');
  });
});

test('a reader’s own judgement is weighed, marked and kept', async () => {
  const kept = await reader.open(html, {}, async (page) => {
    await page.evaluate(() => {
      location.hash = '#weights=simplicity:100';
    });
    await ask(page);
    expect(await heading(page)).toBe('Toss-up: long-polling, sse or ws');
    await page.getByText('Replace the authors’ judgement').click();
    await page.locator('[data-judge="sse.simplicity"]').selectOption('3');
    await page.locator('[data-judge="long-polling.simplicity"]').selectOption({ label: '2 middling' });
    await page.locator('.advisor-heading', { hasText: 'Use ws.' }).waitFor();
    await settled(page);
    expect(await page.locator('.advisor-judgements .tag-yours').count()).toBe(2);
    expect(await page.locator('.advisor-option .tag-yours').count()).toBe(2);
    const record = await download(page, 'Download record');
    expect(record).toContain('- `sse`, simplicity of running it: 3 (yours; the authors’: 1, ');
    expect(record).toContain('--judge sse.simplicity=3,long-polling.simplicity=2');
    return page.evaluate(() => location.hash);
  });
  await reader.open(html, {}, async (page) => {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, kept);
    await ask(page);
    expect(await heading(page)).toBe('Use ws.');
    await page.getByText('Every figure that was weighed').click();
    await page.getByRole('button', { name: 'Change: sse, simplicity of running it' }).click();
    await page.locator('[data-judge="sse.simplicity"]:focus').waitFor();
    // Choosing the authors' level again removes the reader's judgement.
    await page.locator('[data-judge="sse.simplicity"]').selectOption('1');
    await page.getByText('Judged by you: 1').waitFor();
    await page.getByRole('button', { name: 'Restore the authors’ judgement' }).click();
    await page.getByText('Replace the authors’ judgement').waitFor();
    expect(await page.evaluate(() => location.hash)).not.toContain('judge');
    await page.getByLabel('Ignore judgement').check();
    expect(await page.locator('[data-judge="sse.simplicity"]').isDisabled()).toBe(true);
  });
});

test('a need that would change the answer can be changed in the result', async () => {
  await reader.open(html, {}, async (page) => {
    await ask(page);
    await choose(page, 'IoT telemetry');
    expect(await heading(page)).toContain('mqtt');
    await page.getByRole('button', { name: 'Try it: Without “devices that go offline”' }).click();
    await page.locator('[data-need="devices"]:not(:checked)').waitFor();
    await settled(page);
    expect(await heading(page)).not.toContain('mqtt:');
    await page
      .locator('.advisor-changes')
      .getByText(/This need changes the outcome of \d of 6 options/)
      .first()
      .waitFor();
  });
});

test('an objective that no option meets can be dropped in the result', async () => {
  await reader.open(html, {}, async (page) => {
    await page.evaluate(() => {
      location.hash = '#for=chat&slo=p99:0.001';
    });
    await ask(page);
    expect(await heading(page)).toBe('No measured transport meets the needs and the objective.');
    await page.getByRole('button', { name: 'Try it: Without the objective' }).click();
    await page.locator('.advisor-heading', { hasText: 'Use ws.' }).waitFor();
    expect(await page.locator('input[name="advisor-slo"]').inputValue()).toBe('');
    // The preset has an objective of its own, so that the link says that there is none.
    expect(await page.evaluate(() => location.hash)).toContain('slo=none');
  });
});

test('names that look like markup stay text', async () => {
  const results = makeResults({
    transports: { ws: { title: HOSTILE }, sse: { p50Ms: 2, title: HOSTILE }, [HOSTILE]: { p50Ms: 1 } },
  });
  const report = await makeReport(results, { resamples: 500 });
  await reader.open(report.html, {}, async (page) => {
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await ask(page);
    await choose(page, 'Signalling');
    expect(await page.locator('#advisor img, #advisor script').count()).toBe(0);
    expect(await page.locator('.advisor-result').innerText()).toContain(HOSTILE);
    expect(dialogs).toEqual([]);
  });
});

test('without the script both tables are open, and no question is asked', async () => {
  await reader.open(html, { javaScriptEnabled: false }, async (page) => {
    expect(await page.locator('#advisor-panel').isVisible()).toBe(false);
    const rows = page.locator('.advisor-presets tbody tr');
    expect(await rows.count()).toBe(PRESETS.length);
    const dashboard = advised(presetAnswers('dashboard'));
    expect(await rows.nth(1).innerText()).toContain(dashboard.heading);
    expect(await page.locator('.advisor-facts').innerText()).toContain('✕ no S');
    expect(await page.locator('.advisor-sources').innerText()).toContain('RFC 9110 §7.8');
  });
});

test.each(['light', 'dark'] as const)('axe finds nothing in the answer to a question: %s', async (colorScheme) => {
  const found = await reader.open(html, { colorScheme }, async (page) => {
    await ask(page);
    await choose(page, 'Collaborative editing');
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('#advisor details')) details.setAttribute('open', '');
    });
    await page.evaluate(source);
    return page.evaluate(() => Reflect.get(window, 'axe').run('#advisor'));
  });
  expect(found.violations).toEqual([]);
  expect(found.passes.length).toBeGreaterThan(10);
});

test('nothing is wider than a narrow screen', async () => {
  await reader.open(html, { viewport: { width: 320, height: 720 } }, async (page) => {
    await ask(page);
    await choose(page, 'Chat');
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(wide).toBeLessThanOrEqual(room);
  });
});
