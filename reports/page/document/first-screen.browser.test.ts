import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/analyse.ts';
import { textOf as sentenceOf } from '../../analysis/sentences.ts';
import type { Group } from '../../model/model.ts';
import { ICONS, type Word } from '../../model/verdict.ts';
import { makeResults } from '../../testing/fixtures.ts';
import { type Reader, startReader } from '../testing/browser.ts';
import { textOf } from '../testing/markup.ts';
import { FIRST_SCREEN, type State } from '../testing/states.ts';
import { UNUSUAL } from '../testing/unusual-states.ts';
import { renderPage } from './render.ts';

const SCREEN = { width: 1280, height: 720 };
const WORDS: readonly Word[] = ['better', 'worse', 'equivalent', 'not separated'];

/** Time for a browser to start on a busy machine. */
const TIMEOUT_MS = 120_000;

let reader: Reader;
beforeAll(async () => {
  reader = await startReader();
}, TIMEOUT_MS);
afterAll(() => reader.close());

/** True if the run's status allows no verdicts at all. A question without an answer may still have verdicts in other columns. */
const isWithheld = ({ leaders, status }: State): boolean =>
  leaders.length === 0 && ['quick', 'interrupted', 'invalid'].includes(status);

/** Parts of the first screen that must be completely visible. */
const PIECES = {
  verdict: '#answer h1',
  tiers: '.answer[data-answer="1"] .tiers',
  measurement: '.answer[data-answer="1"] .certainty > :nth-child(1)',
  preference: '.answer[data-answer="1"] .certainty > :nth-child(2)',
  limits: '#answer .limits',
};

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

async function boxOf(page: Page, selector: string): Promise<Box> {
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`${selector} is not shown`);
  return box;
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Elements of the first screen whose text needs more room than they have. */
const CLIPPED = `[...document.querySelectorAll('#answer *, .page-header *')]
  .filter((one) => one.checkVisibility() && !one.closest('svg, select, .visually-hidden'))
  .filter((one) => one.clientWidth > 0 && getComputedStyle(one).display !== 'inline')
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.outerHTML.slice(0, 80))`;

describe.each(Object.entries<State>({ ...FIRST_SCREEN, ...UNUSUAL }))('%s', (_name, state) => {
  const { spec, alter = (same) => same, leaders, claims, status } = state;
  const results = alter(makeResults(spec));
  const analysis = analyse(results, { resamples: 500 });
  const [group, second] = analysis.groups;
  if (group === undefined) throw new Error('a state has a question');

  test('states the facts of the run, and no more', () => {
    expect(analysis.status.kind).toBe(status);
    const said = group.answer.filter(({ strong }) => strong).map(({ text }) => text);
    const claim = group.answer
      .slice(1)
      .map(({ text }) => text)
      .join('');
    const named = leaders.length === 0 ? [] : said;
    expect(named.toSorted()).toEqual(leaders.toSorted());
    if (leaders.length === 0) expect(claim).toMatch(/^no (?:verdict|answer): /);
    expect(claim.includes('equivalent')).toBe(claims.includes('equivalent'));
    expect(/every other choice.* is shown to be (?:slower|lower|heavier)/.test(claim)).toBe(
      claims.includes('worse') && leaders.length === 1,
    );
    expect(claim).not.toMatch(/(?<!to be )(?:better|faster)/);
    expect(sentenceOf(group.answer)).toContain(state.says ?? '');
    expect(sentenceOf(second?.answer ?? [])).toContain(state.second ?? '');
    expect(sentenceOf(group.certainty)).toContain(state.measurement ?? '');
    expect(sentenceOf(group.preference)).toContain(state.preference ?? '');
    const words = new Set(wordsOf(group));
    // The others are compared with the best choice of a column, so none is better than it.
    expect(words).not.toContain('better');
    for (const word of WORDS) if (isWithheld(state)) expect(words).not.toContain(word);
  });

  test('the first screen shows the answer, its certainty and its limits, light and dark', async () => {
    const html = await renderPage(results, analysis, '');
    if (isWithheld(state)) {
      const beforeDefinitions = textOf(html).split('How to read this Verdicts')[0];
      expect(beforeDefinitions).not.toMatch(new RegExp(`[${ICONS.better}${ICONS.worse}${ICONS.equivalent}]`));
    }
    await reader.open(html, { viewport: SCREEN, colorScheme: 'light' }, async (page) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await isWhole(page, group);
      }
      expect(await page.locator(`${PIECES.measurement} dt`).textContent()).toBe('How sure, by measurement:');
      expect(await page.locator(`${PIECES.preference} dt`).textContent()).toBe('How sure, by preference:');
      const verdict = await page.locator(PIECES.verdict).textContent();
      for (const leader of leaders) expect(verdict).toContain(leader);
    });
  });
});

/** Script that lists the lower ends of the certainties and limits of the visible questions, of which there may be two. */
const ENDS = `[...document.querySelectorAll('.answers .certainty > div, .answers .limits')]
  .filter((one) => one.checkVisibility())
  .map((one) => one.getBoundingClientRect().bottom)`;

async function isWhole(page: Page, { rows }: Group): Promise<void> {
  // The floor is in no tier.
  const pieces = Object.entries(PIECES).filter(([name]) => name !== 'tiers' || rows.some(({ floor }) => !floor));
  const boxes = await Promise.all(pieces.map(async ([name, selector]) => ({ name, box: await boxOf(page, selector) })));
  for (const [index, { name, box }] of boxes.entries()) {
    expect(box.y + box.height, `${name} ends on the first screen`).toBeLessThanOrEqual(SCREEN.height);
    expect(box.x + box.width, `${name} is not cut`).toBeLessThanOrEqual(SCREEN.width);
    expect(box.height, `${name} is there`).toBeGreaterThan(10);
    for (const other of boxes.slice(index + 1)) {
      expect(overlap(box, other.box), `${name} is over ${other.name}`).toBe(false);
    }
  }
  expect(Math.max(...(await page.evaluate<number[]>(ENDS)))).toBeLessThanOrEqual(SCREEN.height);
  expect(await page.evaluate<string[]>(CLIPPED)).toEqual([]);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(SCREEN.width);
}

const wordsOf = ({ rows, metrics }: Group): Word[] =>
  rows.flatMap(({ cells }) =>
    metrics.flatMap((id) => {
      const cell = cells[id];
      return cell.state === 'shown' && cell.verdict !== null ? [cell.verdict.word] : [];
    }),
  );
